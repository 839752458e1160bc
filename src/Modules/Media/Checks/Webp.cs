using System.Buffers.Binary;

namespace Stoa.Media.Checks;

/// <summary>WebP: pixels, transparency, animation. Exif, XMP and profiles are left out, and the header no longer announces them.</summary>
internal static class Webp
{
    private const byte AnimationFlag = 0x02;
    private const byte AlphaFlag = 0x10;

    public static bool Is(Content content) => content.Has(0, "RIFF"u8) && content.Has(8, "WEBP"u8);

    public static CheckedContent Check(Content content)
    {
        var end = 8 + (long)content.U32Little(4);
        ContentRefusedException.Unless(end <= content.Length && end >= 12 + 8, "The WebP is shorter than it says.");
        var parts = new Pieces();
        (int Width, int Height)? canvas = null, still = null;
        var (flags, frames, pixels, position, hasAnimation) = ((byte)0, 0, 0L, 12L, false);
        for (var first = true; position < end; first = false)
        {
            var chunk = Chunk.Read(content, position, end);
            position = chunk.Next;
            switch (chunk.Type)
            {
                case "VP8X":
                    ContentRefusedException.Unless(first && chunk.Length == 10, "The WebP's header is wrong.");
                    flags = (byte)(content.Byte(chunk.Data) & (AnimationFlag | AlphaFlag));
                    canvas = (content.U24Little(chunk.Data + 4) + 1, content.U24Little(chunk.Data + 7) + 1);
                    PictureLimits.Check(canvas.Value.Width, canvas.Value.Height);
                    parts.Write([.. "VP8X"u8, 10, 0, 0, 0, flags, 0, 0, 0]);
                    parts.Copy(chunk.Data + 4, 6);
                    break;
                case "ANIM":
                    ContentRefusedException.Unless((flags & AnimationFlag) != 0 && !hasAnimation && chunk.Length == 6, "The WebP's animation is wrong.");
                    hasAnimation = true;
                    chunk.CopyTo(content, parts);
                    break;
                case "ANMF":
                    ContentRefusedException.Unless(hasAnimation, "The WebP's animation is wrong.");
                    pixels += Frame(content, parts, chunk, canvas ?? default);
                    PictureLimits.CheckAnimation(++frames, pixels);
                    break;
                case "ALPH":
                    ContentRefusedException.Unless(canvas is not null && (flags & AnimationFlag) == 0 && still is null, "The WebP's transparency is wrong.");
                    chunk.CopyTo(content, parts);
                    break;
                case "VP8 " or "VP8L":
                    ContentRefusedException.Unless((flags & AnimationFlag) == 0 && still is null, "The WebP has several pictures.");
                    still = Picture(content, chunk);
                    chunk.CopyTo(content, parts);
                    break;
                default:
                    ContentRefusedException.Unless(!first, "The WebP does not begin with a picture.");
                    break;
            }
        }

        ContentRefusedException.Unless(still is not null || frames > 0, "The WebP has no picture.");
        ContentRefusedException.Unless(still is null || canvas is null || canvas == still, "The WebP's picture is not of the size it says.");
        var (width, height) = canvas ?? still ?? default;
        return CheckedContent.Image("image/webp", Riff.Wrap("WEBP"u8, parts), width, height, Math.Max(1, frames));
    }

    /// <returns>The frame's pixels.</returns>
    private static long Frame(Content content, Pieces parts, Chunk frame, (int Width, int Height) canvas)
    {
        ContentRefusedException.Unless(frame.Length >= 16 + 8, "A frame of the WebP is wrong.");
        var (x, y) = (2L * content.U24Little(frame.Data), 2L * content.U24Little(frame.Data + 3));
        var (width, height) = (content.U24Little(frame.Data + 6) + 1, content.U24Little(frame.Data + 9) + 1);
        ContentRefusedException.Unless(x + width <= canvas.Width && y + height <= canvas.Height, "A frame of the WebP lies outside of it.");
        var inner = new Pieces();
        inner.Copy(frame.Data, 16);
        var (position, end, found) = (frame.Data + 16, frame.Data + frame.Length, false);
        while (position < end)
        {
            var chunk = Chunk.Read(content, position, end);
            position = chunk.Next;
            switch (chunk.Type)
            {
                case "ALPH":
                    ContentRefusedException.Unless(!found, "A frame of the WebP is wrong.");
                    chunk.CopyTo(content, inner);
                    break;
                case "VP8 " or "VP8L":
                    ContentRefusedException.Unless(!found && Picture(content, chunk) == (width, height), "A frame of the WebP is not of the size it says.");
                    found = true;
                    chunk.CopyTo(content, inner);
                    break;
                default:
                    break;
            }
        }

        ContentRefusedException.Unless(found, "A frame of the WebP has no picture.");
        parts.Write([.. "ANMF"u8, .. Riff.Little((uint)inner.Length)]);
        parts.Append(inner);
        return (long)width * height;
    }

    private static (int Width, int Height) Picture(Content content, Chunk chunk)
    {
        int width, height;
        if (chunk.Type == "VP8L")
        {
            ContentRefusedException.Unless(chunk.Length >= 5 && content.Byte(chunk.Data) == 0x2F, "The WebP's picture is wrong.");
            var bits = content.U32Little(chunk.Data + 1);
            ContentRefusedException.Unless(bits >> 29 == 0, "The WebP's picture is of a version that is not known.");
            (width, height) = ((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
        }
        else
        {
            // A key frame: the lowest bit is 0, and its start code follows the tag.
            ContentRefusedException.Unless(chunk.Length >= 10 && (content.Byte(chunk.Data) & 1) == 0 && content.Has(chunk.Data + 3, [0x9D, 0x01, 0x2A]), "The WebP's picture is wrong.");
            (width, height) = (content.U16Little(chunk.Data + 6) & 0x3FFF, content.U16Little(chunk.Data + 8) & 0x3FFF);
        }

        PictureLimits.Check(width, height);
        return (width, height);
    }
}

/// <summary>A part of a RIFF file; parts begin at even places.</summary>
internal readonly record struct Chunk(string Type, long Start, long Data, long Length, long Next)
{
    public static Chunk Read(Content content, long position, long end)
    {
        ContentRefusedException.Unless(position + 8 <= end, "A part of the file has no header.");
        var (type, length) = (Fourcc.Read(content, position), (long)content.U32Little(position + 4));
        var next = position + 8 + length + (length & 1);
        // The last one's filling is often forgotten.
        ContentRefusedException.Unless(position + 8 + length <= end, $"The part {type.Trim()} is longer than the file.");
        return new(type, position, position + 8, length, next);
    }

    public void CopyTo(Content content, Pieces parts)
    {
        parts.Copy(Start, 8 + Length);
        if ((Length & 1) != 0)
        {
            parts.Write(0);
        }
    }
}

internal static class Riff
{
    public static byte[] Little(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static Pieces Wrap(ReadOnlySpan<byte> form, Pieces parts)
    {
        var whole = new Pieces();
        whole.Write([.. "RIFF"u8, .. Little((uint)(4 + parts.Length)), .. form]);
        whole.Append(parts);
        return whole;
    }
}
