using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Stoa.Kernel.Tests;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("29.99", "EUR", 2999)]
    [InlineData("14003", "EUR", 1400300)]
    [InlineData(".07", "USD", 7)]
    [InlineData("0", "USD", 0)]
    [InlineData("5.", "USD", 500)]
    [InlineData("1500", "JPY", 1500)]
    [InlineData("1500.00", "JPY", 1500)]
    [InlineData("1.234", "KWD", 1234)]
    [InlineData("92233720368547758.07", "EUR", long.MaxValue)]
    public void A_decimal_string_becomes_minor_units(string text, string currency, long minor)
    {
        Assert.True(Money.TryParseDecimal(text, Currency.Of(currency), out var money));
        Assert.Equal(new Money(minor, Currency.Of(currency)), money);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("-1.00")]
    [InlineData("+1.00")]
    [InlineData("1,50")]
    [InlineData("1.505")]
    [InlineData(" 1")]
    [InlineData("1e3")]
    [InlineData("١٢")]
    [InlineData("1.2.3")]
    [InlineData("92233720368547758.08")]
    public void What_is_no_exact_amount_is_refused_and_never_rounded(string text) =>
        Assert.False(Money.TryParseDecimal(text, Currency.Eur, out _));

    [Theory]
    [InlineData(2962, "EUR", "29.62")]
    [InlineData(7, "USD", "0.07")]
    [InlineData(-525, "EUR", "-5.25")]
    [InlineData(1500, "JPY", "1500")]
    [InlineData(1234, "KWD", "1.234")]
    [InlineData(long.MinValue, "EUR", "-92233720368547758.08")]
    public void An_amount_is_written_with_all_the_digits_of_its_currency(long minor, string currency, string text) =>
        Assert.Equal(text, new Money(minor, Currency.Of(currency)).ToDecimalString());

    [Fact]
    public void Writing_and_reading_gives_the_same_amount() =>
        Prop.ForAll<long, NonNegativeInt>((minor, pick) =>
        {
            var currency = Currency.Of(new[] { "EUR", "JPY", "KWD", "CLF" }[pick.Get % 4]);
            var money = new Money(Math.Abs(minor % long.MaxValue), currency);
            return Money.TryParseDecimal(money.ToDecimalString(), currency, out var read) && read == money;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_currencies_are_never_added() =>
        Assert.Throws<InvalidOperationException>(() => new Money(1, Currency.Eur) + new Money(1, Currency.Usd));

    [Fact]
    public void A_sum_that_does_not_fit_is_an_error_and_not_a_small_number() =>
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue, Currency.Eur) + new Money(1, Currency.Eur));
}
