namespace Stoa.Media.Checks;

/// <summary>PNG and its animated form: header, palette, transparency, colours, pixels. Text, times, profiles and Exif are left out.</summary>
internal static class Png
{
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    public static bool Is(Content content) => content.Has(0, Signature);

    public static CheckedContent Check(Content content)
    {
        var (parts, position) = (new Pieces(), 8L);
        parts.Copy(0, 8);
        var (width, height) = (0u, 0u);
        var (announced, frames, framePixels) = (0u, 0, 0L);
        var (hasPixels, pixelsEnded, hasPalette, animated) = (false, false, false, false);
        for (var first = true; ; first = false)
        {
            var length = content.U32(position);
            var type = Fourcc.Read(content, position + 4);
            ContentRefusedException.Unless(length <= content.Length && content.Peek(position + 8 + length, 4).Length == 4, "A PNG chunk is longer than the content.");
            var (start, data) = (position, position + 8);
            position += 12 + length;
            ContentRefusedException.Unless(first == (type == "IHDR"), "The PNG does not begin with its one header.");
            pixelsEnded |= hasPixels && type != "IDAT";
            switch (type)
            {
                case "IHDR":
                    (width, height) = Header(content, data, length);
                    break;
                case "PLTE":
                    ContentRefusedException.Unless(!hasPixels && !hasPalette && length is > 0 and <= 768 && length % 3 == 0, "The PNG's palette is wrong.");
                    hasPalette = true;
                    break;
                case "IDAT":
                    ContentRefusedException.Unless(!pixelsEnded, "The PNG's pixels are scattered.");
                    hasPixels = true;
                    break;
                case "tRNS" or "gAMA" or "cHRM" or "sRGB" or "sBIT":
                    ContentRefusedException.Unless(!hasPixels && length <= 256, $"The PNG's part {type} is wrong.");
                    break;
                case "acTL":
                    ContentRefusedException.Unless(!hasPixels && !animated && length == 8, "The PNG's animation is wrong.");
                    animated = true;
                    announced = content.U32(data);
                    PictureLimits.CheckAnimation((int)Math.Min(announced, int.MaxValue), 0);
                    break;
                case "fcTL" when animated:
                    ContentRefusedException.Unless(length == 26, "The PNG's animation is wrong.");
                    framePixels += Frame(content, data, width, height);
                    PictureLimits.CheckAnimation(++frames, framePixels);
                    break;
                case "fdAT" when animated:
                    ContentRefusedException.Unless(length >= 4 && hasPixels, "The PNG's animation is wrong.");
                    break;
                case "IEND":
                    ContentRefusedException.Unless(hasPixels && length == 0, "The PNG has no pixels.");
                    ContentRefusedException.Unless(!animated || (announced == frames && frames > 0), "The PNG has not as many frames as it says.");
                    CheckSum(content, start, length);
                    parts.Copy(start, 12);
                    return CheckedContent.Image("image/png", parts, (int)width, (int)height, Math.Max(1, frames));
                default:
                    // A capital first letter: it cannot be shown without this part.
                    ContentRefusedException.Unless(type[0] is >= 'a' and <= 'z', $"The PNG needs a part that is not known: {type}.");
                    continue;
            }

            CheckSum(content, start, length);
            parts.Copy(start, length + 12L);
        }
    }

    private static (uint Width, uint Height) Header(Content content, long data, uint length)
    {
        ContentRefusedException.Unless(length == 13, "The PNG's header is wrong.");
        var (width, height) = (content.U32(data), content.U32(data + 4));
        PictureLimits.Check(width, height);
        var (depth, colour) = (content.Byte(data + 8), content.Byte(data + 9));
        ContentRefusedException.Unless(
            (colour, depth) is (0, 1 or 2 or 4 or 8 or 16) or (2, 8 or 16) or (3, 1 or 2 or 4 or 8) or (4, 8 or 16) or (6, 8 or 16)
            && content.Byte(data + 10) == 0 && content.Byte(data + 11) == 0 && content.Byte(data + 12) <= 1, "The PNG's header is wrong.");
        return (width, height);
    }

    /// <returns>The frame's pixels.</returns>
    private static long Frame(Content content, long data, uint width, uint height)
    {
        var (w, h, x, y) = ((long)content.U32(data + 4), (long)content.U32(data + 8), (long)content.U32(data + 12), (long)content.U32(data + 16));
        ContentRefusedException.Unless(w > 0 && h > 0 && x + w <= width && y + h <= height, "A frame of the PNG lies outside of it.");
        return w * h;
    }

    private static void CheckSum(Content content, long start, uint length)
    {
        var crc = Crc32.Begin;
        var (at, end) = (start + 4, start + 8 + length);
        while (at < end)
        {
            var bytes = content.Read(at, (int)Math.Min(end - at, Content.WindowBytes));
            crc = Crc32.Add(crc, bytes);
            at += bytes.Length;
        }

        ContentRefusedException.Unless(Crc32.End(crc) == content.U32(end), "A checksum of the PNG is wrong.");
    }
}

/// <summary>Names of parts: four letters.</summary>
internal static class Fourcc
{
    public static string Read(Content content, long offset)
    {
        var bytes = content.Read(offset, 4);
        return string.Create(4, BitConverter.ToUInt32(bytes), static (into, value) =>
        {
            for (var i = 0; i < 4; i++)
            {
                into[i] = (char)((value >> (8 * i)) & 0xFF);
            }
        });
    }
}

/// <summary>CRC-32 as PNG has it (ISO 3309), and as Ogg has it (the same polynomial, not reflected).</summary>
internal static class Crc32
{
    public const uint Begin = 0xFFFFFFFF;

    private static readonly uint[] reflected = Table(0xEDB88320, static (value, polynomial) => (value & 1) != 0 ? (value >> 1) ^ polynomial : value >> 1, shift: 0);
    private static readonly uint[] straight = Table(0x04C11DB7, static (value, polynomial) => (value & 0x80000000) != 0 ? (value << 1) ^ polynomial : value << 1, shift: 24);

    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc = reflected[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return crc;
    }

    public static uint End(uint crc) => ~crc;

    /// <summary>Begins and ends with 0.</summary>
    public static uint AddOgg(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc = straight[(byte)(crc >> 24) ^ value] ^ (crc << 8);
        }

        return crc;
    }

    private static uint[] Table(uint polynomial, Func<uint, uint, uint> step, int shift)
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var value = i << shift;
            for (var bit = 0; bit < 8; bit++)
            {
                value = step(value, polynomial);
            }

            table[i] = value;
        }

        return table;
    }
}
