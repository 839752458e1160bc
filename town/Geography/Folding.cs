using System.Collections.Frozen;
using System.Text;

namespace Stoa.Town.Geography;

/// <summary>
/// Folds letters so that spellings meet: lower case, no diacritics, no niqqud or harakat.
/// A table instead of Unicode normalisation, because without ICU that leaves everything above ASCII as it is.
/// </summary>
internal static class Folding
{
    private static readonly FrozenDictionary<char, string> Plain = new Dictionary<string, string>
    {
        ["a"] = "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ",
        ["ae"] = "æ",
        ["b"] = "ḃḅḇ",
        ["c"] = "çćĉċčḉ",
        ["d"] = "ðďđḋḍḏḑḓ",
        ["dz"] = "ǆǳ",
        ["e"] = "èéêëēĕėęěȅȇȩəḕḗḙḛḝẹẻẽếềểễệ",
        ["f"] = "ḟ",
        ["g"] = "ĝğġģǧǵḡ",
        ["h"] = "ĥħȟḣḥḧḩḫẖ",
        ["i"] = "ìíîïĩīĭįİıǐȉȋḭḯỉị",
        ["ij"] = "ĳ",
        ["j"] = "ĵǰ",
        ["k"] = "ķĸǩḱḳḵ",
        ["l"] = "ĺļľŀłḷḹḻḽ",
        ["lj"] = "ǉ",
        ["m"] = "ḿṁṃ",
        ["n"] = "ñńņňŉŋǹṅṇṉṋ",
        ["nj"] = "ǌ",
        ["o"] = "òóôõöøōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ",
        ["oe"] = "œ",
        ["p"] = "ṕṗ",
        ["r"] = "ŕŗřȑȓṙṛṝṟ",
        ["s"] = "śŝşšſșṡṣṥṧṩẛ",
        ["ss"] = "ß",
        ["t"] = "ţťŧțṫṭṯṱẗ",
        ["th"] = "þ",
        ["u"] = "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự",
        ["v"] = "ṽṿ",
        ["w"] = "ŵẁẃẅẇẉẘ",
        ["x"] = "ẋẍ",
        ["y"] = "ýÿŷȳẏẙỳỵỷỹ",
        ["z"] = "źżžẑẓẕ",
        // Arabic and Hebrew letters that are one to a person who types: hamza carriers, ta marbuta, alif maqsura, final forms.
        ["\u0627"] = "\u0622\u0623\u0625\u0671",
        ["\u0647"] = "\u0629",
        ["\u064A"] = "\u0649",
        ["\u0648"] = "\u0624",
        ["\u05DB"] = "\u05DA",
        ["\u05DE"] = "\u05DD",
        ["\u05E0"] = "\u05DF",
        ["\u05E4"] = "\u05E3",
        ["\u05E6"] = "\u05E5",
    }.SelectMany(pair => pair.Value.Select(letter => (letter, pair.Key))).ToFrozenDictionary(p => p.letter, p => p.Key);

    /// <summary>Lower case without marks; letters of other scripts stay, everything else stays as it is.</summary>
    public static string Fold(string text)
    {
        StringBuilder folded = new(text.Length);
        foreach (var c in text)
        {
            var lower = char.ToLowerInvariant(c);
            if (IsMark(lower)) continue;
            if (lower < 0x80) folded.Append(lower);
            else if (Plain.TryGetValue(lower, out var plain)) folded.Append(plain);
            else folded.Append(lower);
        }
        return folded.ToString();
    }

    /// <summary>Folded, with every run of anything but letters and digits as one space.</summary>
    public static string Words(string text)
    {
        StringBuilder words = new(text.Length);
        foreach (var c in Fold(text))
        {
            if (c is '\'' or '\u2019' or '.') continue;
            if (char.IsLetterOrDigit(c)) words.Append(c);
            else if (words.Length > 0 && words[^1] != ' ') words.Append(' ');
        }
        return words.ToString().TrimEnd();
    }

    private static bool IsMark(char c) =>
        c is (>= '\u0300' and <= '\u036F') or (>= '\u0591' and <= '\u05BD') or '\u05BF' or '\u05C1' or '\u05C2' or '\u05C4' or '\u05C5' or '\u05C7'
            or (>= '\u0610' and <= '\u061A') or (>= '\u064B' and <= '\u065F') or '\u0670' or '\u0640' or (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E')
            or (>= '\u2066' and <= '\u2069') or '\uFEFF';
}
