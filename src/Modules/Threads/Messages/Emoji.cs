using System.Globalization;
using System.Text;
using Stoa.Hosting.Problems;

namespace Stoa.Threads.Messages;

/// <summary>One emoji: a single character as people see it, made of code points that are emoji.</summary>
internal static class Emoji
{
    private const int UnitsMax = 64;
    private const int Joiner = 0x200D;
    private const int PictureSelector = 0xFE0F;
    private const int Keycap = 0x20E3;
    private const int TagEnd = 0xE007F;

    /// <returns>The emoji as it is stored: with the selector that makes it a picture where it is shown as text without it, and else without, so that ❤ and ❤️ are one.</returns>
    /// <exception cref="ProblemException">400 <c>emoji_invalid</c>.</exception>
    public static string Check(string? text) =>
        text is { Length: > 0 and <= UnitsMax } && StringInfo.GetNextTextElementLength(text) == text.Length && IsEmoji(text, out var stored)
            ? stored
            : throw MessageProblems.Wrong("emoji_invalid", "'emoji' is not exactly one emoji.", "Send one, as \"👍\".");

    private static bool IsEmoji(string text, out string stored)
    {
        stored = text;
        List<int> points = [];
        foreach (var rune in text.EnumerateRunes())
        {
            points.Add(rune.Value);
        }

        if (points.Contains(Rune.ReplacementChar.Value))
        {
            return false;
        }

        if (points is [var first, var second] && IsRegional(first) && IsRegional(second))
        {
            return true;
        }

        if (points is [var key, .., Keycap] && key is (>= '0' and <= '9') or '#' or '*')
        {
            stored = $"{(char)key}\uFE0F\u20E3";
            return points.Count == 2 || (points.Count == 3 && points[1] == PictureSelector);
        }

        for (var i = 0; i < points.Count;)
        {
            var end = points.IndexOf(Joiner, i) is >= 0 and var joined ? joined : points.Count;
            if (!IsOne(points[i..end]) || end == points.Count - 1)
            {
                return false;
            }

            i = end + 1;
        }

        stored = points switch
        {
            [var only] when EmojiRanges.IsText(only) => text + "\uFE0F",
            [var picture, PictureSelector] when EmojiRanges.IsPicture(picture) => text[..^1],
            _ => text,
        };
        return true;
    }

    /// <summary>What stands between joiners: a base, then a selector, a skin tone, or the tags of a regional flag.</summary>
    private static bool IsOne(List<int> points) => points switch
    {
        [var only] => IsBase(only),
        [var picture, PictureSelector] => IsBase(picture),
        [var hand, >= 0x1F3FB and <= 0x1F3FF] => IsBase(hand),
        [0x1F3F4, .. var tags, TagEnd] => tags.Count is >= 2 and <= 6 && tags.TrueForAll(tag => tag is >= 0xE0030 and <= 0xE007A),
        _ => false,
    };

    private static bool IsBase(int point) => !IsRegional(point) && (EmojiRanges.IsPicture(point) || EmojiRanges.IsText(point));

    private static bool IsRegional(int point) => point is >= 0x1F1E6 and <= 0x1F1FF;
}
