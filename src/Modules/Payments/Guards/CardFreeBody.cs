using System.Buffers;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;

namespace Stoa.Payments.Guards;

/// <summary>Reads a body on the payment routes, unless a card number is in it: such a body is refused before anything is made of it, and forgotten.</summary>
/// <remarks>A client that sends a number here has a fault that its author must see at once. Numbers belong on the processor's own page.</remarks>
internal static partial class CardFreeBody
{
    public static ValueTask<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) where T : class =>
        JsonBody.ReadAsync(context, type, inspect: Refuse);

    /// <summary>Whether a text holds what could be the number of a card: 13 to 19 digits, perhaps in the usual groups, of a brand's range, that pass Luhn.</summary>
    public static bool HasCardNumber(string text)
    {
        foreach (Match match in LongNumber().Matches(text))
        {
            var digits = match.Value.Where(char.IsAsciiDigit).ToArray();
            if (digits.Length is >= 13 and <= 19 && IsOfABrand(digits) && PassesLuhn(digits))
            {
                return true;
            }
        }

        return false;
    }

    private static void Refuse(ReadOnlySequence<byte> body)
    {
        if (HasCardNumber(Encoding.UTF8.GetString(body)))
        {
            throw new ProblemException(new(StatusCodes.Status400BadRequest, "card_number_refused", "Read the request", "The body holds what looks like the number of a card. It was not kept.",
                "Card numbers go to the processor's page only; send the token that it gives (GET /api/pay/config)."));
        }
    }

    private static bool IsOfABrand(char[] digits) => digits[0] switch
    {
        '4' or '5' or '6' => true, // Visa, Mastercard, Maestro, Discover
        '3' => digits[1] is '0' or '4' or '5' or '6' or '7' or '8', // American Express, Diners, JCB
        '2' => digits[1] is >= '2' and <= '7', // Mastercard
        _ => false,
    };

    /// <summary>From the right, every second digit is doubled, less 9 above 9; the sum is a multiple of ten.</summary>
    private static bool PassesLuhn(char[] digits)
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
