namespace Stoa.Media.Checks;

/// <summary>MP3 (MPEG-1, 2 and 2.5, layer III): the chain of frames and nothing before or behind it; tags with names and pictures are left out.</summary>
internal static class Mp3
{
    private const int FramesMin = 3;
    private static readonly int[] bitratesOf1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly int[] bitratesOf2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    private static readonly int[] rates = [44100, 48000, 32000];

    /// <summary>There is no sure sign of one but that its frames follow each other.</summary>
    /// <returns>Null: it is none.</returns>
    public static CheckedContent? TryCheck(Content content)
    {
        var start = Id3Length(content);
        if (start is null)
        {
            return null;
        }

        var (position, frames, samples, rate) = (start.Value, 0, 0L, 0);
        while (Frame(content, position) is { } frame && position + frame.Length <= content.Length && (rate == 0 || rate == frame.Rate))
        {
            (position, samples, rate) = (position + frame.Length, samples + frame.Samples, frame.Rate);
            frames++;
        }

        // A tag with a picture may follow; but what is mostly something else is no MP3 with an odd end.
        if (frames < FramesMin || position - start.Value < (content.Length - start.Value) / 2)
        {
            return null;
        }

        var parts = new Pieces();
        parts.Copy(start.Value, position - start.Value);
        return CheckedContent.Audio("audio/mpeg", parts, samples * 1000.0 / rate);
    }

    /// <summary>Of the tag at the beginning; 0 without one. Null for a tag that goes on behind the end.</summary>
    private static long? Id3Length(Content content)
    {
        if (!content.Has(0, "ID3"u8) || content.Length < 10)
        {
            return 0;
        }

        // Four times seven bits.
        long length = (content.Byte(6) << 21) | (content.Byte(7) << 14) | (content.Byte(8) << 7) | content.Byte(9);
        length += (content.Byte(5) & 0x10) != 0 ? 20 : 10;
        return length < content.Length ? length : null;
    }

    private static (int Length, int Samples, int Rate)? Frame(Content content, long position)
    {
        if (content.Peek(position, 4) is not [0xFF, var second, var third, _] || (second & 0xE6) != 0xE2)
        {
            return null;
        }

        // Versions: 3 is MPEG-1, 2 MPEG-2, 0 MPEG-2.5.
        var (version, bitrate, rate) = ((second >> 3) & 3, third >> 4, (third >> 2) & 3);
        if (version == 1 || bitrate is 0 or 15 || rate == 3)
        {
            return null;
        }

        var isFirst = version == 3;
        var samplesPerSecond = rates[rate] >> (isFirst ? 0 : version == 2 ? 1 : 2);
        var samples = isFirst ? 1152 : 576;
        var length = (samples / 8 * 1000 * (isFirst ? bitratesOf1 : bitratesOf2)[bitrate] / samplesPerSecond) + ((third >> 1) & 1);
        return (length, samples, samplesPerSecond);
    }
}
