using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.BotSdk;

/// <summary><c>X-Hub-Signature-256</c>: HMAC-SHA256 of the bytes on the wire, keyed with the app's secret.</summary>
public static class WebhookSignature
{
    private const string Prefix = "sha256=";

    /// <summary>Compares in constant time. A missing or malformed header is wrong, and so is everything while no secret is known.</summary>
    public static bool IsRight(string? header, ReadOnlySpan<byte> body, string appSecret)
    {
        if (appSecret.Length == 0 || header is null || header.Length != Prefix.Length + 2 * HMACSHA256.HashSizeInBytes || !header.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (Convert.FromHexString(header.AsSpan(Prefix.Length), given, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(appSecret), body, expected);
        return CryptographicOperations.FixedTimeEquals(given, expected);
    }

    /// <returns>The header's value for these bytes, for tests and for tools that play the platform.</returns>
    public static string Of(ReadOnlySpan<byte> body, string appSecret) => Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(appSecret), body));
}
