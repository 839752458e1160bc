using System.Security.Cryptography;
using System.Text;

namespace Stoa.Town.BotApi;

/// <summary>X-Hub-Signature-256: HMAC-SHA256 of the bytes on the wire, keyed with the app's secret.</summary>
internal static class WebhookSignature
{
    private const string Prefix = "sha256=";

    /// <summary>Compares in constant time; a missing or malformed header is simply wrong.</summary>
    public static bool IsRight(string? header, ReadOnlySpan<byte> body, string appSecret)
    {
        if (header is null || header.Length != Prefix.Length + 2 * HMACSHA256.HashSizeInBytes || !header.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (Convert.FromHexString(header.AsSpan(Prefix.Length), given, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(appSecret), body, expected);
        return CryptographicOperations.FixedTimeEquals(given, expected);
    }

    public static string Of(ReadOnlySpan<byte> body, string appSecret) => Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(appSecret), body));
}
