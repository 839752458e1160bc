namespace Stoa.Protocol.Graph.Templates;

/// <summary>A discount: a code to copy, an address to go to, or both (messenger-platform §2.9).</summary>
public sealed record CouponTemplate(string Title, string? Code, string? Url, string? ImageUrl, string? Payload) : Template
{
    public override bool IsTransactional => false;

    internal static CouponTemplate ReadCoupon(GraphValue value)
    {
        var title = value["title"].Text(ShownTextMax);
        var code = value["coupon_code"].TextOrNumber(200);
        var url = value["coupon_url"].UrlOrNull();
        if (string.IsNullOrEmpty(code) && url is null)
        {
            throw value["coupon_code"].Wrong("A coupon needs a coupon_code or a coupon_url.");
        }

        _ = value["subtitle"].TextOrNull(ShownTextMax);
        _ = value["coupon_url_button_title"].TextOrNull(Button.TitleMax);
        _ = value["coupon_pre_message"].TextOrNull(OutgoingMessage.TextMax);
        _ = value["expire_time"].TextOrNumber(40);
        return new(title, code, url, value["image_url"].UrlOrNull(), value["payload"].TextOrNumber(Button.PayloadMax));
    }
}
