using System.Globalization;
using System.Text;

namespace Stoa.Threads.Search;

/// <summary>Cuts a text into words: the one rule for the index, for queries and for marking hits. There is no stemming; the beginning of a word finds it.</summary>
internal static class WordReader
{
    // What French leaves of a word before one that begins with a vowel.
    private static readonly HashSet<string> elided = new(StringComparer.Ordinal)
    {
        "l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu",
    };

    // The Arabic article, alone and behind what is written together with it.
    private static readonly string[] articles = ["وال", "بال", "فال", "كال", "ال", "لل"];

    private enum Sort
    {
        /// <summary>Ends a word.</summary>
        Gap,

        Letter,

        /// <summary>Belongs to the word it stands in, and is nothing without one.</summary>
        Mark,

        /// <summary>Of a script that is written without gaps: words are pairs of letters.</summary>
        Dense,

        /// <summary>An emoji, or another sign that one may look for.</summary>
        Symbol,
    }

    /// <summary>Words of a stored text. A word may give several at the same place: with and without the Arabic article, pairs of letters.</summary>
    public static List<Word> Read(string text) => Read(text, ofQuery: false, out _);

    /// <summary>Words of a query: each must be found.</summary>
    /// <param name="written">How many words a person would count.</param>
    public static List<Word> ReadQuery(string text, out int written) => Read(text, ofQuery: true, out written);

    private static List<Word> Read(string text, bool ofQuery, out int written)
    {
        var words = new List<Word>();
        written = 0;
        for (var at = 0; at < text.Length;)
        {
            var (sort, length) = SortAt(text, at);
            if (sort is Sort.Gap or Sort.Mark)
            {
                at += length;
                continue;
            }

            var end = sort switch
            {
                Sort.Letter => EndOfWord(text, at + length),
                Sort.Dense => EndOfDense(text, at + length),
                _ => EndOfSymbol(text, at, length),
            };
            written++;
            switch (sort)
            {
                case Sort.Letter:
                    AddWord(words, text, at, end, ofQuery);
                    break;
                case Sort.Dense:
                    AddPairs(words, text, at, end, ofQuery);
                    break;
                default:
                    AddSymbol(words, text, at, end);
                    break;
            }

            at = end;
        }

        return words;
    }

    private static void AddWord(List<Word> words, string text, int start, int end, bool ofQuery)
    {
        var written = text.AsSpan(start, end - start);
        var folded = IsPlain(written) ? written.ToString().ToLowerInvariant() : Folding.Fold(written);
        foreach (var range in folded.AsSpan().Split(' '))
        {
            var word = WithoutElision(folded[range]);
            if (word.Length == 0)
            {
                continue;
            }

            var bare = WithoutArticle(word);
            if (ofQuery)
            {
                words.Add(new(Cut(bare ?? word), start, end - start));
                continue;
            }

            words.Add(new(Cut(word), start, end - start));
            if (bare is not null)
            {
                words.Add(new(Cut(bare), start, end - start));
            }
        }
    }

    /// <summary>Every two letters that follow one another, and the last one alone, so that each letter is the beginning of a word.</summary>
    private static void AddPairs(List<Word> words, string text, int start, int end, bool ofQuery)
    {
        var runes = Folding.Fold(text.AsSpan(start, end - start)).EnumerateRunes().Where(rune => rune.Value != ' ').ToList();
        // Where folding has changed how many there are, the whole is what a hit marks.
        var places = new List<int>(runes.Count + 1);
        for (var at = start; at < end;)
        {
            places.Add(at);
            at += SortAt(text, at).Length;
        }

        places.Add(end);
        var placed = places.Count == runes.Count + 1;
        for (var i = 0; i < runes.Count; i++)
        {
            var last = i == runes.Count - 1;
            if (last && ofQuery && i > 0)
            {
                break;
            }

            var (from, to) = placed ? (places[i], places[last ? i + 1 : i + 2]) : (start, end);
            words.Add(new(last ? runes[i].ToString() : runes[i].ToString() + runes[i + 1], from, to - from));
        }
    }

    /// <summary>A sign without its colour of skin and its choice of picture or text.</summary>
    private static void AddSymbol(List<Word> words, string text, int start, int end)
    {
        var sign = new StringBuilder();
        foreach (var rune in text.AsSpan(start, end - start).EnumerateRunes())
        {
            if (rune.Value is not (0xFE0F or 0xFE0E or (>= 0x1F3FB and <= 0x1F3FF)))
            {
                sign.Append(rune.ToString());
            }
        }

        if (sign.Length > 0)
        {
            words.Add(new(Cut(sign.ToString()), start, end - start));
        }
    }

    private static int EndOfWord(string text, int at)
    {
        while (at < text.Length)
        {
            var (sort, length) = SortAt(text, at);
            if (sort is Sort.Letter or Sort.Mark || (IsJoint(text, at) && at + 1 < text.Length && SortAt(text, at + 1).Sort == Sort.Letter))
            {
                at += length;
                continue;
            }

            break;
        }

        return at;
    }

    private static int EndOfDense(string text, int at)
    {
        while (at < text.Length && SortAt(text, at) is (Sort.Dense or Sort.Mark, var length))
        {
            at += length;
        }

        return at;
    }

    private static int EndOfSymbol(string text, int start, int length)
    {
        var at = start + length;
        if (IsFlagLetter(text, start) && IsFlagLetter(text, at))
        {
            return at + 2;
        }

        while (at < text.Length && Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var next) == System.Buffers.OperationStatus.Done)
        {
            if (rune.Value is 0xFE0F or 0xFE0E or 0x20E3 or (>= 0x1F3FB and <= 0x1F3FF) or (>= 0xE0020 and <= 0xE007F))
            {
                at += next;
            }
            else if (rune.Value == 0x200D && at + 1 < text.Length && SortAt(text, at + 1) is (Sort.Symbol, var joined))
            {
                at += 1 + joined;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    /// <summary>Between letters an apostrophe is part of the word, and between Hebrew ones the sign of an abbreviation.</summary>
    private static bool IsJoint(string text, int at) =>
        text[at] is '\'' or '\u2019' or '\u2018' or '\uFF07' or '\u05F3' or '\u05F4' || (text[at] == '"' && at > 0 && text[at - 1] is >= '\u05D0' and <= '\u05EA');

    private static bool IsFlagLetter(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text, at) && char.ConvertToUtf32(text, at) is >= 0x1F1E6 and <= 0x1F1FF;

    private static (Sort Sort, int Length) SortAt(string text, int at)
    {
        var c = text[at];
        if (c < 0x80)
        {
            return (char.IsAsciiLetterOrDigit(c) ? Sort.Letter : Sort.Gap, 1);
        }

        _ = Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
        if (IsDense(rune.Value))
        {
            return (Sort.Dense, length);
        }

        return (Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Sort.Letter,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => Sort.Mark,
            // U+FFFD stands for what is no text.
            UnicodeCategory.OtherSymbol when rune.Value != 0xFFFD => Sort.Symbol,
            UnicodeCategory.ModifierSymbol when rune.Value is >= 0x1F3FB and <= 0x1F3FF => Sort.Symbol,
            _ => Sort.Gap,
        }, length);
    }

    /// <summary>Chinese and Japanese; Thai, Lao, Burmese and Khmer.</summary>
    private static bool IsDense(int rune) => rune switch
    {
        < 0x0E00 => false,
        <= 0x0EFF => rune is not (0x0E3F or 0x0E4F or 0x0E5A or 0x0E5B),
        >= 0x1000 and <= 0x109F or >= 0x1780 and <= 0x17D3 => true,
        >= 0x2E80 and <= 0x2FDF or >= 0x3005 and <= 0x3007 or >= 0x3021 and <= 0x3029 or >= 0x3031 and <= 0x3035 => true,
        >= 0x3041 and <= 0x309A or >= 0x309D and <= 0x309F or >= 0x30A1 and <= 0x30FA or >= 0x30FC and <= 0x30FF or >= 0x31F0 and <= 0x31FF => true,
        >= 0x3400 and <= 0x4DBF or >= 0x4E00 and <= 0x9FFF or >= 0xF900 and <= 0xFAFF or >= 0xFF66 and <= 0xFF9F or >= 0x20000 and <= 0x3FFFF => true,
        _ => false,
    };

    private static bool IsPlain(ReadOnlySpan<char> written)
    {
        foreach (var c in written)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
        }

        return true;
    }

    private static string WithoutElision(string word)
    {
        var at = word.IndexOf(Folding.Apostrophe, StringComparison.Ordinal);
        if (at < 0)
        {
            return word;
        }

        return (at + 1 < word.Length && elided.Contains(word[..at]) ? word[(at + 1)..] : word).Replace("'", "", StringComparison.Ordinal);
    }

    /// <returns>Null for a word that has none, or too little beside it to be sure.</returns>
    private static string? WithoutArticle(string word)
    {
        if (word.Length < 5 || word[0] is < 'ء' or > 'ي')
        {
            return null;
        }

        return Array.Find(articles, article => word.Length >= article.Length + 3 && word.StartsWith(article, StringComparison.Ordinal)) is { } found ? word[found.Length..] : null;
    }

    private static string Cut(string word) =>
        word.Length <= Word.LengthMax ? word : word[..(char.IsHighSurrogate(word[Word.LengthMax - 1]) ? Word.LengthMax - 1 : Word.LengthMax)];
}
