using System.Globalization;
using System.Text;
using System.Text.Json;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.PayPal;

/// <summary>Has PayPal itself verify what claims to be its webhook, and finds out which order it is of.</summary>
internal static class PayPalWebhook
{
    private static readonly TimeSpan tolerance = TimeSpan.FromMinutes(5);
    private static readonly string[] hosts = ["api.paypal.com", "api.sandbox.paypal.com", "api-m.paypal.com", "api-m.sandbox.paypal.com"];

    public static async Task<ProcessorEvent?> ReadAsync(WebhookCall call, PayPalApi api, MerchantAccount account, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (account.Settings.WebhookId is not { Length: > 0 } webhook
            || call.Header("PayPal-Transmission-Id") is not { Length: > 0 } id || call.Header("PayPal-Transmission-Sig") is not { Length: > 0 } signature
            || call.Header("PayPal-Auth-Algo") is not { Length: > 0 } algorithm || call.Header("PayPal-Cert-Url") is not { } address
            || !DateTimeOffset.TryParse(call.Header("PayPal-Transmission-Time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) || (now - at).Duration() > tolerance
            // Whoever forges a call chooses this address too.
            || !Uri.TryCreate(address, UriKind.Absolute, out var certificate) || certificate is not { Scheme: "https", IsDefaultPort: true, UserInfo: "" } || !hosts.Contains(certificate.Host)
            || Parse(call.Body) is not { } told || told.Text("id") is not { } number)
        {
            return null;
        }

        // The event goes back byte for byte: written anew it would be another text than was signed.
        string Quoted(string text) => JsonEncodedText.Encode(text).ToString();
        var body = new StringBuilder($$"""{"auth_algo":"{{Quoted(algorithm)}}","cert_url":"{{Quoted(address)}}","transmission_id":"{{Quoted(id)}}","transmission_sig":"{{Quoted(signature)}}",""")
            .Append(CultureInfo.InvariantCulture, $"\"transmission_time\":\"{Quoted(call.Header("PayPal-Transmission-Time") ?? "")}\",\"webhook_id\":\"{Quoted(webhook)}\",\"webhook_event\":")
            .Append(Encoding.UTF8.GetString(call.Body.Span)).Append('}').ToString();
        return await api.PostAsync("/v1/notifications/verify-webhook-signature", null, body, cancellationToken) is Reply.Answered { Success: true, Json: var verdict }
            && verdict.Text("verification_status") == "SUCCESS"
                ? await OfAsync(number, told, api, cancellationToken)
                : null;
    }

    private static async Task<ProcessorEvent> OfAsync(string number, JsonElement told, PayPalApi api, CancellationToken cancellationToken)
    {
        var thing = told.Member("resource");
        if (told.Text("resource_type") is "checkout-order")
        {
            return new(number, thing.Text("id") ?? "", thing.Member("purchase_units").Items().FirstOrDefault().Text("custom_id") ?? "");
        }

        if (OrderOf(thing) is { } order)
        {
            return new(number, order, thing.Text("custom_id") ?? "");
        }

        // A refund or a dispute names the capture; the capture names its order.
        var capture = thing.Member("disputed_transactions").Items().FirstOrDefault().Text("seller_transaction_id")
            ?? thing.Member("links").Items().Where(l => l.Text("rel") == "up").Select(l => l.Text("href")?.Split('/')[^1]).FirstOrDefault();
        return capture is not null && capture.All(char.IsAsciiLetterOrDigit)
            && await api.GetAsync($"/v2/payments/captures/{capture}", cancellationToken) is Reply.Answered { Success: true, Json: var found }
                ? new(number, OrderOf(found) ?? "", found.Text("custom_id") ?? "")
                : new(number, "", "");
    }

    private static string? OrderOf(JsonElement? payment) => payment.Member("supplementary_data").Member("related_ids").Text("order_id");

    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var json = JsonElement.Parse(body.Span);
            return json.ValueKind == JsonValueKind.Object ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
