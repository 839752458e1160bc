using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Stoa.Kernel;

namespace Stoa.Media.Serving;

/// <summary>What of an upload a link shows.</summary>
internal enum LinkPart
{
    Content = 'c',
    Download = 'd',
    Thumbnail = 't',

    /// <summary>The content, for programs: these links live longer, and a key of its own in what is signed keeps them from passing for others.</summary>
    ForBots = 'b',
}

/// <summary>Links of the media origin: <c>/m/{key version}/{id}/{part}/{dies at}/{signature}</c>. Whoever has one may look until it dies.</summary>
internal sealed class MediaLinks(MediaOrigin origin, LinkKeys keys, TimeProvider time)
{
    public const string Pattern = "/m/{version:int}/{id}/{part}/{dies:long}/{signature}";
    public static readonly TimeSpan LastsMax = TimeSpan.FromMinutes(5);

    /// <summary>A delivery may be three days late; then there is still a week.</summary>
    public static readonly TimeSpan LastsForBots = TimeSpan.FromDays(10);
    private const long StepSeconds = 60;

    /// <summary>The same link for up to a minute, so that a browser that asks again finds it in its cache; it lasts four to five minutes.</summary>
    public Uri SignStable(MediaId media, LinkPart part)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return Sign(media, part, now - (now % StepSeconds) + (long)LastsMax.TotalSeconds);
    }

    public Uri Sign(MediaId media, LinkPart part, TimeSpan lasts) =>
        Sign(media, part, (time.GetUtcNow() + (lasts < LongestOf(part) ? lasts : LongestOf(part))).ToUnixTimeSeconds());

    /// <returns>How long the link still lives; null for one that is dead, or that we have not signed.</returns>
    public TimeSpan? Verify(int version, MediaId media, LinkPart part, long dies, string signature)
    {
        var left = dies - time.GetUtcNow().ToUnixTimeSeconds();
        Span<byte> sent = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return left > 0 && left <= LongestOf(part).TotalSeconds && keys.Find(version) is { } key
            && Base64Url.IsValid(signature, out var length) && length == sent.Length && Base64Url.TryDecodeFromChars(signature, sent, out _)
            && CryptographicOperations.FixedTimeEquals(sent, Hash(key, media, part, dies))
            ? TimeSpan.FromSeconds(left)
            : null;
    }

    private static TimeSpan LongestOf(LinkPart part) => part == LinkPart.ForBots ? LastsForBots : LastsMax;

    private Uri Sign(MediaId media, LinkPart part, long dies)
    {
        var (version, key) = keys.Newest;
        return new(string.Create(CultureInfo.InvariantCulture,
            $"{origin.Origin}/m/{version}/{media}/{(char)part}/{dies}/{Base64Url.EncodeToString(Hash(key, media, part, dies))}"));
    }

    private static byte[] Hash(byte[] key, MediaId media, LinkPart part, long dies) =>
        HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"stoa.media-link/1\n{media}\n{(char)part}\n{dies}")));
}
