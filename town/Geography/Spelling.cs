namespace Stoa.Town.Geography;

/// <summary>How far two spellings are apart.</summary>
internal static class Spelling
{
    /// <summary>
    /// Edits between two words, where an edit is a letter added, left out, changed, or swapped with its neighbour
    /// (optimal string alignment).
    /// </summary>
    /// <returns>The number, or <paramref name="most"/> + 1 when it is larger than <paramref name="most"/>.</returns>
    public static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int most)
    {
        if (Math.Abs(a.Length - b.Length) > most) return most + 1;
        if (a.SequenceEqual(b)) return 0;
        var width = b.Length + 1;
        Span<int> before = width <= 64 ? stackalloc int[width] : new int[width];
        Span<int> above = width <= 64 ? stackalloc int[width] : new int[width];
        Span<int> here = width <= 64 ? stackalloc int[width] : new int[width];
        for (var j = 0; j < width; j++) above[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            here[0] = i;
            var least = i;
            for (var j = 1; j < width; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var edits = Math.Min(Math.Min(here[j - 1] + 1, above[j] + 1), above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) edits = Math.Min(edits, before[j - 2] + 1);
                here[j] = edits;
                least = Math.Min(least, edits);
            }
            if (least > most) return most + 1;
            var spare = before;
            before = above;
            above = here;
            here = spare;
        }
        return Math.Min(above[b.Length], most + 1);
    }

    /// <summary>Edits that a typed word of this length may have and still be understood: none below four letters.</summary>
    public static int Allowed(int length) => length switch { < 4 => 0, < 7 => 1, < 13 => 2, _ => 3 };
}
