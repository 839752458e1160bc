using System.Collections.Frozen;
using System.Text;

namespace Stoa.People.Passwords;

/// <summary>Whether a password may be taken: 15 to 128 characters, any of them, and none of those that everybody tries first.</summary>
internal static class NewPassword
{
    private const int LengthMin = 15;
    private const int LengthMax = 128;

    private static readonly string[] rows =
    [
        "abcdefghijklmnopqrstuvwxyz", "01234567890123456789012345678901234567890", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp",
    ];

    private static readonly FrozenSet<string> common = ReadCommon();

    /// <returns>What is wrong, as the end of a sentence that begins with <c>password</c>; null when it may be taken.</returns>
    public static string? Refuse(string? password, string handle, string name)
    {
        if (string.IsNullOrEmpty(password))
        {
            return "is missing";
        }

        if (!Names.Utf16.IsWellFormed(password))
        {
            return "has half of a character";
        }

        var length = password.Normalize(NormalizationForm.FormC).EnumerateRunes().Count();
        if (length is < LengthMin or > LengthMax)
        {
            return $"has {length} characters; it takes {LengthMin} to {LengthMax}";
        }

        var bare = Bare(password);
        return common.Contains(bare) || IsRepetition(bare) || IsRow(bare)
            ? "is one of those that are tried first"
            : IsMadeOf(bare, [Bare(handle), .. name.Split(' ').Select(Bare), "stoa", "messenger", "password"])
                ? "is made of the handle, the name or the words of this site"
                : null;
    }

    private static string Bare(string text) =>
        string.Concat(text.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Where(char.IsLetterOrDigit));

    // "abcabcabcabcabc": a short piece again and again. Nothing left at all counts as well ("...............").
    private static bool IsRepetition(string bare)
    {
        for (var period = 1; period <= Math.Min(8, bare.Length / 2); period++)
        {
            if (bare.AsSpan(period).SequenceEqual(bare.AsSpan(0, bare.Length - period)))
            {
                return true;
            }
        }

        return bare.Length < 6;
    }

    private static bool IsRow(string bare) =>
        Array.Exists(rows, row => (row + row).Contains(bare, StringComparison.Ordinal))
        || Array.Exists(rows, row => string.Concat((row + row).Reverse()).Contains(bare, StringComparison.Ordinal));

    private static bool IsMadeOf(string bare, string[] words)
    {
        foreach (var word in words.Where(word => word.Length >= 3).OrderByDescending(word => word.Length))
        {
            bare = bare.Replace(word, "", StringComparison.Ordinal);
        }

        return string.Concat(bare.Where(c => !char.IsDigit(c))).Length < 4;
    }

    private static FrozenSet<string> ReadCommon()
    {
        var assembly = typeof(NewPassword).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream("Stoa.People.Passwords.common.txt")
            ?? throw new InvalidOperationException("common.txt is not embedded in the People assembly."));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.StartsWith('#')).Select(Bare).ToFrozenSet(StringComparer.Ordinal);
    }
}
