using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.Threads.Membership;

/// <summary>Links into groups: a token of 256 random bits, of which only the hash is kept.</summary>
internal static class InviteTokens
{
    private const string Prefix = "gi_";
    private const int Length = 46;

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <returns>Null for what can be none.</returns>
    public static byte[]? HashOf(string token) =>
        token.Length == Length && token.StartsWith(Prefix, StringComparison.Ordinal) ? Hash(token) : null;

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>A link as it is at a moment.</summary>
internal readonly record struct InviteState(DateTimeOffset? ExpiresAt, int Uses, int? UsesMax, bool Revoked)
{
    public bool IsAlive(DateTimeOffset at) => !Revoked && !(ExpiresAt <= at) && !(Uses >= UsesMax);
}
