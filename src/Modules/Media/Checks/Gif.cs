namespace Stoa.Media.Checks;

/// <summary>GIF: screen, palettes, frames, their timing and whether they repeat. Comments, texts and other applications' blocks are left out.</summary>
internal static class Gif
{
    public static bool Is(Content content) => content.Has(0, "GIF87a"u8) || content.Has(0, "GIF89a"u8);

    public static CheckedContent Check(Content content)
    {
        var parts = new Pieces();
        var (width, height) = (content.U16Little(6), content.U16Little(8));
        PictureLimits.Check(width, height);
        var position = 13L + PaletteBytes(content.Byte(10));
        content.Byte(position - 1);
        parts.Copy(0, position);
        var (frames, pixels) = (0, 0L);
        while (true)
        {
            // Many programs forget the end: then the content may stop between two blocks.
            var block = position == content.Length ? 0x3B : content.Byte(position);
            switch (block)
            {
                case 0x3B:
                    ContentRefusedException.Unless(frames > 0, "The GIF has no picture.");
                    parts.Write(0x3B);
                    return CheckedContent.Image("image/gif", parts, width, height, frames);
                case 0x2C:
                    var (w, h) = (content.U16Little(position + 5), content.U16Little(position + 7));
                    PictureLimits.Check(w, h);
                    PictureLimits.CheckAnimation(++frames, pixels += (long)w * h);
                    var data = position + 10 + PaletteBytes(content.Byte(position + 9));
                    ContentRefusedException.Unless(content.Byte(data) is >= 1 and <= 11, "A frame of the GIF has a wrong code size.");
                    var end = SkipBlocks(content, data + 1);
                    parts.Copy(position, end - position);
                    position = end;
                    break;
                case 0x21:
                    position = Extension(content, parts, position);
                    break;
                default:
                    throw ContentRefusedException.Malformed("The GIF has a part that is not known.");
            }
        }
    }

    /// <returns>Where the next block begins.</returns>
    private static long Extension(Content content, Pieces parts, long position)
    {
        var end = SkipBlocks(content, position + 2);
        switch (content.Byte(position + 1))
        {
            case 0xF9:
                ContentRefusedException.Unless(content.Byte(position + 2) == 4 && end == position + 8, "A frame's timing in the GIF is wrong.");
                parts.Copy(position, 8);
                break;
            case 0xFF when (content.Has(position + 2, "\u000BNETSCAPE2.0\u0003\u0001"u8) || content.Has(position + 2, "\u000BANIMEXTS1.0\u0003\u0001"u8)) && end == position + 19:
                parts.Copy(position, 19);
                break;
            default:
                break;
        }

        return end;
    }

    private static long SkipBlocks(Content content, long position)
    {
        int length;
        while ((length = content.Byte(position)) != 0)
        {
            position += 1 + length;
        }

        return position + 1;
    }

    private static int PaletteBytes(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
}
