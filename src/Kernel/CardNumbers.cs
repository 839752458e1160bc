using System.Text.RegularExpressions;

namespace Stoa.Kernel;

/// <summary>Knows what could be the number of a card: 13 to 19 digits, perhaps in the usual groups, of a brand's range, that pass Luhn.</summary>
/// <remarks>Ids of ours begin with 7 or 8, which no brand's numbers do.</remarks>
public static partial class CardNumbers
{
    private const int DigitsLeast = 13;
    private const int DigitsShown = 4;
    private const char Hidden = '•';

    public static bool AreIn(string text)
    {
        if (!MayHave(text))
        {
            return false;
        }

        foreach (var match in LongNumber().EnumerateMatches(text))
        {
            if (IsCard(text.AsSpan(match.Index, match.Length)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The text with all but the last four digits of each such number hidden; the same length, and the same object when there is none.</summary>
    public static string Mask(string text)
    {
        if (!MayHave(text))
        {
            return text;
        }

        char[]? masked = null;
        foreach (var match in LongNumber().EnumerateMatches(text))
        {
            var number = text.AsSpan(match.Index, match.Length);
            if (!IsCard(number))
            {
                continue;
            }

            masked ??= text.ToCharArray();
            var left = number.Length - number.Count(' ') - number.Count('-') - DigitsShown;
            for (var i = match.Index; left > 0; i++)
            {
                if (char.IsAsciiDigit(masked[i]))
                {
                    masked[i] = Hidden;
                    left--;
                }
            }
        }

        return masked is null ? text : new(masked);
    }

    // What nearly all texts end at: few have digits, and fewer so many.
    private static bool MayHave(string text)
    {
        var digits = 0;
        for (var rest = text.AsSpan(); rest.IndexOfAnyInRange('0', '9') is >= 0 and var at; rest = rest[(at + 1)..])
        {
            if (++digits == DigitsLeast)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsCard(ReadOnlySpan<char> number)
    {
        Span<char> digits = stackalloc char[19];
        var count = 0;
        foreach (var c in number)
        {
            if (char.IsAsciiDigit(c))
            {
                digits[count++] = c;
            }
        }

        digits = digits[..count];
        return count >= DigitsLeast && IsOfABrand(digits) && PassesLuhn(digits);
    }

    private static bool IsOfABrand(ReadOnlySpan<char> digits) => digits[0] switch
    {
        '4' or '5' or '6' => true, // Visa, Mastercard, Maestro, Discover
        '3' => digits[1] is '0' or '4' or '5' or '6' or '7' or '8', // American Express, Diners, JCB
        '2' => digits[1] is >= '2' and <= '7', // Mastercard
        _ => false,
    };

    /// <summary>From the right, every second digit is doubled, less 9 above 9; the sum is a multiple of ten.</summary>
    private static bool PassesLuhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit > 4 ? (2 * digit) - 9 : 2 * digit;
        }

        return sum % 10 == 0;
    }

    // Not within a word or a UUID: those have letters or hyphens beside their digits.
    [GeneratedRegex(@"(?<![0-9A-Za-z_-])(?:[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{4}){2}[ -][0-9]{1,7}|[0-9]{4}[ -][0-9]{6}[ -][0-9]{5})(?![0-9A-Za-z_-])")]
    private static partial Regex LongNumber();
}
