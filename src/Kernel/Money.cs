using System.Globalization;

namespace Stoa.Kernel;

/// <summary>An amount: integer minor units with their currency. On the wire <c>{"amountMinor":21460,"currency":"EUR"}</c>.</summary>
/// <remarks>Arithmetic is checked and never mixes currencies. There is no conversion from a floating-point number.</remarks>
public readonly record struct Money(long AmountMinor, Currency Currency)
{
    public static Money Zero(Currency currency) => new(0, currency);

    public static Money operator +(Money left, Money right) => new(checked(left.AmountMinor + Same(left, right)), left.Currency);

    public static Money operator -(Money left, Money right) => new(checked(left.AmountMinor - Same(left, right)), left.Currency);

    public static Money operator *(Money left, int times) => new(checked(left.AmountMinor * times), left.Currency);

    public static Money Add(Money left, Money right) => left + right;

    public static Money Subtract(Money left, Money right) => left - right;

    public static Money Multiply(Money left, int times) => left * times;

    /// <summary>Reads a decimal string of the major unit, as bots write it: <c>"29.99"</c>, <c>"14003"</c>, <c>".07"</c>.</summary>
    /// <returns>False for an empty string, a sign, an exponent, blanks, or more digits than the currency has: nothing is rounded.</returns>
    public static bool TryParseDecimal(ReadOnlySpan<char> text, Currency currency, out Money money)
    {
        money = default;
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? [] : text[(point + 1)..];
        // Trailing zeros beyond the currency's digits carry nothing: "1500.00" JPY is 1,500 yen.
        while (fraction.Length > currency.Digits && fraction[^1] == '0')
        {
            fraction = fraction[..^1];
        }

        if ((whole.IsEmpty && fraction.IsEmpty && point < 0) || (whole.IsEmpty && point == text.Length - 1)
            || fraction.Length > currency.Digits || !AllDigits(whole) || !AllDigits(fraction))
        {
            return false;
        }

        long minor = 0;
        try
        {
            foreach (var digit in whole)
            {
                minor = checked((minor * 10) + (digit - '0'));
            }

            for (var i = 0; i < currency.Digits; i++)
            {
                minor = checked((minor * 10) + (i < fraction.Length ? fraction[i] - '0' : 0));
            }
        }
        catch (OverflowException)
        {
            return false;
        }

        money = new(minor, currency);
        return true;
    }

    /// <summary>The major unit as a decimal string with all the currency's digits: <c>"29.62"</c>, <c>"1500"</c>, <c>"-5.25"</c>.</summary>
    public string ToDecimalString()
    {
        if (Currency.Digits == 0)
        {
            return AmountMinor.ToString(CultureInfo.InvariantCulture);
        }

        var digits = UInt128.CreateChecked(Int128.Abs(AmountMinor)).ToString(CultureInfo.InvariantCulture).PadLeft(Currency.Digits + 1, '0');
        return $"{(AmountMinor < 0 ? "-" : "")}{digits[..^Currency.Digits]}.{digits[^Currency.Digits..]}";
    }

    public override string ToString() => $"{Currency.Code} {ToDecimalString()}";

    private static bool AllDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    private static long Same(Money left, Money right) =>
        left.Currency == right.Currency
            ? right.AmountMinor
            : throw new InvalidOperationException($"{left} and {right} cannot be reckoned together: the currencies differ.");
}
