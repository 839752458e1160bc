using System.Globalization;
using Stoa.Kernel;
using Stoa.Payments.Processors.Remote;
using Xunit;

namespace Stoa.Payments.Tests.Remote;

/// <summary>What an amount of ours is on each processor's wire.</summary>
public sealed class WireAmountsTests
{
    // Null: not offered there.
    [Theory]
    [InlineData("EUR", 1099, 1099L, "10.99")]
    [InlineData("JPY", 500, 500L, "500")]
    [InlineData("KWD", 1230, 1230L, null)]
    [InlineData("KWD", 1234, null, null)]
    [InlineData("ISK", 5, 500L, null)]
    [InlineData("UGX", 7, 700L, null)]
    [InlineData("HUF", 50000, 50000L, "500")]
    [InlineData("HUF", 50050, 50050L, null)]
    [InlineData("TWD", 100, 100L, "1")]
    [InlineData("MGA", 100, null, null)]
    [InlineData("CLF", 100, null, null)]
    public void Amounts_are_written_in_the_processor_s_own_scale(string currency, long minor, long? stripe, string? payPal)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            // A server whose people write a comma.
            CultureInfo.CurrentCulture = new("de-DE");
            var money = new Money(minor, Currency.Of(currency));
            Assert.Equal(stripe, WireAmounts.ToStripe(money));
            Assert.Equal(payPal, WireAmounts.ToPayPal(money));
            if (stripe is not null)
            {
                Assert.Equal(money, WireAmounts.FromStripe(stripe, currency.ToLowerInvariant()));
            }

            if (payPal is not null)
            {
                Assert.Equal(money, WireAmounts.FromDecimal(payPal, currency));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
