using System.Globalization;

namespace Stoa.Threads.Search;

/// <param name="Hit">It is what was looked for.</param>
internal readonly record struct SnippetPart(string Text, bool Hit);

/// <summary>The piece of a message around the first hit, in parts: plain text, of which the client marks those that are hits.</summary>
internal static class Snippet
{
    private const int LengthMax = 160;

    /// <summary>Of what stands before the first hit.</summary>
    private const int LeadMax = 60;

    private const string Cut = "…";

    /// <param name="parts">Of the message (<see cref="SearchedText"/>); the first with a hit is shown.</param>
    /// <returns>Empty for a message without text.</returns>
    public static IReadOnlyList<SnippetPart> Of(IReadOnlyList<string> parts, SearchQuery query)
    {
        foreach (var part in parts)
        {
            var hits = query.Words.Count == 0 ? [] : WordReader.Read(part).Where(word => query.IsHit(word.Text)).ToList();
            if (hits.Count > 0 || query.Words.Count == 0)
            {
                return Around(part, hits);
            }
        }

        return [];
    }

    private static List<SnippetPart> Around(string text, List<Word> hits)
    {
        var borders = StringInfo.ParseCombiningCharacters(text);
        var first = hits.Count == 0 ? 0 : hits[0].Start;
        var from = first <= LeadMax ? 0 : Border(borders, first - LeadMax, text.Length);
        var to = Math.Min(text.Length, from + LengthMax) == text.Length ? text.Length : BorderBefore(borders, from + LengthMax);
        if (to <= from)
        {
            // One sign alone is longer than the whole piece may be.
            to = from;
        }

        var shown = new List<SnippetPart>();
        Add(shown, from > 0 ? Cut : "", false);
        var at = from;
        foreach (var hit in hits)
        {
            var (start, end) = (Math.Max(at, hit.Start), Math.Min(to, hit.End));
            if (end <= start)
            {
                continue;
            }

            Add(shown, text[at..start], false);
            Add(shown, text[start..end], true);
            at = end;
        }

        Add(shown, text[at..Math.Max(at, to)], false);
        Add(shown, to < text.Length ? Cut : "", false);
        return shown;
    }

    private static void Add(List<SnippetPart> parts, string text, bool hit)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (parts.Count > 0 && parts[^1].Hit == hit)
        {
            parts[^1] = new(parts[^1].Text + text, hit);
            return;
        }

        parts.Add(new(text, hit));
    }

    /// <summary>The first place at or after this one where a sign begins.</summary>
    private static int Border(int[] borders, int at, int end)
    {
        var found = Array.BinarySearch(borders, at);
        found = found < 0 ? ~found : found;
        return found < borders.Length ? borders[found] : end;
    }

    private static int BorderBefore(int[] borders, int at)
    {
        var found = Array.BinarySearch(borders, at);
        return borders[found < 0 ? ~found - 1 : found];
    }
}
