using System.Globalization;
using System.Text;

namespace Stoa.Threads.Search;

/// <summary>Makes of a written word the one that is compared: whoever writes without accents, points or capitals finds what was written with them.</summary>
internal static class Folding
{
    /// <summary>Stands where the written word had an apostrophe of any form, until elisions have been looked for.</summary>
    public const char Apostrophe = '\'';

    /// <returns>Letters and digits; <see cref="Apostrophe"/> where one stood; a space where what was written falls into several words.</returns>
    public static string Fold(ReadOnlySpan<char> written)
    {
        var apart = Repaired(written).Normalize(NormalizationForm.FormKD);
        var folded = new StringBuilder(apart.Length);
        foreach (var rune in apart.EnumerateRunes())
        {
            Append(folded, rune);
        }

        // Together again what belongs together: Hangul, kana with their marks, Indic letters.
        return folded.ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>Half a surrogate pair cannot be normalised.</summary>
    private static string Repaired(ReadOnlySpan<char> written)
    {
        var whole = new StringBuilder(written.Length);
        foreach (var rune in written.EnumerateRunes())
        {
            whole.Append(rune.ToString());
        }

        return whole.ToString();
    }

    private static void Append(StringBuilder folded, Rune rune)
    {
        if (IsDropped(rune.Value))
        {
            return;
        }

        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.DecimalDigitNumber:
                folded.Append((char)('0' + (int)Rune.GetNumericValue(rune)));
                break;
            case UnicodeCategory.Format:
                break;
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark:
                folded.Append(rune.ToString());
                break;
            default:
                if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber)
                {
                    AppendLetter(folded, rune);
                }
                else if (rune.Value is '\'' or 0x2019 or 0x2018 or 0x02BC or 0xFF07)
                {
                    folded.Append(Apostrophe);
                }
                else if (rune.Value is not ('"' or 0x05F3 or 0x05F4))
                {
                    folded.Append(' ');
                }

                break;
        }
    }

    private static void AppendLetter(StringBuilder folded, Rune rune)
    {
        var lower = Rune.ToLowerInvariant(rune);
        _ = lower.Value switch
        {
            // Latin letters that have no accent to take away.
            'ł' => folded.Append('l'),
            'ø' => folded.Append('o'),
            'đ' or 'ð' => folded.Append('d'),
            'ħ' => folded.Append('h'),
            'ŧ' => folded.Append('t'),
            'ı' => folded.Append('i'),
            'ß' => folded.Append("ss"),
            'æ' => folded.Append("ae"),
            'œ' => folded.Append("oe"),
            'þ' => folded.Append("th"),
            // Greek and Hebrew letters that have another form at a word's end.
            'ς' => folded.Append('σ'),
            'ך' => folded.Append('כ'),
            'ם' => folded.Append('מ'),
            'ן' => folded.Append('נ'),
            'ף' => folded.Append('פ'),
            'ץ' => folded.Append('צ'),
            // Arabic: alef wasla; alef maqsura and the Farsi yeh; keheh; teh marbuta and the Urdu heh. Hamza above and below has been taken apart already.
            'ٱ' => folded.Append('ا'),
            'ى' or 'ی' => folded.Append('ي'),
            'ک' => folded.Append('ك'),
            'ة' or 'ہ' or 'ۃ' => folded.Append('ه'),
            _ => folded.Append(lower.ToString()),
        };
    }

    /// <summary>Marks that one writes or leaves out, of the scripts where that is so, and tatweel. In Indic scripts and Thai marks are half of the word.</summary>
    private static bool IsDropped(int rune) => rune switch
    {
        >= 0x0300 and <= 0x036F => true,                                             // accents
        >= 0x0483 and <= 0x0489 => true,                                             // Cyrillic
        >= 0x0591 and <= 0x05BD or 0x05BF or 0x05C1 or 0x05C2 or 0x05C4 or 0x05C5 or 0x05C7 => true,   // niqqud
        >= 0x0610 and <= 0x061A or >= 0x064B and <= 0x065F or 0x0670 or >= 0x06D6 and <= 0x06DC => true, // tashkeel
        >= 0x06DF and <= 0x06E4 or 0x06E7 or 0x06E8 or >= 0x06EA and <= 0x06ED or >= 0x08D3 and <= 0x08FF => true,
        0x0640 => true,                                                              // tatweel
        >= 0x1AB0 and <= 0x1AFF or >= 0x1DC0 and <= 0x1DFF or >= 0x20D0 and <= 0x20FF or >= 0xFE20 and <= 0xFE2F => true,
        >= 0xFE00 and <= 0xFE0F or >= 0xE0100 and <= 0xE01EF => true,                // variation selectors
        _ => false,
    };
}
