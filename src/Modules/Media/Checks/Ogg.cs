using System.Buffers.Binary;

namespace Stoa.Media.Checks;

/// <summary>Ogg with one stream of Opus (RFC 3533, RFC 7845): checksums hold, comments are replaced by an empty block of ours, pages are numbered anew.</summary>
internal static class Ogg
{
    private const int PagesMax = 60_000; // Fifteen hours of one-second pages.
    private const byte Continued = 1;
    private const byte BeginsStream = 2;
    private const byte EndsStream = 4;

    public static bool Is(Content content) => content.Has(0, "OggS"u8);

    /// <returns>Null: it is of another kind than Opus.</returns>
    public static CheckedContent? TryCheck(Content content)
    {
        var first = Page.Read(content, 0);
        if (!content.Has(first.Data, "OpusHead"u8))
        {
            return null;
        }

        ContentRefusedException.Unless((first.Flags & BeginsStream) != 0 && first.DataLength >= 19 && content.Byte(first.Data + 8) < 16, "The Ogg's beginning is wrong.");
        var preSkip = content.U16Little(first.Data + 10);
        var parts = new Pieces();
        parts.Copy(0, first.Length);
        parts.Write(Comments(first.Serial));

        var position = SkipComments(content, first.Length, first.Serial);
        var (number, lastGranule, ended) = (2u, 0L, false);
        while (position < content.Length && !ended)
        {
            // A recorder that was cut off leaves half a page: it ends before that one.
            if (Page.TryRead(content, position) is not { } page || page.Serial != first.Serial)
            {
                break;
            }

            ContentRefusedException.Unless(number < PagesMax && (page.Flags & BeginsStream) == 0, "The Ogg has too many pages or streams.");
            lastGranule = page.Granule > lastGranule ? page.Granule : lastGranule;
            ended = (page.Flags & EndsStream) != 0;
            if (page.Number == number)
            {
                parts.Copy(position, page.Length);
            }
            else
            {
                parts.Write(page.HeaderNumbered(content, number));
                parts.Copy(page.Data, page.DataLength);
            }

            position += page.Length;
            number++;
        }

        ContentRefusedException.Unless(number > 2, "The Ogg has no sound.");
        return CheckedContent.Audio("audio/ogg", parts, Math.Max(0, lastGranule - preSkip) / 48.0);
    }

    private static long SkipComments(Content content, long position, uint serial)
    {
        for (var first = true; ; first = false)
        {
            var page = Page.Read(content, position);
            ContentRefusedException.Unless(page.Serial == serial && (first ? content.Has(page.Data, "OpusTags"u8) : (page.Flags & Continued) != 0), "The Ogg's comments are wrong.");
            position += page.Length;
            // Sound begins on a page of its own (RFC 7845, section 3): the comments end with their page.
            if (page.EndsPacket)
            {
                return position;
            }
        }
    }

    private static byte[] Comments(uint serial)
    {
        byte[] body = [.. "OpusTags"u8, 4, 0, 0, 0, .. "stoa"u8, 0, 0, 0, 0];
        var page = new byte[28 + body.Length];
        "OggS"u8.CopyTo(page);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(14), serial);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(18), 1);
        (page[26], page[27]) = (1, (byte)body.Length);
        body.CopyTo(page, 28);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(22), Crc32.AddOgg(0, page));
        return page;
    }

    private readonly record struct Page(long Start, byte Flags, long Granule, uint Serial, uint Number, int HeaderLength, int DataLength, bool EndsPacket)
    {
        public long Data => Start + HeaderLength;

        public long Length => HeaderLength + DataLength;

        public static Page Read(Content content, long start) => TryRead(content, start) ?? throw ContentRefusedException.Malformed("A page of the Ogg is wrong.");

        public static Page? TryRead(Content content, long start)
        {
            var fixedPart = content.Peek(start, 27);
            if (fixedPart.Length < 27 || !fixedPart.StartsWith("OggS\0"u8))
            {
                return null;
            }

            var (flags, segments) = (fixedPart[5], fixedPart[26]);
            var granule = BinaryPrimitives.ReadInt64LittleEndian(fixedPart[6..]);
            var (serial, number, sum) = (U32(fixedPart, 14), U32(fixedPart, 18), U32(fixedPart, 22));
            var lengths = content.Peek(start + 27, segments);
            if (lengths.Length < segments || segments == 0)
            {
                return null;
            }

            var data = 0;
            foreach (var length in lengths)
            {
                data += length;
            }

            var endsPacket = lengths[^1] < 255;
            var page = new Page(start, flags, granule, serial, number, 27 + segments, data, endsPacket);
            return start + page.Length <= content.Length && Sum(content.Read(start, 27 + segments), content, page) == sum ? page : null;
        }

        public byte[] HeaderNumbered(Content content, uint number)
        {
            var header = content.Read(Start, HeaderLength).ToArray();
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(18), number);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(22), Sum(header, content, this));
            return header;
        }

        /// <summary>Over the page with the place of the sum itself as zero. A page has at most 255 × 255 bytes: one window.</summary>
        private static uint Sum(ReadOnlySpan<byte> header, Content content, Page page)
        {
            var crc = Crc32.AddOgg(0, header[..22]);
            crc = Crc32.AddOgg(crc, [0, 0, 0, 0]);
            crc = Crc32.AddOgg(crc, header[26..]);
            return Crc32.AddOgg(crc, content.Read(page.Data, page.DataLength));
        }

        private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
    }
}
