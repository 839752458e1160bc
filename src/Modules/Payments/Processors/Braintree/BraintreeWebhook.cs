using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.WebUtilities;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.Braintree;

/// <summary>Verifies and reads what Braintree tells: a form with XML in base64, signed under the private key. It has no id: its own hash is one.</summary>
internal static class BraintreeWebhook
{
    private static readonly TimeSpan tolerance = TimeSpan.FromMinutes(5);

    public static ProcessorEvent? Read(WebhookCall call, MerchantAccount account, DateTimeOffset now)
    {
        var form = QueryHelpers.ParseQuery(Encoding.ASCII.GetString(call.Body.Span));
        if (call.Header("Content-Type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) is not true
            || form.GetValueOrDefault("bt_signature").ToString() is not { Length: > 0 } signature || form.GetValueOrDefault("bt_payload").ToString() is not { Length: > 0 } payload
            || !payload.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=' or '\n') || !IsSigned(signature, payload, account) || Parse(payload) is not { } told
            || !DateTimeOffset.TryParse(told.Element("timestamp")?.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) || (now - at).Duration() > tolerance)
        {
            return null;
        }

        var reference = told.Descendants("transaction").Select(t => t.Element("order-id")?.Value).FirstOrDefault(o => o is not null) ?? "";
        return new(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(payload))), "", reference);
    }

    /// <summary>The answer to the question that Braintree asks when an address is registered; null: it is no such question.</summary>
    public static string? AnswerTo(string challenge, MerchantAccount account) =>
        challenge.Length is >= 20 and <= 32 && challenge.All(char.IsAsciiHexDigitLower) ? $"{account.Settings.PublicKey}|{Sign(account.Secrets.Key, challenge)}" : null;

    /// <summary>HMAC-SHA1 under the SHA-1 of the private key: Braintree's own choice.</summary>
#pragma warning disable CA5350 // The processor signs so.
    public static string Sign(string privateKey, string text) => Convert.ToHexStringLower(HMACSHA1.HashData(SHA1.HashData(Encoding.UTF8.GetBytes(privateKey)), Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350

    private static bool IsSigned(string signature, string payload, MerchantAccount account)
    {
        var mine = signature.Split('&').Take(10).Select(pair => pair.Split('|')).Where(pair => pair.Length == 2 && pair[0] == account.Settings.PublicKey).Select(pair => pair[1]).FirstOrDefault() ?? "";
        return Signatures.Equal(mine, Sign(account.Secrets.Key, payload)) | Signatures.Equal(mine, Sign(account.Secrets.Key, payload + "\n"));
    }

    private static XElement? Parse(string payload)
    {
        try
        {
            using var reader = XmlReader.Create(
                new MemoryStream(Convert.FromBase64String(payload.Replace("\n", "", StringComparison.Ordinal))), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 1_000_000 });
            return XElement.Load(reader);
        }
        catch (Exception exception) when (exception is FormatException or XmlException)
        {
            return null;
        }
    }
}
