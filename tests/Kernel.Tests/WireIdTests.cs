using System.Text.Json;
using Xunit;

namespace Stoa.Kernel.Tests;

public sealed class WireIdTests
{
    [Fact]
    public void Ids_lie_in_the_range_that_survives_a_double_and_never_look_like_a_card()
    {
        var ids = Enumerable.Range(0, 10_000).Select(_ => WireIds.New()).ToHashSet();

        Assert.Equal(10_000, ids.Count);
        Assert.All(ids, id =>
        {
            Assert.InRange(id, 7_000_000_000_000_000, 8_900_000_000_000_000 - 1);
            Assert.Equal(id, (long)(double)id);
        });
    }

    [Fact]
    public void An_id_is_a_string_of_digits_on_the_wire()
    {
        var id = new PersonId(7_123_456_789_012_345);

        Assert.Equal("\"7123456789012345\"", JsonSerializer.Serialize(id));
        Assert.Equal(id, JsonSerializer.Deserialize<PersonId>("\"7123456789012345\""));
    }

    [Theory]
    [InlineData("7123456789012345")]
    [InlineData("\"\"")]
    [InlineData("\"-7\"")]
    [InlineData("\"07\"")]
    [InlineData("\" 7\"")]
    [InlineData("\"7x\"")]
    [InlineData("\"٧\"")]
    [InlineData("\"99999999999999999999\"")]
    [InlineData("null")]
    public void Anything_else_is_refused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<PersonId>(json));

    [Fact]
    public void A_message_id_leads_back_to_its_place()
    {
        var id = new MessageId(ThreadId.New(), 73);

        Assert.Matches("^m_[A-Za-z0-9_-]{22}$", id.ToString());
        Assert.True(MessageId.TryParse(id.ToString(), out var read));
        Assert.Equal(id, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("m_")]
    [InlineData("mid.1456970487936:c34767dfe57ee6e339")]
    [InlineData("m_!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("m_AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("m_AAAAAAAAAAAAAAAAAAAAA=")]
    public void A_made_up_message_id_is_refused(string? text) => Assert.False(MessageId.TryParse(text, out _));

    [Theory]
    [InlineData("EUR", 2)]
    [InlineData("JPY", 0)]
    [InlineData("KWD", 3)]
    [InlineData("CLF", 4)]
    [InlineData("HUF", 2)]
    [InlineData("IQD", 3)]
    public void A_currency_has_the_digits_of_ISO_4217(string code, int digits) => Assert.Equal(digits, Currency.Of(code).Digits);

    [Theory]
    [InlineData("eur")]
    [InlineData("XXX")]
    [InlineData("")]
    [InlineData(null)]
    public void An_unknown_currency_is_refused(string? code) => Assert.False(Currency.TryOf(code, out _));
}
