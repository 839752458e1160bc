using Stoa.Kernel;

namespace Stoa.Protocol.Graph;

/// <summary>A button of a template (messenger-platform §2.15).</summary>
/// <param name="Title">Shown cut at 20 characters; absent in <c>default_action</c>.</param>
public abstract record Button(string? Title)
{
    /// <summary>Up to which length a title is taken at all; what is beyond the shown limit is cut by the client.</summary>
    internal const int TitleMax = 640;

    internal const int PayloadMax = 1000;

    /// <summary>Reads the buttons of an element.</summary>
    /// <param name="canShare">Whether <c>element_share</c> has something to share here.</param>
    public static IReadOnlyList<Button> ReadList(GraphValue list, int least, int most, bool canShare = true)
    {
        var values = least == 0 ? list.ListOrNone(most) : list.List(least, most);
        var buttons = new Button[values.Count];
        for (var i = 0; i < buttons.Length; i++)
        {
            buttons[i] = Read(values[i]);
            if (i > 0 && buttons[i] is PaymentButton)
            {
                throw values[i].Wrong("A payment button must be the first button, and the only one of its kind.");
            }

            if (!canShare && buttons[i] is ShareButton)
            {
                throw values[i]["type"].Wrong("element_share stands only in generic, list, media and open graph templates.");
            }
        }

        return buttons;
    }

    public static Button Read(GraphValue value) => value["type"].Required().OneOf(
        "postback", "web_url", "payment", "phone_number", "account_link", "account_unlink", "element_share", "game_play") switch
    {
        "postback" => new PostbackButton(ReadTitle(value), ReadPayload(value)),
        "web_url" => WebUrlButton.Read(value, ReadTitle(value)),
        "payment" => new PaymentButton(ReadTitle(value), ReadPayload(value), PaymentSummary.Read(value["payment_summary"])),
        "phone_number" => new PhoneNumberButton(ReadTitle(value), ReadPhoneNumber(value["payload"])),
        "account_link" => new AccountLinkButton(value["url"].Url()),
        "account_unlink" => new AccountUnlinkButton(),
        "element_share" => ShareButton.ReadShare(value),
        _ => GamePlayButton.ReadGame(value),
    };

    internal static string ReadTitle(GraphValue value) =>
        value["title"].TextOrNumber(TitleMax) is { Length: > 0 } title ? title : throw value["title"].Wrong("Element button title cannot be empty.", 2018053);

    internal static string ReadPayload(GraphValue value) =>
        value["payload"].TextOrNumber(PayloadMax) is { Length: > 0 } payload
            ? payload
            : throw value["payload"].Wrong("Payload cannot be empty for postback type button", 2018040);

    private static string ReadPhoneNumber(GraphValue value)
    {
        var number = value.Text(20);
        return number.Length > 3 && number[0] == '+' && !number.AsSpan(1).ContainsAnyExceptInRange('0', '9')
            ? number
            : throw value.Wrong("A phone number is + and digits, as +15105551234.");
    }
}

/// <summary>A tap comes back as <c>messaging_postbacks</c>.</summary>
public sealed record PostbackButton(string Title, string Payload) : Button(Title);

/// <summary>Opens an address.</summary>
public sealed record WebUrlButton(string? Title, string Url, string HeightRatio, bool WithExtensions, string? FallbackUrl) : Button(Title)
{
    internal static WebUrlButton Read(GraphValue value, string? title) => new(
        title,
        value["url"].TextOrNull(4096) is { Length: > 0 } ? value["url"].Url() : throw value["url"].Wrong("Web url cannot be empty for url type button", 2018041),
        value["webview_height_ratio"].OneOf("compact", "tall", "full") ?? "full",
        ReadExtensions(value),
        value["fallback_url"].UrlOrNull());

    private static bool ReadExtensions(GraphValue value)
    {
        _ = value["webview_share_button"].OneOf("hide", "show");
        return value["messenger_extensions"].Flag() && (value["url"].TextOrNull(4096)?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true
            ? true
            : throw value["url"].Wrong($"{value["url"].Path} must be https when messenger_extensions is true."));
    }
}

/// <summary>"Log in" with the business: opens its sign-in page with a token (messenger-platform §5.7).</summary>
public sealed record AccountLinkButton(string Url) : Button((string?)null);

/// <summary>"Log out".</summary>
public sealed record AccountUnlinkButton() : Button((string?)null);

/// <summary>Sends a bubble on to somebody: the element itself, or what <c>share_contents</c> says.</summary>
public sealed record ShareButton(Templates.GenericTemplate? Contents) : Button((string?)null)
{
    internal static ShareButton ReadShare(GraphValue value)
    {
        if (!value["share_contents"].Exists)
        {
            return new((Templates.GenericTemplate?)null);
        }

        var attachment = value["share_contents"]["attachment"];
        _ = attachment.Members()["type"].Required().OneOf("template");
        var payload = attachment["payload"];
        _ = payload.Members()["template_type"].Required().OneOf("generic");
        var elements = payload["elements"].List(1, 1);
        foreach (var button in elements[0]["buttons"].ListOrNone(1))
        {
            _ = button["type"].Required().OneOf("web_url");
        }

        return new(Templates.GenericTemplate.ReadGeneric(payload));
    }
}

/// <summary>Starts the app's game.</summary>
public sealed record GamePlayButton(string Title, string? Payload, string? PlayerId, string? ContextId) : Button(Title)
{
    internal static GamePlayButton ReadGame(GraphValue value)
    {
        var metadata = value["game_metadata"];
        if (metadata["player_id"].Exists && metadata["context_id"].Exists)
        {
            throw metadata.Wrong($"Param {metadata.Path} takes player_id or context_id, not both.");
        }

        return new(ReadTitle(value), value["payload"].TextOrNumber(PayloadMax), metadata["player_id"].TextOrNumber(100), metadata["context_id"].TextOrNumber(100));
    }
}

/// <summary>Dials; sends nothing.</summary>
public sealed record PhoneNumberButton(string Title, string Number) : Button(Title);

/// <summary>Opens the pay sheet; the payload comes back in every payment event.</summary>
public sealed record PaymentButton(string Title, string Payload, PaymentSummary Summary) : Button(Title);

/// <summary>What a payment button asks for.</summary>
/// <param name="IsFlexible">The total depends on a way of sending, which the bot is asked for (<c>messaging_checkout_updates</c>).</param>
/// <param name="RequestedUserInfo">Any of <c>shipping_address</c>, <c>contact_name</c>, <c>contact_phone</c>, <c>contact_email</c>.</param>
public sealed record PaymentSummary(
    Currency Currency, string MerchantName, bool IsTest, bool IsFlexible, IReadOnlyList<string> RequestedUserInfo, IReadOnlyList<(string Label, Money Amount)> PriceList)
{
    internal static PaymentSummary Read(GraphValue value)
    {
        var code = value.Members()["currency"].Text(3);
        if (!Currency.TryOf(code.ToUpperInvariant(), out var currency))
        {
            throw value["currency"].Wrong($"Param {value["currency"].Path} must be an ISO 4217 currency code.");
        }

        var isFlexible = value["payment_type"].Required().OneOf("FIXED_AMOUNT", "FLEXIBLE_AMOUNT") == "FLEXIBLE_AMOUNT";
        var wanted = value["requested_user_info"].ListOrNone(4)
            .Select(v => v.OneOf("shipping_address", "contact_name", "contact_phone", "contact_email") ?? throw v.Wrong("Param requested_user_info must hold names."))
            .ToArray();
        return new(currency, value["merchant_name"].Text(200), value["is_test_payment"].Flag(), isFlexible, wanted, ReadPrices(value["price_list"], currency));
    }

    private static (string Label, Money Amount)[] ReadPrices(GraphValue list, Currency currency)
    {
        var prices = list.List(1, 50).Select(v => (Label: v["label"].Text(200), Amount: ReadAmount(v["amount"], currency))).ToArray();
        try
        {
            return prices.Aggregate(Money.Zero(currency), (sum, price) => sum + price.Amount).AmountMinor is > 0 and <= 99_999_999
                ? prices
                : throw list.Wrong("The prices must add up to more than nothing and at most 99,999,999 of the currency's minor unit.");
        }
        catch (OverflowException)
        {
            throw list.Wrong("The prices add up to too much.");
        }
    }

    private static Money ReadAmount(GraphValue value, Currency currency) =>
        Money.TryParseDecimal(value.Amount(), currency, out var amount)
            ? amount
            : throw value.Wrong($"Param {value.Path} must be a decimal amount with at most {currency.Digits} digits after the point.");
}
