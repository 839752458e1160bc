using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.Stripe;

/// <summary>Verifies and reads what Stripe tells: <c>Stripe-Signature: t=…,v1=…</c> over the time, a dot and the raw body.</summary>
internal static class StripeWebhook
{
    public const string SignatureHeader = "Stripe-Signature";
    private static readonly TimeSpan tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Null: not Stripe's, not of this account's mode, or too old.</summary>
    public static ProcessorEvent? Read(WebhookCall call, MerchantAccount account, DateTimeOffset now)
    {
        if (account.Secrets.WebhookSecret is not { Length: > 0 } secret || !IsSigned(call, secret, now))
        {
            return null;
        }

        try
        {
            var told = JsonElement.Parse(call.Body.Span);
            if (told.Text("id") is not { } id || told.Member("data").Member("object") is not { } thing || told.IsTrue("livemode") != account.Live)
            {
                return null;
            }

            var payment = thing.Text("object") == "payment_intent" ? thing.Text("id") : thing.Text("payment_intent");
            return new(id, payment ?? "", thing.Member("metadata").Text("purchase") ?? "");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The header for a body, as Stripe makes it; for tests as well.</summary>
    public static string Sign(string secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var stamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={stamp},v1={Hash(secret, stamp, body)}";
    }

    private static bool IsSigned(WebhookCall call, string secret, DateTimeOffset now)
    {
        var parts = (call.Header(SignatureHeader) ?? "").Split(',').Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToList();
        var stamp = parts.FirstOrDefault(part => part[0] == "t")?[1] ?? "";
        if (!long.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || Math.Abs(now.ToUnixTimeSeconds() - seconds) > tolerance.TotalSeconds)
        {
            return false;
        }

        // Several while a secret is being changed; any of them may be ours. v0 is not looked at.
        var expected = Hash(secret, stamp, call.Body.Span);
        return parts.Where(part => part[0] == "v1").Take(10).Aggregate(false, (found, part) => found | Signatures.Equal(part[1], expected));
    }

    private static string Hash(string secret, string stamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hash.AppendData(Encoding.ASCII.GetBytes(stamp + "."));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
