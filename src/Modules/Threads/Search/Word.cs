namespace Stoa.Threads.Search;

/// <summary>A word as it is compared, and where it stands in the text it was read from.</summary>
/// <param name="Text">Folded: without case, accents and the like (<see cref="Folding"/>).</param>
/// <param name="Start">In UTF-16 units.</param>
internal readonly record struct Word(string Text, int Start, int Length)
{
    /// <summary>Longer ones are cut, in the index and in queries alike: their beginning is what is compared.</summary>
    public const int LengthMax = 32;

    public int End => Start + Length;
}
