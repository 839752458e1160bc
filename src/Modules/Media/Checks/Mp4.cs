using System.Buffers.Binary;

namespace Stoa.Media.Checks;

/// <summary>
/// MP4 and M4A (ISO/IEC 14496-12): the boxes are walked, what describes picture and sound stays where it is, and everything else (user data, places,
/// names, unknown boxes, tracks that are neither) becomes free space of the same length, so that no offset changes. Times of recording become zero.
/// </summary>
internal sealed class Mp4
{
    private const int BoxesMax = 20_000;
    private const int DepthMax = 8;
    private static readonly string[] brands = ["isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "mp41", "mp42", "avc1", "M4A ", "M4V ", "M4B ", "dash", "msdh", "mmp4", "MSNV"];
    private static readonly string[] leaves = ["hdlr", "vmhd", "smhd", "nmhd", "stbl", "mvex", "tfhd", "tfdt", "trun", "mfhd", "tref", "edts", "iods", "saiz", "saio", "sbgp", "sgpd"];

    private readonly Content content;
    private readonly Pieces pieces = new();
    private readonly List<Track> tracks = [];
    private int boxes;
    private bool hasMovie;
    private bool hasData;
    private double? milliseconds;

    private Mp4(Content content) => this.content = content;

    public static bool Is(Content content) =>
        content.Has(4, "ftyp"u8) && content.Length >= 12 && brands.Contains(Fourcc.Read(content, 8), StringComparer.Ordinal);

    public static CheckedContent Check(Content content) => new Mp4(content).Check();

    private CheckedContent Check()
    {
        Walk(0, content.Length, depth: 0);
        ContentRefusedException.Unless(hasMovie && hasData, "The MP4 has no description or no data.");
        var video = tracks.Find(track => track.Kind == "vide");
        if (video is null)
        {
            ContentRefusedException.Unless(tracks.Exists(track => track.Kind == "soun"), "The MP4 has neither picture nor sound.");
            return CheckedContent.Audio("audio/mp4", pieces, milliseconds ?? 0);
        }

        PictureLimits.Check(video.Width, video.Height);
        return new(MediaKinds.Video, "video/mp4", pieces, IsRebuilt: true)
        {
            Width = video.IsTurned ? video.Height : video.Width,
            Height = video.IsTurned ? video.Width : video.Height,
            DurationMs = CheckedContent.Duration(milliseconds ?? 0),
        };
    }

    private void Walk(long position, long end, int depth)
    {
        ContentRefusedException.Unless(depth <= DepthMax, "The MP4's boxes are nested too deep.");
        while (position < end)
        {
            if (end - position < 8)
            {
                // Too short for a box: what stands there belongs to nothing.
                pieces.Zeros(depth == 0 ? 0 : end - position);
                return;
            }

            ContentRefusedException.Unless(++boxes <= BoxesMax, "The MP4 has too many boxes.");
            var box = Box.Read(content, position, end, depth);
            Visit(box, depth);
            position = box.End;
        }
    }

    private void Visit(Box box, int depth)
    {
        switch (depth, box.Type)
        {
            case (0, "ftyp"):
                ContentRefusedException.Unless(box.Start == 0, "The MP4 has several beginnings.");
                Copy(box);
                break;
            case (0, "mdat"):
                hasData = true;
                Copy(box);
                break;
            case (0, "styp" or "sidx" or "mfra"):
                Copy(box);
                break;
            case (0, "moov"):
                ContentRefusedException.Unless(!hasMovie, "The MP4 has several descriptions.");
                hasMovie = true;
                Enter(box, depth);
                break;
            case (0, "moof"):
                hasData = true;
                Enter(box, depth);
                break;
            case (1, "mvhd"):
                milliseconds = Header(box);
                break;
            case (1, "trak") when IsPictureOrSound(box):
                Enter(box, depth);
                break;
            case (1, "traf") or (2, "mdia") or (3, "minf") or (4, "dinf"):
                Enter(box, depth);
                break;
            case (2, "tkhd") or (3, "mdhd"):
                Header(box);
                break;
            case (5, "dref"):
                CheckReferences(box);
                Copy(box);
                break;
            case ( > 0, _) when leaves.Contains(box.Type, StringComparer.Ordinal):
                Copy(box);
                break;
            default:
                Free(box);
                break;
        }
    }

    private void Copy(Box box) => pieces.Copy(box.Start, box.End - box.Start);

    private void Enter(Box box, int depth)
    {
        pieces.Copy(box.Start, box.Data - box.Start);
        Walk(box.Data, box.End, depth + 1);
    }

    private void Free(Box box)
    {
        // The header as it is, but for its name.
        pieces.Write([.. content.Read(box.Start, 4), .. "free"u8]);
        pieces.Copy(box.Start + 8, box.Data - box.Start - 8);
        pieces.Zeros(box.End - box.Data);
    }

    /// <summary>Of a header box (mvhd, tkhd, mdhd) everything but its two times.</summary>
    /// <returns>Of mvhd and mdhd the length in milliseconds, where it says one.</returns>
    private double? Header(Box box)
    {
        var isLong = content.Byte(box.Data) == 1;
        var times = isLong ? 16 : 8;
        ContentRefusedException.Unless(box.End - box.Data >= 4 + times + (isLong ? 12 : 8), "A header of the MP4 is too short.");
        pieces.Copy(box.Start, box.Data + 4 - box.Start);
        pieces.Zeros(times);
        pieces.Copy(box.Data + 4 + times, box.End - (box.Data + 4 + times));
        var scale = content.U32(box.Data + 4 + times);
        var length = isLong ? BinaryPrimitives.ReadUInt64BigEndian(content.Read(box.Data + 8 + times, 8)) : content.U32(box.Data + 8 + times);
        var unknown = isLong ? ulong.MaxValue : uint.MaxValue;
        return scale == 0 || length == 0 || length == unknown ? null : length * 1000.0 / scale;
    }

    /// <summary>Reads ahead what a track is: whether it stays is decided before anything of it is copied.</summary>
    private bool IsPictureOrSound(Box trak)
    {
        var (kind, width, height, turned) = ("", 0, 0, false);
        foreach (var box in Children(trak))
        {
            if (box.Type == "tkhd")
            {
                // Version and flags, times and ids, then the matrix, and the size at the end in 16.16.
                var matrix = box.Data + (content.Byte(box.Data) == 1 ? 52 : 40);
                (width, height) = (content.U16(matrix + 36), content.U16(matrix + 40));
                turned = content.U32(matrix) == 0 && content.U32(matrix + 16) == 0 && content.U32(matrix + 4) != 0;
            }
            else if (box.Type == "mdia")
            {
                foreach (var inner in Children(box).Where(inner => inner.Type == "hdlr"))
                {
                    kind = Fourcc.Read(content, inner.Data + 8);
                }
            }
        }

        tracks.Add(new(kind, width, height, turned));
        return kind is "vide" or "soun";
    }

    private List<Box> Children(Box parent)
    {
        var children = new List<Box>();
        for (var position = parent.Data; parent.End - position >= 8; position = children[^1].End)
        {
            ContentRefusedException.Unless(++boxes <= BoxesMax, "The MP4 has too many boxes.");
            children.Add(Box.Read(content, position, parent.End, depth: 1));
        }

        return children;
    }

    /// <summary>The data must lie in this very file: a player must not be sent elsewhere.</summary>
    private void CheckReferences(Box dref)
    {
        foreach (var entry in Children(dref with { Data = dref.Data + 8 }))
        {
            ContentRefusedException.Unless((content.Byte(entry.Data + 3) & 1) == 1, "The MP4 takes its data from elsewhere.");
        }
    }

    private sealed record Track(string Kind, int Width, int Height, bool IsTurned);

    private readonly record struct Box(string Type, long Start, long Data, long End)
    {
        public static Box Read(Content content, long position, long end, int depth)
        {
            var (size, header) = ((long)content.U32(position), 8);
            if (size == 1)
            {
                var large = BinaryPrimitives.ReadUInt64BigEndian(content.Read(position + 8, 8));
                ContentRefusedException.Unless(large <= long.MaxValue, "A box of the MP4 is longer than the file.");
                (size, header) = ((long)large, 16);
            }
            else if (size == 0 && depth == 0)
            {
                size = end - position;
            }

            ContentRefusedException.Unless(size >= header && size <= end - position, "A box of the MP4 is longer than what it stands in.");
            return new(Fourcc.Read(content, position + 4), position, position + header, position + size);
        }
    }
}
