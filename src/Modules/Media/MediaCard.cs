using Stoa.Kernel;

namespace Stoa.Media;

/// <summary>A finished upload.</summary>
/// <param name="Owner">Who uploaded it. Not for readers of a forward: they need not know.</param>
/// <param name="Kind"><c>image</c>, <c>video</c>, <c>audio</c> or <c>file</c>.</param>
/// <param name="Type">MIME type found from the content, never the one that was declared; <c>application/octet-stream</c> for what is not known.</param>
/// <param name="Name">The uploader's file name, cleaned; may be empty. For display and downloads only.</param>
/// <param name="Bytes">Length as stored, after the rebuild.</param>
/// <param name="Width">Pixels as shown, after turning; images and videos.</param>
/// <param name="Height">As <paramref name="Width"/>.</param>
/// <param name="DurationMs">Video and audio, where the container says it.</param>
/// <param name="Waveform">Voice notes: up to 100 values from 0 to 31.</param>
public sealed record MediaCard(
    MediaId Id, PersonId Owner, string Kind, string Type, string Name, long Bytes, int? Width, int? Height, int? DurationMs, bool HasThumbnail,
    IReadOnlyList<int>? Waveform = null);

/// <summary>The kinds of media, as they are written.</summary>
public static class MediaKinds
{
    public const string Image = "image";
    public const string Video = "video";
    public const string Audio = "audio";
    public const string File = "file";

    public static IReadOnlyList<string> All { get; } = [Image, Video, Audio, File];
}

/// <summary>An event that uses media.</summary>
public readonly record struct MediaPlace(ThreadId Thread, long Seq);
