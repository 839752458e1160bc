using System.Globalization;
using System.Text;

namespace Stoa.People.Names;

/// <summary>A name that does not lie about where it ends, which way it runs, or who vouches for it.</summary>
internal static class DisplayName
{
    private const int UnitsMax = 80;
    private const int MarksInARowMax = 8;

    // A badge is drawn by the client, outside the name.
    private static readonly int[] badges = [0x2713, 0x2714, 0x2611, 0x2705, 0x1F5F8, 0x1F5F9, 0x1F165, 0x237B];

    private static readonly int[] blanks = [0x3164, 0x2800, 0x115F, 0x1160, 0xFFA0];

    /// <summary>NFC, blanks collapsed, invisible and direction-turning characters dropped.</summary>
    /// <param name="why">When refused: what is wrong, as the end of a sentence that begins with <c>name</c>.</param>
    public static bool TryClean(string? text, out string name, out string? why)
    {
        name = "";
        why = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            why = "is missing";
            return false;
        }

        if (!Utf16.IsWellFormed(text))
        {
            why = "has half of a character";
            return false;
        }

        var runes = text.Normalize(NormalizationForm.FormC).EnumerateRunes().ToArray();
        var clean = new StringBuilder(text.Length);
        var marks = 0;
        var visible = false;
        for (var i = 0; i < runes.Length; i++)
        {
            var rune = runes[i];
            if (badges.Contains(rune.Value))
            {
                why = "has a sign that looks like a badge of ours";
                return false;
            }

            if (Rune.IsWhiteSpace(rune))
            {
                marks = 0;
                if (clean.Length > 0 && clean[^1] != ' ')
                {
                    clean.Append(' ');
                }

                continue;
            }

            var category = Rune.GetUnicodeCategory(rune);
            marks = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? marks + 1 : 0;
            if (marks > MarksInARowMax || !Keeps(runes, i, category))
            {
                continue;
            }

            visible |= !blanks.Contains(rune.Value)
                && category is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format);
            clean.Append(rune.ToString());
        }

        name = clean.ToString().TrimEnd();
        why = !visible ? "has no visible character" : name.Length > UnitsMax ? $"has {name.Length} UTF-16 units; at most {UnitsMax}" : null;
        return why is null;
    }

    private static bool Keeps(Rune[] runes, int i, UnicodeCategory category)
    {
        var value = runes[i].Value;
        return value switch
        {
            // Joiners hold emoji families together and shape Persian and Indic words; anywhere else they only hide.
            0x200D => IsEmoji(runes, i - 1) && IsEmoji(runes, i + 1) || ShapesLetters(runes, i),
            0x200C => ShapesLetters(runes, i),
            >= 0xE0000 and <= 0xE007F => BelongsToFlag(runes, i),
            >= 0xFE00 and <= 0xFE0F => IsEmoji(runes, i - 1),
            >= 0xE0100 and <= 0xE01EF => false,
            _ => category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned),
        };
    }

    private static bool IsEmoji(Rune[] runes, int i) => i >= 0 && i < runes.Length
        && (Rune.GetUnicodeCategory(runes[i]) is UnicodeCategory.OtherSymbol
            || runes[i].Value is 0xFE0F or 0x200D or (>= 0x1F3FB and <= 0x1F3FF)
            || (runes[i].IsAscii && i + 1 < runes.Length && runes[i + 1].Value == 0xFE0F && Rune.IsDigit(runes[i])));

    private static bool ShapesLetters(Rune[] runes, int i) =>
        i > 0 && i + 1 < runes.Length && IsShapedLetter(runes[i - 1]) && IsShapedLetter(runes[i + 1]);

    // Arabic to Malayalam and Sinhala, where a joiner changes how letters stand together.
    private static bool IsShapedLetter(Rune rune) => rune.Value is (>= 0x0600 and <= 0x07FF) or (>= 0x0900 and <= 0x0DFF)
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool BelongsToFlag(Rune[] runes, int i)
    {
        while (i > 0 && runes[i].Value is >= 0xE0020 and <= 0xE007F)
        {
            i--;
        }

        return runes[i].Value == 0x1F3F4;
    }
}

internal static class Utf16
{
    /// <summary>No half of a surrogate pair stands alone.</summary>
    public static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }
}
