using System.Text;
using System.Text.Json;
using Stoa.Kernel;

namespace Stoa.Threads.Search;

/// <summary>What is looked for: words that all stand in a message, the last as a beginning, and what else holds of it.</summary>
internal sealed record SearchQuery
{
    public const int CharactersMax = 100;
    public const int WordsMax = 10;

    /// <summary>Things of which a message may have one, as <c>has=</c> names them.</summary>
    public static IReadOnlyList<string> Things { get; } = ["link", "file", "image"];

    /// <summary>Folded; all must be there. The last one is a beginning, and single letters of scripts without gaps are.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    public ThreadId? Thread { get; init; }

    public MemberId? From { get; init; }

    /// <summary>The first instant.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The first instant that is too late.</summary>
    public DateTimeOffset? Until { get; init; }

    public string? Has { get; init; }

    /// <summary>Nothing but messages at places before it.</summary>
    public SearchPlace? Before { get; init; }

    /// <summary>It was made of signs that are in no word.</summary>
    public bool FindsNothing { get; init; }

    /// <summary>What the index knows of a message beside its words has a sign before it that no word has.</summary>
    public static string LexemeOf(MemberId sender) => $"@{sender}";

    /// <inheritdoc cref="LexemeOf(MemberId)"/>
    public static string LexemeOfThing(string thing) => $"#{thing}";

    /// <summary>All that must stand at one place of a block; empty when every message will do.</summary>
    public IEnumerable<(string Text, bool IsPrefix)> Lexemes()
    {
        for (var i = 0; i < Words.Count; i++)
        {
            yield return (Words[i], IsPrefix(i));
        }

        if (From is { } from)
        {
            yield return (LexemeOf(from), false);
        }

        if (Has is { } thing)
        {
            yield return (LexemeOfThing(thing), false);
        }
    }

    /// <summary>As PostgreSQL reads it: all at the same position. Quoted, so that nothing in a word is an operator.</summary>
    public string ToTsQuery()
    {
        var query = new StringBuilder();
        foreach (var (text, isPrefix) in Lexemes())
        {
            query.Append(query.Length == 0 ? "" : " <0> ").Append(Quote(text)).Append(isPrefix ? ":*" : "");
        }

        return query.ToString();
    }

    public static string Quote(string lexeme) =>
        $"'{lexeme.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>The truth about one message, as it is now; what the index says only proposes it.</summary>
    public bool Matches(JsonElement message, MemberId sender, DateTimeOffset at, List<string> parts) =>
        (From is not { } from || from == sender) && !(at < Since) && !(at >= Until) && (Has is null || SearchedText.Has(message, Has))
        && (Words.Count == 0 || AllIn(SearchedText.WordsOf(parts)));

    /// <summary>Whether this word of a text is what made it a hit.</summary>
    public bool IsHit(string word)
    {
        for (var i = 0; i < Words.Count; i++)
        {
            if (IsPrefix(i) ? word.StartsWith(Words[i], StringComparison.Ordinal) : word == Words[i])
            {
                return true;
            }
        }

        return false;
    }

    public bool IsPrefix(int word) => word == Words.Count - 1 || (Words[word] is [>= '\u0E00', ..] single && single.EnumerateRunes().Count() == 1);

    private bool AllIn(HashSet<string> words)
    {
        for (var i = 0; i < Words.Count; i++)
        {
            var word = Words[i];
            if (!words.Contains(word) && !(IsPrefix(i) && words.Any(whole => whole.StartsWith(word, StringComparison.Ordinal))))
            {
                return false;
            }
        }

        return true;
    }
}
