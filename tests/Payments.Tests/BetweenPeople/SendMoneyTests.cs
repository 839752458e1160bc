using System.Text.Json;
using Xunit;

namespace Stoa.Payments.Tests.BetweenPeople;

/// <summary>Sending to the other one of a conversation.</summary>
public sealed class SendMoneyTests(MoneyStage stage) : IClassFixture<MoneyStage>
{
    [Fact]
    public async Task Money_sent_arrives_at_once_and_stands_in_the_conversation_once()
    {
        var (zofia, leila, thread) = await stage.PairAsync();

        var (status, sent) = await zofia.SendAsync(leila, thread, 12_50, note: "  for the tickets ");

        Assert.Equal(201, status);
        Assert.Equal(("transfer", "sent", "for the tickets"), (sent.Text("type"), sent.Text("state"), sent.Text("note")));
        Assert.Equal((87_50, 12_50), (await zofia.BalanceAsync(), await leila.BalanceAsync()));
        var told = Assert.Single(await leila.ToldAsync(thread, 1));
        Assert.Equal(("payment", $"{zofia.Id}"), (told.Text("kind"), told.Text("sender")));
        Assert.Equal((sent.Text("id"), "sent", 12_50), (told.GetProperty("money").Text("id"), told.GetProperty("money").Text("news"), told.GetProperty("money").GetProperty("amount").GetProperty("amountMinor").GetInt64()));
        Assert.Equal("sent", (await leila.LookAsync(sent.Text("id")))?.Text("state"));
    }

    [Fact]
    public async Task One_key_sends_once_however_often_and_at_once_it_comes()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var key = Guid.NewGuid();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => zofia.SendAsync(leila, thread, 10_00, key)));
        var (late, _) = await zofia.SendAsync(leila, thread, 10_00, key);

        Assert.Equal(200, late);
        Assert.All(answers, a => Assert.True(a.Status is 200 or 201, $"{a.Status} {a.Body}"));
        Assert.Single(answers.Select(a => a.Body.Text("id")).Distinct());
        Assert.Equal((90_00, 10_00), (await zofia.BalanceAsync(), await leila.BalanceAsync()));
        // A second event would follow the first: something said after both stands behind them.
        Assert.Single(await leila.ToldAsync(thread, 1));
    }

    [Fact]
    public async Task A_key_that_comes_with_another_body_is_refused()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var key = Guid.NewGuid();
        await zofia.SendAsync(leila, thread, 10_00, key);

        var (more, moreBody) = await zofia.SendAsync(leila, thread, 10_01, key);
        var (noted, notedBody) = await zofia.SendAsync(leila, thread, 10_00, key, note: "another");
        var (others, _) = await leila.SendAsync(zofia, thread, 4_00, key);

        Assert.Equal((422, "key_reused", 422, "key_reused"), (more, moreBody.Text("code"), noted, notedBody.Text("code")));
        Assert.Equal(201, others); // Another person's key is another key.
        Assert.Equal((94_00, 6_00), (await zofia.BalanceAsync(), await leila.BalanceAsync()));
    }

    [Theory]
    [InlineData("""{"amountMinor":0,"currency":"EUR"}""", 422, "amount_out_of_range")]
    [InlineData("""{"amountMinor":-500,"currency":"EUR"}""", 422, "amount_out_of_range")]
    [InlineData("""{"amountMinor":100000000,"currency":"EUR"}""", 422, "amount_out_of_range")]
    [InlineData("""{"amountMinor":9223372036854775807,"currency":"EUR"}""", 422, "amount_out_of_range")]
    [InlineData("""{"amountMinor":9223372036854775808,"currency":"EUR"}""", 400, "invalid_request")]
    [InlineData("""{"amountMinor":10.5,"currency":"EUR"}""", 400, "invalid_request")]
    [InlineData("""{"amountMinor":"1000","currency":"EUR"}""", 400, "invalid_request")]
    [InlineData("""{"amountMinor":1e3,"currency":"EUR"}""", 400, "invalid_request")]
    [InlineData("""{"amountMinor":1000,"currency":"XYZ"}""", 400, "invalid_request")]
    [InlineData("""{"amountMinor":1000,"currency":"eur"}""", 400, "invalid_request")]
    [InlineData("""{"amountMinor":1000}""", 400, "invalid_request")]
    [InlineData("""{"amountMinor":1000,"currency":"JPY"}""", 422, "insufficient_funds")]
    [InlineData("""{"amountMinor":10001,"currency":"EUR"}""", 422, "insufficient_funds")]
    public async Task An_amount_that_cannot_be_is_refused_and_nothing_moves(string amount, int expected, string code)
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var body = $$"""{"key":"{{Guid.NewGuid()}}","thread":"{{thread}}","amount":{{amount}},"to":"{{leila.Id}}","toName":"Leila","firstPaymentConfirmed":true}""";

        var (status, problem) = await zofia.CallAsync(HttpMethod.Post, "/api/money/transfers", JsonElement.Parse(body));

        Assert.Equal((expected, code), (status, problem.Text("code")));
        Assert.NotEqual("", problem.Text("fix"));
        Assert.Equal((100_00, 0), (await zofia.BalanceAsync(), await leila.BalanceAsync()));
    }

    [Fact]
    public async Task Many_who_spend_one_balance_at_once_spend_no_more_than_it_has()
    {
        var (zofia, leila, thread) = await stage.PairAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => zofia.SendAsync(leila, thread, 30_00)));

        Assert.Equal(3, answers.Count(a => a.Status == 201));
        Assert.All(answers.Where(a => a.Status != 201), a => Assert.Equal((422, "insufficient_funds"), (a.Status, a.Body.Text("code"))));
        Assert.Equal((10_00, 90_00), (await zofia.BalanceAsync(), await leila.BalanceAsync()));
        Assert.Equal(3, (await leila.ToldAsync(thread, 3)).Count);
    }

    [Fact]
    public async Task Who_is_paid_must_be_who_was_seen_and_known_to_be_new()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var piotr = await stage.JoinAsync("Piotr");
        var (_, seen) = await zofia.CallAsync(HttpMethod.Get, $"/api/money/receivers/{leila.Id}?thread={thread}");

        var (_, unwarned) = await zofia.SendAsync(leila, thread, 1_00, first: false);
        var (_, oneself) = await zofia.SendAsync(zofia, thread, 1_00);
        var (_, another) = await zofia.SendAsync(piotr, thread, 1_00);
        await leila.CallAsync(HttpMethod.Patch, "/api/me", new { name = "Leyla" });
        var (_, renamed) = await zofia.SendAsync(leila, thread, 1_00);

        Assert.Equal(("Leila", false), (seen.Text("name"), seen.GetProperty("paidBefore").GetBoolean()));
        Assert.Equal(
            ["first_payment_unconfirmed", "to_oneself", "receiver_differs", "receiver_renamed"],
            new[] { unwarned, oneself, another, renamed }.Select(problem => problem.Text("code")));
        Assert.Equal((100_00, 0), (await zofia.BalanceAsync(), await leila.BalanceAsync()));

        await leila.CallAsync(HttpMethod.Patch, "/api/me", new { name = "Leila" });
        Assert.Equal(201, (await zofia.SendAsync(leila, thread, 1_00)).Status);
        Assert.Equal(201, (await zofia.SendAsync(leila, thread, 1_00, first: false)).Status); // Known by now.
        (_, seen) = await zofia.CallAsync(HttpMethod.Get, $"/api/money/receivers/{leila.Id}?thread={thread}");
        Assert.True(seen.GetProperty("paidBefore").GetBoolean());
    }

    [Fact]
    public async Task Strangers_and_the_blocked_find_nothing()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var noa = await stage.JoinAsync("Noa", euroMinor: 50_00);
        var (_, sent) = await zofia.SendAsync(leila, thread, 1_00);

        Assert.Equal("thread_not_found", (await noa.SendAsync(leila, thread, 1_00)).Body.Text("code"));
        Assert.Equal("thread_not_found", (await noa.AskAsync(thread, 1_00)).Body.Text("code"));
        Assert.Equal(404, (await noa.CallAsync(HttpMethod.Get, $"/api/money/receivers/{leila.Id}?thread={thread}")).Status);
        Assert.Null(await noa.LookAsync(sent.Text("id")));

        await leila.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/block");
        Assert.Equal("thread_not_found", (await zofia.SendAsync(leila, thread, 1_00)).Body.Text("code"));
        Assert.Equal("thread_not_found", (await zofia.AskAsync(thread, 1_00)).Body.Text("code"));
        Assert.Equal((99_00, 1_00, 50_00), (await zofia.BalanceAsync(), await leila.BalanceAsync(), await noa.BalanceAsync()));
    }

    [Fact]
    public async Task A_card_number_in_a_note_is_refused_and_a_note_that_is_too_long_too()
    {
        var (zofia, leila, thread) = await stage.PairAsync();

        Assert.Equal("card_number_refused", (await zofia.SendAsync(leila, thread, 1_00, note: "4242 4242 4242 4242")).Body.Text("code"));
        Assert.Equal("note_invalid", (await zofia.SendAsync(leila, thread, 1_00, note: new string('x', 281))).Body.Text("code"));
        Assert.Equal(100_00, await zofia.BalanceAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("ids=")]
    [InlineData("ids=x")]
    [InlineData("ids=00000000-0000-0000-0000-000000000000")]
    public async Task A_list_of_ids_that_is_none_is_refused(string query) =>
        Assert.Equal(400, (await (await stage.JoinAsync()).CallAsync(HttpMethod.Get, $"/api/money?{query}")).Status);
}
