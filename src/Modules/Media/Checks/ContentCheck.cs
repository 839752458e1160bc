namespace Stoa.Media.Checks;

/// <summary>Finds out what an upload is, from its content alone, and plans how it is rebuilt. Pixels and sound are never decoded here.</summary>
/// <remarks>What begins like a kind we show must be whole and sound, or is refused; what begins like nothing we know is a file to download.</remarks>
internal static class ContentCheck
{
    /// <exception cref="ContentRefusedException">It is broken, or asks too much of those who look at it.</exception>
    public static CheckedContent Check(Content content) =>
        Jpeg.Is(content) ? Jpeg.Check(content)
        : Png.Is(content) ? Png.Check(content)
        : Gif.Is(content) ? Gif.Check(content)
        : Webp.Is(content) ? Webp.Check(content)
        : Mp4.Is(content) ? Mp4.Check(content)
        : Wav.Is(content) ? Wav.Check(content)
        : Ogg.Is(content) ? Ogg.TryCheck(content) ?? CheckedContent.File(content)
        : Webm.Is(content) ? Webm.TryCheck(content) ?? CheckedContent.File(content)
        : IsPdf(content) ? CheckedContent.File(content, "application/pdf")
        : Mp3.TryCheck(content) ?? CheckedContent.File(content);

    /// <summary>Begins and ends as one. Its inside is the reader's business: it is never shown in place.</summary>
    private static bool IsPdf(Content content) =>
        content.Has(0, "%PDF-"u8) && content.Peek(Math.Max(0, content.Length - 1024), 1024).IndexOf("%%EOF"u8) >= 0;
}
