using System.Buffers.Binary;

namespace Stoa.Media.Checks;

/// <summary>
/// JPEG (ITU-T T.81): tables, one frame, its scans. Of the application segments JFIF and Adobe's colour transform are written anew, Exif gives its
/// orientation alone; profiles, comments, previews and whatever follows the end are left out.
/// </summary>
internal static class Jpeg
{
    // A progressive picture has a dozen; thousands are a way to make browsers work for minutes.
    private const int ScansMax = 100;
    private const int SegmentsMax = 10_000;

    public static bool Is(Content content) => content.Has(0, [0xFF, 0xD8, 0xFF]);

    public static CheckedContent Check(Content content)
    {
        var (parts, position) = (new Pieces(), 2L);
        var (width, height, scans, orientation) = (0, 0, 0, 1);
        byte? colours = null;
        var (hasJfif, hasTables) = (false, false);
        for (var segments = 0; ; segments++)
        {
            ContentRefusedException.Unless(segments < SegmentsMax, "The JPEG has too many segments.");
            var marker = NextMarker(content, ref position);
            if (marker == 0xD9)
            {
                break;
            }

            var length = content.U16(position);
            ContentRefusedException.Unless(length >= 2, "A JPEG segment has no length.");
            // Its last byte must be there.
            content.Byte(position + length - 1);
            var (start, data, size) = (position - 2, position + 2, length - 2);
            position += length;
            switch (marker)
            {
                case 0xE0:
                    hasJfif |= size >= 5 && content.Has(data, "JFIF\0"u8);
                    break;
                case 0xE1 when size >= 6 && content.Has(data, "Exif\0\0"u8):
                    orientation = ExifOrientation.Read(content, data + 6, size - 6) ?? orientation;
                    break;
                case 0xEE when size >= 12 && content.Has(data, "Adobe"u8):
                    colours = content.Byte(data + 11);
                    ContentRefusedException.Unless(colours <= 2, "The JPEG names a colour transform that there is not.");
                    break;
                case 0xC4 or 0xDB or 0xDD:
                    hasTables |= marker == 0xDB;
                    CopySegment(content, parts, start, length);
                    break;
                case 0xC0 or 0xC1 or 0xC2:
                    ContentRefusedException.Unless(width == 0, "The JPEG has several frames.");
                    (width, height) = Frame(content, data, size);
                    CopySegment(content, parts, start, length);
                    break;
                case 0xDA:
                    ContentRefusedException.Unless(width > 0 && hasTables, "A JPEG scan comes before its frame or tables.");
                    ContentRefusedException.Unless(++scans <= ScansMax, "The JPEG has too many scans.");
                    ContentRefusedException.Unless(size >= 1 && content.Byte(data) is >= 1 and <= 4 and var components && size == 4 + (2 * components), "A JPEG scan has a wrong header.");
                    CopySegment(content, parts, start, length);
                    var end = EndOfScan(content, position);
                    parts.Copy(position, end - position);
                    position = end;
                    break;
                case >= 0xE0 and <= 0xEF or 0xFE:
                    break; // Left out.
                default:
                    throw ContentRefusedException.Malformed($"The JPEG is of a kind that browsers do not show (marker {marker:X2}).");
            }
        }

        ContentRefusedException.Unless(scans > 0, "The JPEG has no scan.");
        var turned = orientation >= 5;
        return CheckedContent.Image("image/jpeg", Assemble(parts, hasJfif, orientation, colours), turned ? height : width, turned ? width : height);
    }

    private static Pieces Assemble(Pieces parts, bool hasJfif, int orientation, byte? colours)
    {
        var whole = new Pieces();
        whole.Write(0xFF, 0xD8);
        if (hasJfif)
        {
            whole.Write(0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0);
        }

        if (orientation != 1)
        {
            whole.Write(ExifOrientation.Segment(orientation));
        }

        if (colours is { } transform)
        {
            whole.Write(0xFF, 0xEE, 0, 14, (byte)'A', (byte)'d', (byte)'o', (byte)'b', (byte)'e', 0, 100, 0, 0, 0, 0, transform);
        }

        whole.Append(parts);
        whole.Write(0xFF, 0xD9);
        return whole;
    }

    private static void CopySegment(Content content, Pieces parts, long start, int length)
    {
        // Fill bytes may stand before a marker: the two right before the length are the marker all the same.
        ContentRefusedException.Unless(content.Byte(start) == 0xFF, "A JPEG segment has no marker.");
        parts.Copy(start, length + 2L);
    }

    /// <summary>Moves behind the marker.</summary>
    private static byte NextMarker(Content content, ref long position)
    {
        ContentRefusedException.Unless(content.Byte(position) == 0xFF, "The JPEG has something between its segments.");
        var filled = position;
        byte marker;
        while ((marker = content.Byte(++position)) == 0xFF)
        {
            ContentRefusedException.Unless(position - filled < 1024, "The JPEG has something between its segments.");
        }

        position++;
        return marker;
    }

    private static (int Width, int Height) Frame(Content content, long data, int size)
    {
        ContentRefusedException.Unless(size >= 6 && content.Byte(data) == 8, "The JPEG's frame has not eight bits to a colour.");
        var (height, width, components) = (content.U16(data + 1), content.U16(data + 3), content.Byte(data + 5));
        ContentRefusedException.Unless(components is 1 or 3 or 4 && size == 6 + (3 * components), "The JPEG's frame has a wrong header.");
        for (var i = 0; i < components; i++)
        {
            var sampling = content.Byte(data + 7 + (3 * i));
            ContentRefusedException.Unless(sampling >> 4 is >= 1 and <= 4 && (sampling & 15) is >= 1 and <= 4, "The JPEG's frame has a wrong sampling.");
        }

        PictureLimits.Check(width, height);
        return (width, height);
    }

    /// <summary>Where the next marker begins that is neither a stuffed byte nor a restart.</summary>
    private static long EndOfScan(Content content, long position)
    {
        while (true)
        {
            var ahead = content.Ahead(position);
            ContentRefusedException.Unless(ahead.Length >= 2, "The JPEG ends in the middle of a scan.");
            var at = ahead.IndexOf((byte)0xFF);
            if (at < 0)
            {
                position += ahead.Length;
                continue;
            }

            if (at == ahead.Length - 1)
            {
                ContentRefusedException.Unless(at > 0, "The JPEG ends in the middle of a scan.");
                position += at;
                continue;
            }

            if (ahead[at + 1] is 0 or (>= 0xD0 and <= 0xD7))
            {
                position += at + 2;
                continue;
            }

            if (ahead[at + 1] == 0xFF)
            {
                position += at + 1;
                continue;
            }

            return position + at;
        }
    }
}

/// <summary>The one thing of Exif that is kept: which way up the picture is shown.</summary>
internal static class ExifOrientation
{
    private const int Tag = 0x0112;

    /// <returns>1 to 8; null where the block says nothing that can be read.</returns>
    public static int? Read(Content content, long start, int size)
    {
        if (size < 14)
        {
            return null;
        }

        var block = content.Read(start, size);
        var little = block[0] == 'I';
        if (!block[..4].SequenceEqual(little ? "II*\0"u8 : "MM\0*"u8))
        {
            return null;
        }

        var directory = U32(block[4..]);
        if (directory > size - 2)
        {
            return null;
        }

        var entries = U16(block[(int)directory..]);
        for (var i = 0; i < entries; i++)
        {
            var at = directory + 2 + (12L * i);
            if (at + 12 > size)
            {
                return null;
            }

            var entry = block.Slice((int)at, 12);
            if (U16(entry) == Tag)
            {
                // A SHORT, one of it.
                return U16(entry[2..]) == 3 && U32(entry[4..]) == 1 && U16(entry[8..]) is >= 1 and <= 8 and var orientation ? orientation : null;
            }
        }

        return null;

        int U16(ReadOnlySpan<byte> bytes) => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
        long U32(ReadOnlySpan<byte> bytes) => little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>An Exif segment with this and nothing else.</summary>
    public static byte[] Segment(int orientation) =>
    [
        0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
        (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8,
        0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0,
    ];
}
