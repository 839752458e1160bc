using System.Text;
using Stoa.Town.Geography;

namespace Stoa.Town.Passes;

/// <summary>A traveller's name: as they wrote it, and as a boarding pass carries it.</summary>
/// <param name="Given">May be empty for people with one name.</param>
/// <param name="Surname">Never empty.</param>
internal sealed record PassengerName(string Given, string Surname)
{
    /// <summary>The width of the field in the pass.</summary>
    public const int PassLength = 20;

    private static readonly HashSet<string> Particles =
        ["van", "von", "de", "da", "di", "du", "del", "della", "der", "den", "la", "le", "el", "al", "bin", "ben", "ibn", "bat", "st", "dos", "das", "ter", "ten", "abu", "mac", "o"];

    /// <summary>"Zofia Nowak".</summary>
    public string Spoken => Given.Length == 0 ? Surname : $"{Given} {Surname}";

    /// <summary>NOWAK/ZOFIA in at most twenty characters: the given name is cut first, the surname only when one letter of it is left.</summary>
    public string ForPass()
    {
        var (surname, given) = (Plain(Surname), Plain(Given));
        if (given.Length == 0) return Cut(surname, PassLength);
        var surnameLength = Math.Min(surname.Length, PassLength - 2);
        return Cut(surname, surnameLength) + "/" + Cut(given, PassLength - 1 - surnameLength);
    }

    /// <summary>Reads "Zofia Nowak", "Nowak/Zofia", "Nowak, Zofia", "Anna van der Berg".</summary>
    /// <param name="one">Whether a single name is taken as the whole name.</param>
    public static NameOutcome Read(string text, bool one = false)
    {
        var name = Tidy(text);
        var letters = name.Count(char.IsLetter);
        if (letters == 0 || name.Length > 60 || name.Any(c => char.IsDigit(c) || "!?@#:;+*=<>[]{}_|\\\"".Contains(c, StringComparison.Ordinal))) return NameOutcome.NotAName;
        if (Plain(name).Count(char.IsAsciiLetterUpper) < letters) return NameOutcome.NotLatin;
        if (name.IndexOfAny(['/', ',']) is var cut and > 0)
        {
            var (surname, given) = (name[..cut].Trim(), name[(cut + 1)..].Trim(' ', '/', ','));
            if (Plain(surname).Length == 0 || given.AsSpan().IndexOfAny('/', ',') >= 0) return NameOutcome.NotAName;
            return given.Length == 0 && !one ? NameOutcome.OnlyOne : new NameOutcome.Read(new PassengerName(given, surname));
        }
        var words = name.Split(' ');
        if (words.Length > 7) return NameOutcome.NotAName;
        if (words.Length == 1) return one ? new NameOutcome.Read(new PassengerName("", name)) : NameOutcome.OnlyOne;
        var at = Array.FindIndex(words, 1, word => Particles.Contains(word.ToLowerInvariant()));
        if (at < 0 || at == words.Length - 1) at = words.Length - 1;
        return new NameOutcome.Read(new PassengerName(string.Join(' ', words[..at]), string.Join(' ', words[at..])));
    }

    /// <summary>Folded to A–Z, space and hyphen, upper case; whatever has no such form is left out.</summary>
    internal static string Plain(string text)
    {
        StringBuilder plain = new(text.Length);
        foreach (var c in Folding.Fold(text).ToUpperInvariant())
        {
            if (char.IsAsciiLetterUpper(c) || c == '-') plain.Append(c);
            else if (c == ' ' && plain.Length > 0 && plain[^1] != ' ') plain.Append(' ');
        }
        return plain.ToString().Trim(' ', '-');
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length].TrimEnd();

    private static string Tidy(string text) => string.Join(' ', text.Trim(' ', '.', ',', '/').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>What came of reading a name.</summary>
internal abstract record NameOutcome
{
    /// <summary>One word where first and family name are wanted.</summary>
    public static readonly NameOutcome OnlyOne = new Problem("only_one");

    /// <summary>Written in letters that a boarding pass cannot carry: the traveller knows the passport's spelling, we would guess.</summary>
    public static readonly NameOutcome NotLatin = new Problem("not_latin");

    public static readonly NameOutcome NotAName = new Problem("not_a_name");

    public sealed record Read(PassengerName Name) : NameOutcome;

    private sealed record Problem(string Code) : NameOutcome;
}
