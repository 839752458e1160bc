using Stoa.Kernel;
using Stoa.Payments.Checkout;
using Xunit;

namespace Stoa.Payments.Tests.Checkout;

/// <summary>What bots answer to the question for a price.</summary>
public sealed class ShippingOptionsTests
{
    private const long Most = 99_999_999;
    private static readonly Money goods = new(10_00, Currency.Eur);

    [Fact]
    public void Options_are_read_with_what_they_add()
    {
        var options = ShippingOptions.Read(Pricing.TwoWays, goods, Most)!;

        Assert.Equal([("1", "Post", 3_49L), ("2", "By hand", 0L)], options.Select(o => (o.Id, o.Title, o.AmountMinor)));
        Assert.Equal(["Post", "Box"], options[0].Lines.Select(l => l.Label));
    }

    [Fact]
    public void An_empty_list_says_that_nothing_is_sent_there() => Assert.Empty(ShippingOptions.Read("""{"shipping":[]}""", goods, Most)!);

    [Theory]
    [InlineData("")]
    [InlineData("EVENT_RECEIVED")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"shipping":{}}""")]
    [InlineData("""{"shipping":[7]}""")]
    [InlineData("""{"shipping":[{"option_title":"Post","price_list":[]}]}""")]
    [InlineData("""{"shipping":[{"option_id":"","option_title":"Post","price_list":[]}]}""")]
    [InlineData("""{"shipping":[{"option_id":"1","price_list":[]}]}""")]
    [InlineData("""{"shipping":[{"option_id":"1","option_title":"Post","price_list":"2.99"}]}""")]
    [InlineData("""{"shipping":[{"option_id":"1","option_title":"Post","price_list":[{"label":"Post"}]}]}""")]
    [InlineData("""{"shipping":[{"option_id":"1","option_title":"Post","price_list":[{"label":"Post","amount":"-2.99"}]}]}""")]
    [InlineData("""{"shipping":[{"option_id":"1","option_title":"Post","price_list":[{"label":"Post","amount":"2.999"}]}]}""")]
    [InlineData("""{"shipping":[{"option_id":"1","option_title":"Post","price_list":[{"label":"Post","amount":1e3}]}]}""")]
    [InlineData("""{"shipping":[{"option_id":"1","option_title":"Post","price_list":[{"label":"Post","amount":"999999.99"}]}]}""")]
    [InlineData("""{"shipping":[{"option_id":"1","option_title":"Post","price_list":[{"label":"Post","amount":"92233720368547758.07"},{"label":"Post","amount":"92233720368547758.07"}]}]}""")]
    [InlineData("""{"shipping":[{"option_id":"1","option_title":"Post","price_list":[]},{"option_id":"1","option_title":"Again","price_list":[]}]}""")]
    public void One_part_that_cannot_be_read_spoils_the_whole_answer(string answer) => Assert.Null(ShippingOptions.Read(answer, goods, Most));

    [Fact]
    public void More_than_twenty_ways_are_too_many()
    {
        var many = string.Join(',', Enumerable.Range(0, 21).Select(i => $$"""{"option_id":"{{i}}","option_title":"Way"}"""));
        Assert.Null(ShippingOptions.Read($$"""{"shipping":[{{many}}]}""", goods, Most));
    }
}
