using System.Buffers;
using System.Security.Cryptography;

namespace Stoa.Media.Storage;

/// <summary>Names of blobs are ours and random: they tell nothing and cannot lead anywhere.</summary>
internal static class BlobName
{
    private static readonly SearchValues<char> digits = SearchValues.Create("0123456789abcdef");

    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public static bool IsOne(string name) => name.Length == 32 && !name.AsSpan().ContainsAnyExcept(digits);
}
