using Stoa.Kernel;
using Xunit;

namespace Stoa.Kernel.Tests;

public sealed class CardNumbersTests
{
    [Theory]
    [InlineData("my card: 4242 4242 4242 4242, thanks", "my card: •••• •••• •••• 4242, thanks")]
    [InlineData("4242424242424242", "••••••••••••4242")]
    [InlineData("3782-822463-10005", "••••-••••••-•0005")]
    [InlineData("4242424242424242 and 5555 5555 5555 4444", "••••••••••••4242 and •••• •••• •••• 4444")]
    [InlineData("🎉 4242424242424242 🎉", "🎉 ••••••••••••4242 🎉")]
    public void A_card_number_is_hidden_but_for_its_last_four_digits(string text, string masked)
    {
        Assert.Equal(masked, CardNumbers.Mask(text));
        Assert.Equal(text.Length, masked.Length);
        Assert.Equal(masked, CardNumbers.Mask(masked)); // Twice is once.
    }

    [Theory]
    [InlineData("4242424242424241")] // fails Luhn
    [InlineData("7100000000000001")] // an id of ours
    [InlineData("+48 500 600 700")]
    [InlineData("https://example.org/a4242424242424242b")]
    [InlineData("4242424242-4242-4242-4242-424242424242")]
    [InlineData("2026-11-21T18:30:00.000Z")]
    [InlineData("Lunch at noon?")]
    [InlineData("")]
    public void Other_digits_stay_and_cost_no_copy(string text) => Assert.Same(text, CardNumbers.Mask(text));
}
