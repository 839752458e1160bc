namespace Stoa.Media.Checks;

/// <summary>What a content was found to be, and how it is rebuilt.</summary>
/// <param name="IsRebuilt">Only known parts are in it: it may be shown in place. Else it is a download.</param>
internal sealed record CheckedContent(string Kind, string Type, Pieces Rebuilt, bool IsRebuilt)
{
    public int? Width { get; init; }

    public int? Height { get; init; }

    public int Frames { get; init; } = 1;

    public int? DurationMs { get; init; }

    public static CheckedContent Image(string type, Pieces rebuilt, int width, int height, int frames = 1) =>
        new(MediaKinds.Image, type, rebuilt, IsRebuilt: true) { Width = width, Height = height, Frames = frames };

    public static CheckedContent Audio(string type, Pieces rebuilt, double milliseconds) =>
        new(MediaKinds.Audio, type, rebuilt, IsRebuilt: true) { DurationMs = Duration(milliseconds) };

    /// <summary>As it came, whatever it is.</summary>
    public static CheckedContent File(Content content, string type = OpaqueType)
    {
        var whole = new Pieces();
        whole.Copy(0, content.Length);
        return new(MediaKinds.File, type, whole, IsRebuilt: false);
    }

    /// <summary>Null for what is no length of time that anybody would play.</summary>
    public static int? Duration(double milliseconds) => milliseconds is > 0 and < int.MaxValue ? (int)Math.Round(milliseconds) : null;

    public const string OpaqueType = "application/octet-stream";
}
