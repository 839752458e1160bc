using System.Globalization;
using Stoa.Kernel;

namespace Stoa.Payments.Processors.Remote;

/// <summary>Amounts as processors write them, whose scale is not always that of ISO 4217. Null: the processor cannot take this amount or currency.</summary>
internal static class WireAmounts
{
    private static readonly HashSet<string> stripeWithoutDecimals =
        ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];

    // No decimals in ISO 4217, two on Stripe's wire, which must be zero.
    private static readonly HashSet<string> stripeInHundreds = ["ISK", "UGX"];

    // Fifths, where ISO counts hundredths.
    private static readonly HashSet<string> notOffered = ["MGA", "MRU"];

    private static readonly HashSet<string> payPalWithoutDecimals = ["HUF", "JPY", "TWD"];

    /// <summary>An integer of Stripe's own minor unit.</summary>
    public static long? ToStripe(Money money) => money.Currency switch
    {
        var c when notOffered.Contains(c.Code) => null,
        var c when stripeInHundreds.Contains(c.Code) => checked(money.AmountMinor * 100),
        { Digits: 0 } c => stripeWithoutDecimals.Contains(c.Code) ? money.AmountMinor : null,
        { Digits: 2 } => money.AmountMinor,
        { Digits: 3 } => money.AmountMinor % 10 == 0 ? money.AmountMinor : null,
        _ => null,
    };

    public static Money? FromStripe(long? amount, string? currency) =>
        amount is { } minor && Currency.TryOf(currency?.ToUpperInvariant(), out var known)
            ? !stripeInHundreds.Contains(known.Code) ? new(minor, known) : minor % 100 == 0 ? new(minor / 100, known) : null
            : null;

    /// <summary>A decimal string; some currencies go without their decimals.</summary>
    public static string? ToPayPal(Money money)
    {
        if (money.Currency.Digits is not (0 or 2) || notOffered.Contains(money.Currency.Code) || (money.Currency.Digits == 0 && money.Currency.Code != "JPY"))
        {
            return null;
        }

        if (money.Currency.Digits == 2 && payPalWithoutDecimals.Contains(money.Currency.Code))
        {
            return money.AmountMinor % 100 == 0 ? (money.AmountMinor / 100).ToString(CultureInfo.InvariantCulture) : null;
        }

        return money.ToDecimalString();
    }

    /// <summary>Reads a decimal string of the major unit.</summary>
    public static Money? FromDecimal(string? value, string? currency) =>
        value is not null && Currency.TryOf(currency, out var known) && Money.TryParseDecimal(value, known, out var money) ? money : null;
}
