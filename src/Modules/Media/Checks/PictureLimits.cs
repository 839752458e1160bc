using System.Globalization;

namespace Stoa.Media.Checks;

/// <summary>What a picture may ask of those who look at it.</summary>
internal static class PictureLimits
{
    public const long PixelsMax = 40_000_000;
    public const int FramesMax = 200;

    /// <summary>All frames of an animation together: 200 frames of 1,600 × 1,200.</summary>
    private const long AnimationPixelsMax = 400_000_000;

    public static void Check(long width, long height)
    {
        ContentRefusedException.Unless(width > 0 && height > 0, "The picture has no area.");
        if (width * height > PixelsMax)
        {
            throw new ContentRefusedException("picture_too_large", string.Create(CultureInfo.InvariantCulture,
                $"The picture has {width} × {height} pixels; {PixelsMax / 1_000_000} million are the most."));
        }
    }

    /// <param name="pixels">Of all frames.</param>
    public static void CheckAnimation(int frames, long pixels)
    {
        if (frames > FramesMax || pixels > AnimationPixelsMax)
        {
            throw new ContentRefusedException("too_many_frames", string.Create(CultureInfo.InvariantCulture,
                $"The animation has more than {FramesMax} frames, or more than {AnimationPixelsMax / 1_000_000} million pixels in all of them."));
        }
    }
}
