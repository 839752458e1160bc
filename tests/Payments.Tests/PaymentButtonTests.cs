using System.Text.Json;
using System.Text.Json.Nodes;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Payments.Purchases;
using Xunit;

namespace Stoa.Payments.Tests;

public sealed class PaymentButtonTests
{
    private const long Most = 99_999_999;

    [Theory]
    [InlineData("29.99", "USD", 2999)]
    [InlineData("14003", "USD", 1400300)]
    [InlineData(".07", "USD", 7)]
    [InlineData("0.5", "EUR", 50)]
    [InlineData("500", "JPY", 500)]
    [InlineData("500.00", "JPY", 500)]
    [InlineData("1.234", "KWD", 1234)]
    [InlineData("999999.99", "EUR", 99_999_999)]
    public void An_amount_is_read_in_the_digits_of_its_currency(string amount, string currency, long minor) =>
        Assert.Equal(new Money(minor, Currency.Of(currency)), Read(Messages.Generic(Messages.Button(currency, ("Total", amount)))).Total);

    [Theory]
    [InlineData("", "button_invalid")]
    [InlineData("free", "button_invalid")]
    [InlineData("-1.00", "button_invalid")]
    [InlineData("+1.00", "button_invalid")]
    [InlineData("1,50", "button_invalid")]
    [InlineData("1.505", "button_invalid")]
    [InlineData(" 1", "button_invalid")]
    [InlineData("1e3", "button_invalid")]
    [InlineData("١٢", "button_invalid")]
    [InlineData("92233720368547758.08", "button_invalid")]
    [InlineData("0", "amount_out_of_range")]
    [InlineData("0.00", "amount_out_of_range")]
    [InlineData("1000000", "amount_out_of_range")]
    public void An_amount_that_is_none_cannot_be_paid(string amount, string code) =>
        Assert.Equal(code, Refusal(Messages.Generic(Messages.Button("EUR", ("Total", amount)))));

    [Fact]
    public void The_price_is_the_sum_of_its_lines()
    {
        var button = Read(Messages.Generic(Messages.Button("EUR", ("Flight", "189.00"), ("Bag", "25.60"), ("Discount code", "0"))));

        Assert.Equal(new Money(214_60, Currency.Eur), button.Total);
        Assert.Equal([new("Flight", 189_00), new("Bag", 25_60), new("Discount code", 0)], button.Lines);
    }

    [Fact]
    public void Lines_that_overflow_together_cannot_be_paid() =>
        Assert.Equal("button_invalid", Refusal(Messages.Generic(Messages.Button("EUR", ("a", "92233720368547758.07"), ("b", "0.01")))));

    [Fact]
    public void A_button_is_found_in_a_carousel_a_list_and_a_button_template()
    {
        var button = Messages.Button("EUR", ("Total", "1.00"));
        var carousel = Messages.Template(new JsonObject
        {
            ["template_type"] = "generic",
            ["elements"] = new JsonArray(new JsonObject { ["title"] = "first" }, new JsonObject { ["title"] = "second", ["buttons"] = new JsonArray(Messages.Postback(), button.DeepClone()) }),
        });
        var plain = Messages.Template(new JsonObject { ["template_type"] = "button", ["text"] = "Pay", ["buttons"] = new JsonArray(button.DeepClone()) });

        Assert.Equal(100, Read(carousel, element: 1, button: 1).Total.AmountMinor);
        Assert.Equal(100, Read(plain, element: null, button: 0).Total.AmountMinor);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(1, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 1)]
    [InlineData(0, -1)]
    public void Where_no_button_is_none_is_found(int? element, int button) =>
        Assert.Equal("button_not_found", Refusal(Messages.Generic(Messages.Button("EUR", ("Total", "1.00"))), element, button));

    [Fact]
    public void Another_kind_of_button_is_not_found() => Assert.Equal("button_not_found", Refusal(Messages.Generic(Messages.Postback())));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"text":"Pay me"}""")]
    [InlineData("""{"attachments":"x"}""")]
    [InlineData("""{"attachments":[{"type":"image","payload":{"url":"x"}}]}""")]
    [InlineData("""{"attachments":[{"type":"template","payload":[]}]}""")]
    [InlineData("""{"attachments":[{"type":"template","payload":{"elements":[7]}}]}""")]
    [InlineData("""{"attachments":[7,null]}""")]
    public void A_message_without_a_button_has_none(string body) => Assert.Equal("button_not_found", Refusal(JsonElement.Parse(body)));

    [Fact]
    public void A_flexible_price_asks_for_the_address_whether_the_button_does_or_not()
    {
        var button = Messages.Button("EUR", ("Total", "1.00"));
        button["payment_summary"]!["payment_type"] = "FLEXIBLE_AMOUNT";

        var read = Read(Messages.Generic(button));

        Assert.True(read.IsFlexible);
        Assert.Equal(["contact_name", "shipping_address"], read.RequestedUserInfo);
    }

    [Theory]
    [InlineData("payment_summary", null, "button_invalid")]
    [InlineData("payload", null, "button_invalid")]
    [InlineData("payload", "\"\"", "button_invalid")]
    [InlineData("payment_summary.currency", "\"eur\"", "button_invalid")]
    [InlineData("payment_summary.currency", "\"XXX\"", "button_invalid")]
    [InlineData("payment_summary.currency", "978", "button_invalid")]
    [InlineData("payment_summary.payment_type", "\"WHATEVER\"", "button_invalid")]
    [InlineData("payment_summary.payment_type", null, "button_invalid")]
    [InlineData("payment_summary.merchant_name", null, "button_invalid")]
    [InlineData("payment_summary.price_list", "[]", "button_invalid")]
    [InlineData("payment_summary.price_list", "{}", "button_invalid")]
    [InlineData("payment_summary.price_list", """[{"label":"x","amount":12.5}]""", "button_invalid")]
    [InlineData("payment_summary.price_list", """[{"amount":"12.50"}]""", "button_invalid")]
    [InlineData("payment_summary.price_list", "[7]", "button_invalid")]
    [InlineData("payment_summary.requested_user_info", """["shoe_size"]""", "button_invalid")]
    [InlineData("payment_summary.requested_user_info", "\"contact_name\"", "button_invalid")]
    [InlineData("payment_summary.is_test_payment", "\"yes\"", "button_invalid")]
    public void A_malformed_button_cannot_be_paid(string member, string? value, string code)
    {
        var button = Messages.Button("EUR", ("Total", "1.00"));
        var path = member.Split('.');
        var parent = path.Length == 1 ? button : button["payment_summary"]!.AsObject();
        parent.Remove(path[^1]);
        if (value is not null)
        {
            parent[path[^1]] = JsonNode.Parse(value);
        }

        Assert.Equal(code, Refusal(Messages.Generic(button)));
    }

    private static PaymentButton Read(JsonElement body, int? element = 0, int button = 0) => PaymentButton.Read(body, element, button, Most);

    private static string Refusal(JsonElement body, int? element = 0, int button = 0) =>
        Assert.Throws<ProblemException>(() => Read(body, element, button)).Problem.Code;
}
