using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Stoa.Media.Checks;

/// <summary>
/// WebM with sound alone, as browsers record it (RFC 8794, RFC 9559), also with lengths left open. Tags, attachments, chapters, title and date become
/// void elements of the same length, so that no offset changes.
/// </summary>
internal sealed class Webm
{
    private const int ElementsMax = 1_000_000;
    private const long Open = -1;

    private const long Header = 0x1A45DFA3, DocType = 0x4282, Segment = 0x18538067;
    private const long SeekHead = 0x114D9B74, Info = 0x1549A966, Tracks = 0x1654AE6B, Cluster = 0x1F43B675, Cues = 0x1C53BB6B, Void = 0xEC, Checksum = 0xBF;
    private const long TimestampScale = 0x2AD7B1, DurationId = 0x4489, MuxingApp = 0x4D80, WritingApp = 0x5741;
    private const long TrackEntry = 0xAE, TrackType = 0x83, CodecId = 0x86;
    private const long Timestamp = 0xE7, SimpleBlock = 0xA3, BlockGroup = 0xA0, Position = 0xA7, PreviousSize = 0xAB;

    private readonly Content content;
    private readonly Pieces pieces = new();
    private int elements;
    private double scale = 1_000_000; // Nanoseconds to a tick.
    private double? duration;
    private long lastTick;
    private int sounds;
    private bool hasOther;

    private Webm(Content content) => this.content = content;

    public static bool Is(Content content) => content.Has(0, [0x1A, 0x45, 0xDF, 0xA3]);

    /// <returns>Null: it is of another kind than sound alone.</returns>
    public static CheckedContent? TryCheck(Content content) => new Webm(content).TryCheck();

    private CheckedContent? TryCheck()
    {
        var header = Read(0, content.Length);
        ContentRefusedException.Unless(header.Id == Header && header.Length is >= 0 and < 1024, "The WebM's header is wrong.");
        if (Children(header).FirstOrDefault(child => child.Id == DocType) is not { Length: 4 } type || !content.Has(type.Data, "webm"u8))
        {
            return null;
        }

        var segment = Read(header.End, content.Length);
        ContentRefusedException.Unless(segment.Id == Segment, "The WebM has no content.");
        var end = segment.Length == Open ? content.Length : segment.End;
        pieces.Copy(0, segment.Data);
        var position = segment.Data;
        var clusters = 0;
        while (position < end && (segment.Length == Open ? TryReadLast(position, end) : Read(position, end)) is { } element)
        {
            position = element.Id switch
            {
                Cluster => VisitCluster(element, end, ref clusters),
                Info => VisitInfo(element),
                Tracks => VisitTracks(element),
                SeekHead or Cues or Checksum => Keep(element),
                _ => Blank(element),
            };
            if (hasOther)
            {
                return null;
            }
        }

        ContentRefusedException.Unless(sounds > 0 && clusters > 0, "The WebM has no sound.");
        return CheckedContent.Audio("audio/webm", pieces, duration is { } ticks ? ticks * scale / 1_000_000 : lastTick * scale / 1_000_000);
    }

    private long VisitInfo(Element info)
    {
        ContentRefusedException.Unless(info.Length != Open, "The WebM's description has no length.");
        pieces.Copy(info.Start, info.Data - info.Start);
        foreach (var child in Children(info))
        {
            switch (child.Id)
            {
                case TimestampScale:
                    scale = Number(child);
                    break;
                case DurationId when child.Length == 4:
                    duration = BinaryPrimitives.ReadSingleBigEndian(content.Read(child.Data, 4));
                    break;
                case DurationId when child.Length == 8:
                    duration = BinaryPrimitives.ReadDoubleBigEndian(content.Read(child.Data, 8));
                    break;
                case MuxingApp or WritingApp:
                    break; // Required; the browser's name.
                default:
                    Blank(child);
                    continue;
            }

            Keep(child);
        }

        return info.End;
    }

    private long VisitTracks(Element list)
    {
        ContentRefusedException.Unless(list.Length != Open, "The WebM's tracks have no length.");
        foreach (var entry in Children(list).Where(child => child.Id == TrackEntry))
        {
            foreach (var child in Children(entry))
            {
                if (child.Id == TrackType)
                {
                    // 2 is sound.
                    var isSound = Number(child) == 2;
                    sounds += isSound ? 1 : 0;
                    hasOther |= !isSound;
                }
                else if (child.Id == CodecId)
                {
                    var codec = Encoding.ASCII.GetString(content.Peek(child.Data, (int)Math.Min(child.Length, 32)));
                    ContentRefusedException.Unless(codec is "A_OPUS" or "A_VORBIS" || !codec.StartsWith("A_", StringComparison.Ordinal), "The WebM's sound is of a kind that browsers do not play.");
                }
            }
        }

        return Keep(list);
    }

    /// <returns>Where the next element of the segment begins.</returns>
    private long VisitCluster(Element cluster, long segmentEnd, ref int clusters)
    {
        clusters++;
        var (end, position, began) = (cluster.Length == Open ? segmentEnd : cluster.End, cluster.Data, 0L);
        pieces.Copy(cluster.Start, cluster.Data - cluster.Start);
        while (position < end && (cluster.Length == Open ? TryReadLast(position, end) : Read(position, end)) is { } element)
        {
            switch (element.Id)
            {
                case Timestamp:
                    began = (long)Math.Min(Number(element), long.MaxValue / 2);
                    lastTick = Math.Max(lastTick, began);
                    break;
                case SimpleBlock when element.Length >= 4:
                    // The track's number in one byte, then the time within the cluster.
                    lastTick = Math.Max(lastTick, began + BinaryPrimitives.ReadInt16BigEndian(content.Read(element.Data + 1, 2)));
                    break;
                case SimpleBlock or BlockGroup or Position or PreviousSize or Void:
                    break;
                default:
                    if (cluster.Length == Open)
                    {
                        // One with its length left open ends where something begins that cannot stand in it.
                        return position;
                    }

                    position = Blank(element);
                    continue;
            }

            position = Keep(element);
        }

        return cluster.Length == Open ? Math.Max(position, end) : end;
    }

    private long Keep(Element element)
    {
        ContentRefusedException.Unless(element.Length != Open, "An element of the WebM has no length.");
        pieces.Copy(element.Start, element.End - element.Start);
        return element.End;
    }

    /// <summary>A void element in its place, of the same length to the byte.</summary>
    private long Blank(Element element)
    {
        ContentRefusedException.Unless(element.Length != Open, "An element of the WebM has no length.");
        var whole = element.End - element.Start;
        if (whole >= 9)
        {
            var header = new byte[9];
            header[0] = 0xEC;
            BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(1), 0x0100_0000_0000_0000 | (ulong)(whole - 9));
            pieces.Write(header);
            pieces.Zeros(whole - 9);
        }
        else
        {
            // At least an id and a length of one byte each.
            pieces.Write(0xEC, (byte)(0x80 | (whole - 2)));
            pieces.Zeros(whole - 2);
        }

        return element.End;
    }

    private List<Element> Children(Element parent)
    {
        var children = new List<Element>();
        for (var position = parent.Data; position < parent.End; position = children[^1].End)
        {
            children.Add(Read(position, parent.End));
            ContentRefusedException.Unless(children[^1].Length != Open && children.Count <= 10_000, "An element of the WebM is wrong.");
        }

        return children;
    }

    /// <summary>An unsigned number; up to 2⁶⁴ as a floating-point one, for it only becomes a length of time.</summary>
    private double Number(Element element)
    {
        ContentRefusedException.Unless(element.Length is >= 0 and <= 8, "A number of the WebM is wrong.");
        var value = 0.0;
        foreach (var digit in content.Read(element.Data, (int)element.Length))
        {
            value = (value * 256) + digit;
        }

        return value;
    }

    /// <summary>As <see cref="Read"/>; null for one that goes on behind the end: a recorder that was cut off leaves half of one.</summary>
    private Element? TryReadLast(long position, long end)
    {
        if (end == content.Length && end - position < 12)
        {
            // It may be too short even for a header.
            try
            {
                return Read(position, end);
            }
            catch (ContentRefusedException)
            {
                return null;
            }
        }

        var element = HeaderAt(position, end);
        return element.Length == Open || element.End <= end ? element : end == content.Length ? null : throw ContentRefusedException.Malformed("An element of the WebM is longer than what it stands in.");
    }

    private Element Read(long position, long end)
    {
        var element = HeaderAt(position, end);
        ContentRefusedException.Unless(element.Length == Open || element.End <= end, "An element of the WebM is longer than what it stands in.");
        return element;
    }

    private Element HeaderAt(long position, long end)
    {
        ContentRefusedException.Unless(++elements <= ElementsMax, "The WebM has too many elements.");
        var (id, idBytes) = Variable(position, 4, keepMarker: true);
        var (length, lengthBytes) = Variable(position + idBytes, 8, keepMarker: false);
        var data = position + idBytes + lengthBytes;
        ContentRefusedException.Unless(data <= end, "An element of the WebM is longer than what it stands in.");
        var isOpen = length == (1L << (7 * lengthBytes)) - 1;
        return new(id, position, data, isOpen ? Open : length);
    }

    /// <summary>A number that says by its leading zeros how many bytes it has.</summary>
    private (long Value, int Bytes) Variable(long position, int bytesMax, bool keepMarker)
    {
        var first = content.Byte(position);
        var count = BitOperations.LeadingZeroCount((uint)first) - 24 + 1;
        ContentRefusedException.Unless(count <= bytesMax, "A number of the WebM is wrong.");
        long value = keepMarker ? first : first & ((1 << (8 - count)) - 1);
        foreach (var next in content.Read(position, count)[1..])
        {
            value = (value << 8) | next;
        }

        return (value, count);
    }

    private readonly record struct Element(long Id, long Start, long Data, long Length)
    {
        public long End => Data + Length;
    }
}
