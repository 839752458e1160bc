namespace Stoa.Media.Checks;

/// <summary>The one way in which a check says no. Everything else it throws is a bug.</summary>
/// <param name="code">Stable: <c>media_malformed</c>, <c>picture_too_large</c>, <c>too_many_frames</c>.</param>
/// <param name="detail">Why, as a sentence.</param>
internal sealed class ContentRefusedException(string code, string detail) : Exception(detail)
{
    public const string MalformedCode = "media_malformed";

    public string Code { get; } = code;

    public static ContentRefusedException Malformed(string detail) => new(MalformedCode, detail);

    public static ContentRefusedException CutOff() => Malformed("The content ends in the middle.");

    /// <exception cref="ContentRefusedException">It does not hold.</exception>
    public static void Unless(bool holds, string detail)
    {
        if (!holds)
        {
            throw Malformed(detail);
        }
    }
}
