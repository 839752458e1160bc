using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Stoa.Payments.Checkout;
using Xunit;

namespace Stoa.Payments.Tests.Checkout;

/// <summary>A price that depends on where it is sent: asked for, agreed to, and paid exactly as it was shown.</summary>
public sealed class FlexibleAmountTests : PurchaseTest
{
    private static readonly object seen = new { amountMinor = 13_49, currency = "EUR" };

    [Fact]
    public async Task The_business_prices_an_address_and_the_chosen_way_is_paid_and_told()
    {
        var seq = await OfferAsync();

        var (status, quote) = await buyer.AskForPriceAsync(seq);
        Assert.Equal((201, "offered"), (status, quote.Text("state")));
        Assert.Equal("FLIGHT_412", Assert.Single(stage.Pricing.Asked).Payload);
        Assert.Equal("PL", stage.Pricing.Asked.Single().Address.Country);
        var post = quote.GetProperty("options")[0];
        Assert.Equal(("1", "Post", 13_49), (post.Text("id"), post.Text("title"), post.GetProperty("total").GetProperty("amountMinor").GetInt64()));

        var (_, created) = await buyer.PayQuoteAsync(seq, await buyer.AddCardAsync("4242"), quote.Text("id"), "1", amount: seen, details: new { email = "zofia@example.com" });
        var paid = await buyer.WaitForAsync(created.Text("id"), Stage.IsSettled);
        await stage.SettleAsync();

        Assert.Equal(("captured", 13_49), (paid.Text("state"), paid.GetProperty("amount").GetProperty("amountMinor").GetInt64()));
        Assert.Equal("Post", paid.GetProperty("shipping").Text("title"));
        Assert.Equal(["Flight HS 412", "Post", "Box"], paid.GetProperty("lines").EnumerateArray().Select(l => l.Text("label")));
        Assert.Equal(13_49L, await stage.AskAsync<long>("select amount_minor from payments.sandbox_payments"));
        var order = Assert.Single(stage.Orders.All);
        Assert.Equal(("1", "zofia", "Gdańsk"), (order.ShippingOption, order.Details?.Name, order.Details?.Address?.City));
        Assert.Null(order.Details?.Email); // It was not asked for.
        Assert.Equal(order.Details, stage.Merchant.Asked.Single().Details);
        var (_, business) = await stage.AsBusinessAsync(HttpMethod.Get, $"/api/business/purchases/{created.Text("id")}");
        Assert.Equal("ul. Długa 1", business.GetProperty("details").GetProperty("address").Text("street1"));
    }

    [Theory]
    [InlineData("silent", "no_answer")]
    [InlineData("nobody", "nobody_asked")]
    [InlineData("unreadable", "bad_answer")]
    [InlineData("{\"shipping\":\"free\"}", "bad_answer")]
    [InlineData("{\"shipping\":[]}", "not_sent_there")]
    public async Task Without_a_usable_answer_there_is_no_price_and_nothing_can_be_paid(string answer, string failure)
    {
        stage.Pricing.Answer = (_, _) => Task.FromResult<PriceAnswer>(answer switch
        {
            "silent" => new PriceAnswer.Silent(),
            "nobody" => new PriceAnswer.NobodyToAsk(),
            "unreadable" => new PriceAnswer.Unreadable(),
            _ => new PriceAnswer.Answered(answer),
        });
        var seq = await OfferAsync();

        var (_, quote) = await buyer.AskForPriceAsync(seq);
        Assert.Equal(("failed", failure), (quote.Text("state"), quote.Text("failure")));

        var (status, refused) = await buyer.PayQuoteAsync(seq, await buyer.AddCardAsync("4242"), quote.Text("id"), "1");
        Assert.Equal((409, "quote_outdated"), (status, refused.Text("code")));
        Assert.Equal(0, await stage.CountAsync("payments.purchases"));
    }

    [Fact]
    public async Task A_merchant_s_side_that_never_returns_is_waited_for_so_long_and_no_longer()
    {
        var waiting = new TaskCompletionSource();
        stage.Pricing.Answer = async (_, token) =>
        {
            waiting.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            return new PriceAnswer.Silent();
        };
        var asking = buyer.AskForPriceAsync(await OfferAsync());
        await waiting.Task;

        stage.Server.Clock.Advance(TimeSpan.FromSeconds(25));

        Assert.Equal("no_answer", (await asking).Body.Text("failure"));
    }

    [Fact]
    public async Task The_first_answer_counts_however_many_wait_for_it()
    {
        // Two devices repeat one request, and the second one's wait brings another answer.
        var answers = new[] { Pricing.TwoWays, Pricing.TwoWays.Replace("2.99", "9.99", StringComparison.Ordinal) };
        var both = new TaskCompletionSource();
        var asked = 0;
        stage.Pricing.Answer = async (_, _) =>
        {
            var number = Interlocked.Increment(ref asked) - 1;
            if (number == 1)
            {
                both.SetResult();
            }

            await both.Task;
            return new PriceAnswer.Answered(answers[number]);
        };
        var (seq, key) = (await OfferAsync(), Guid.NewGuid());

        var told = await Task.WhenAll(buyer.AskForPriceAsync(seq, key: key), buyer.AskForPriceAsync(seq, key: key));

        Assert.Equal([200, 201], told.Select(t => t.Status).Order());
        Assert.Single(told.Select(t => t.Body.GetRawText()).Distinct());
        Assert.Equal(told[0].Body.GetRawText(), (await buyer.AskForPriceAsync(seq, key: key)).Body.GetRawText());
        Assert.Equal(2, asked); // An answered one is not asked again.
    }

    [Fact]
    public async Task A_server_that_dies_while_it_asks_asks_on_when_the_request_is_repeated()
    {
        var (seq, key) = (await OfferAsync(), Guid.NewGuid());
        stage.Pricing.Answer = (_, _) => throw new InvalidOperationException("It died here.");
        Assert.Equal(500, (await buyer.AskForPriceAsync(seq, key: key)).Status);
        stage.Pricing.Answer = (_, _) => Task.FromResult<PriceAnswer>(new PriceAnswer.Answered(Pricing.TwoWays));

        Assert.Equal("offered", (await buyer.AskForPriceAsync(seq, key: key)).Body.Text("state"));
        Assert.Single(stage.Pricing.Asked.Select(a => a.Quote).Distinct());
    }

    [Fact]
    public async Task A_newer_price_takes_the_place_of_the_older_and_only_it_can_be_paid()
    {
        var seq = await OfferAsync();
        var card = await buyer.AddCardAsync("4242");
        var (_, old) = await buyer.AskForPriceAsync(seq);
        stage.Pricing.Answer = (_, _) => Task.FromResult<PriceAnswer>(new PriceAnswer.Answered(Pricing.TwoWays.Replace("2.99", "4.99", StringComparison.Ordinal)));
        var (_, next) = await buyer.AskForPriceAsync(seq, Buyer.Home("ul. Szeroka 2"));

        Assert.Equal("quote_outdated", (await buyer.PayQuoteAsync(seq, card, old.Text("id"), "1")).Body.Text("code"));
        // What the payer saw is not so: they are shown the new price, and nothing is charged.
        Assert.Equal((409, "price_changed"), Codes(await buyer.PayQuoteAsync(seq, card, next.Text("id"), "1", amount: seen)));
        Assert.Equal(0, await stage.CountAsync("payments.purchases"));

        var (_, created) = await buyer.PayQuoteAsync(seq, card, next.Text("id"), "1", amount: new { amountMinor = 15_49, currency = "EUR" });
        Assert.Equal("captured", (await buyer.WaitForAsync(created.Text("id"), Stage.IsSettled)).Text("state"));
        await stage.SettleAsync();
        Assert.Equal(15_49L, await stage.AskAsync<long>("select sum(amount_minor) from payments.sandbox_payments"));
    }

    [Fact]
    public async Task A_price_that_is_asked_anew_while_the_old_one_is_paid_leaves_one_purchase_at_the_price_shown()
    {
        var seq = await OfferAsync();
        var card = await buyer.AddCardAsync("4242");
        var (_, quote) = await buyer.AskForPriceAsync(seq);

        // Either the tap is first and the price stands, or the new price is, and the tap finds it outdated.
        var asking = buyer.AskForPriceAsync(seq, Buyer.Home("ul. Szeroka 2"));
        var (status, body) = await buyer.PayQuoteAsync(seq, card, quote.Text("id"), "1", amount: seen);
        await asking;

        if (status == 201)
        {
            Assert.Equal(13_49, (await buyer.WaitForAsync(body.Text("id"), Stage.IsSettled)).GetProperty("amount").GetProperty("amountMinor").GetInt64());
        }
        else
        {
            Assert.Equal((409, "quote_outdated"), (status, body.Text("code")));
        }

        await stage.SettleAsync();
        Assert.Equal(status == 201 ? 1 : 0, await stage.CountAsync("payments.sandbox_payments"));
    }

    [Fact]
    public async Task A_price_holds_for_half_an_hour()
    {
        var seq = await OfferAsync();
        var (_, quote) = await buyer.AskForPriceAsync(seq);
        stage.Server.Clock.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal((409, "quote_outdated"), Codes(await buyer.PayQuoteAsync(seq, await buyer.AddCardAsync("4242"), quote.Text("id"), "1")));
    }

    [Fact]
    public async Task Two_taps_with_one_price_are_one_purchase_and_a_repeat_outlives_the_price()
    {
        var seq = await OfferAsync();
        var card = await buyer.AddCardAsync("4242");
        var (_, quote) = await buyer.AskForPriceAsync(seq);
        var key = Guid.NewGuid();

        var taps = await Task.WhenAll(buyer.PayQuoteAsync(seq, card, quote.Text("id"), "1", key), buyer.PayQuoteAsync(seq, card, quote.Text("id"), "1", key), buyer.PayQuoteAsync(seq, card, quote.Text("id"), "2"));
        Assert.Single(taps.Select(t => t.Body.Text("id")).Distinct());
        await buyer.WaitForAsync(taps[0].Body.Text("id"), Stage.IsSettled);
        await buyer.AskForPriceAsync(seq);
        Assert.Equal(taps[0].Body.Text("id"), (await buyer.PayQuoteAsync(seq, card, quote.Text("id"), "1", key)).Body.Text("id"));
        Assert.Equal((422, "key_reused"), Codes(await buyer.PayQuoteAsync(seq, card, quote.Text("id"), "2", key)));

        await stage.SettleAsync();
        Assert.Equal(1, await stage.CountAsync("payments.sandbox_payments"));
        Assert.Single(stage.Orders.All);
    }

    [Fact]
    public async Task What_does_not_belong_together_is_refused()
    {
        var (seq, fixedSeq) = (await OfferAsync(), await stage.OfferAsync(buyer.Thread));
        var card = await buyer.AddCardAsync("4242");
        var (_, quote) = await buyer.AskForPriceAsync(seq);
        var other = await stage.SignUpAsync("adam");
        var key = Guid.NewGuid();
        await buyer.AskForPriceAsync(await OfferAsync(), key: key);

        Assert.Equal((422, "quote_required"), Codes(await buyer.PayAsync(seq, card)));
        Assert.Equal((404, "quote_not_found"), Codes(await buyer.PayQuoteAsync(seq, card, Guid.NewGuid().ToString(), "1")));
        Assert.Equal((404, "quote_not_found"), Codes(await buyer.PayQuoteAsync(await OfferAsync(), card, quote.Text("id"), "1")));
        Assert.Equal((404, "option_not_found"), Codes(await buyer.PayQuoteAsync(seq, card, quote.Text("id"), "9")));
        Assert.Equal((400, "invalid_request"), Codes(await buyer.PayQuoteAsync(fixedSeq, card, quote.Text("id"), "1")));
        Assert.Equal((422, "price_is_fixed"), Codes(await buyer.AskForPriceAsync(fixedSeq)));
        Assert.Equal((422, "key_reused"), Codes(await buyer.AskForPriceAsync(seq, key: key)));
        Assert.Equal((400, "details_invalid"), Codes(await buyer.AskForPriceAsync(seq, Buyer.Home(country: "Poland"))));
        Assert.Equal((404, "thread_not_found"), Codes(await other.SendAsync(HttpMethod.Post, "/api/purchases/quotes",
            new { key = Guid.NewGuid(), thread = buyer.Thread, seq, element = 0, button = 0, address = Buyer.Home() })));
        Assert.Equal(0, await stage.CountAsync("payments.purchases"));
    }

    [Fact]
    public async Task Sixty_prices_an_hour_are_enough()
    {
        var seq = await OfferAsync();
        await buyer.AskForPriceAsync(seq);
        await using (var connection = await stage.Server.Database.DataSource.OpenConnectionAsync(Stage.Ct))
        {
            await connection.ExecuteAsync(
                """
                insert into payments.quotes (person, id, request_hash, thread, seq, button, page, address, state, superseded, created_at, expires_at)
                select person, gen_random_uuid(), request_hash, thread, seq, button, page, address, 'asking', true, created_at, expires_at from payments.quotes, generate_series(1, 59)
                """);
        }

        Assert.Equal((429, "too_many_quotes"), Codes(await buyer.AskForPriceAsync(seq)));
        stage.Server.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(201, (await buyer.AskForPriceAsync(seq)).Status);
    }

    [Fact]
    public async Task What_a_fixed_price_asks_of_its_payer_must_be_there_and_goes_with_it()
    {
        var seq = await stage.OfferAsync(buyer.Thread, change: button => button["payment_summary"]!["requested_user_info"] = new JsonArray("contact_email", "contact_phone"));
        var card = await buyer.AddCardAsync("4242");

        Assert.Equal((422, "details_missing"), Codes(await buyer.PayAsync(seq, card)));
        Assert.Equal((422, "details_missing"), Codes(await buyer.PayQuoteAsync(seq, card, null, null, details: new { email = "zofia@example.com" })));
        Assert.Equal((400, "details_invalid"), Codes(await buyer.PayQuoteAsync(seq, card, null, null, details: new { email = "zofia", phone = "+48225550123" })));
        var (_, created) = await buyer.PayQuoteAsync(seq, card, null, null, details: new { email = "zofia@example.com", phone = "+48 22 555 01 23" });
        await buyer.WaitForAsync(created.Text("id"), Stage.IsSettled);
        await stage.SettleAsync();

        Assert.Equal(new PayerDetails(Email: "zofia@example.com", Phone: "+48225550123"), stage.Orders.All.Single().Details);
    }

    [Fact]
    public async Task Details_are_kept_when_somebody_wants_it_and_forgotten_when_they_do_not_any_more()
    {
        var other = await stage.SignUpAsync("adam");
        Assert.Equal("""{"saved":false,"name":"zofia"}""", (await buyer.SendAsync(HttpMethod.Get, "/api/payment-details")).Body.GetRawText());

        Assert.Equal(204, (await buyer.SendAsync(HttpMethod.Put, "/api/payment-details", new { name = "Zofia Nowak", email = "zofia@example.com", address = Buyer.Home() })).Status);
        var (_, kept) = await buyer.SendAsync(HttpMethod.Get, "/api/payment-details");
        Assert.Equal((true, "Zofia Nowak", "PL"), (kept.GetProperty("saved").GetBoolean(), kept.Text("name"), kept.GetProperty("address").Text("country")));
        Assert.False((await other.SendAsync(HttpMethod.Get, "/api/payment-details")).Body.GetProperty("saved").GetBoolean());

        Assert.Equal(204, (await buyer.SendAsync(HttpMethod.Delete, "/api/payment-details")).Status);
        Assert.False((await buyer.SendAsync(HttpMethod.Get, "/api/payment-details")).Body.GetProperty("saved").GetBoolean());
    }

    private Task<long> OfferAsync() => stage.OfferAsync(buyer.Thread, "10.00", change: button => button["payment_summary"]!["payment_type"] = "FLEXIBLE_AMOUNT");

    private static (int Status, string Code) Codes((int Status, JsonElement Body) answer) => (answer.Status, answer.Body.Text("code"));
}
