using Xunit;

namespace Stoa.Payments.Tests.BetweenPeople;

/// <summary>Asking for money, and every way in which that ends.</summary>
public sealed class RequestMoneyTests(MoneyStage stage) : IClassFixture<MoneyStage>
{
    [Fact]
    public async Task A_request_is_paid_once_whoever_presses_how_often()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var (status, asked) = await leila.AskAsync(thread, 20_00, note: "the hotel");
        var id = asked.Text("id");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => zofia.SendAsync(leila, thread, 20_00, request: id)));

        Assert.Equal(201, status);
        Assert.Single(answers, a => a.Status == 201);
        Assert.All(answers.Where(a => a.Status != 201), a => Assert.Equal((409, "request_not_open"), (a.Status, a.Body.Text("code"))));
        Assert.Equal((80_00, 20_00), (await zofia.BalanceAsync(), await leila.BalanceAsync()));
        Assert.Equal("paid", (await leila.LookAsync(id))?.Text("state"));
        Assert.Equal(["asked", "sent"], (await leila.ToldAsync(thread, 2)).Select(e => e.GetProperty("money").Text("news")));
        Assert.Equal(id, answers.Single(a => a.Status == 201).Body.Text("request"));
    }

    [Fact]
    public async Task Asking_twice_with_one_key_asks_once()
    {
        var (_, leila, thread) = await stage.PairAsync();
        var key = Guid.NewGuid();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => leila.AskAsync(thread, 20_00, key)));
        var (status, other) = await leila.AskAsync(thread, 20_01, key);

        Assert.Single(answers, a => a.Status == 201);
        Assert.Single(answers.Select(a => a.Body.Text("id")).Distinct());
        Assert.Equal((422, "key_reused"), (status, other.Text("code")));
        Assert.Single(await leila.ToldAsync(thread, 1));
    }

    [Fact]
    public async Task A_declined_request_is_told_of_and_cannot_be_paid()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var id = (await leila.AskAsync(thread, 20_00)).Body.Text("id");

        Assert.Equal(404, (await leila.ActAsync("decline", id)).Status);
        Assert.Equal("declined", (await zofia.ActAsync("decline", id)).Body.Text("state"));
        Assert.Equal(200, (await zofia.ActAsync("decline", id)).Status); // Twice is once.

        Assert.Equal("request_not_open", (await zofia.SendAsync(leila, thread, 20_00, request: id)).Body.Text("code"));
        Assert.Equal("request_not_open", (await leila.ActAsync("cancel", id)).Body.Text("code"));
        Assert.Equal("request_not_open", (await leila.ActAsync("remind", id)).Body.Text("code"));
        var told = await leila.ToldAsync(thread, 2);
        Assert.Equal(["asked", "declined"], told.Select(e => e.GetProperty("money").Text("news")));
        Assert.Equal($"{zofia.Id}", told[1].Text("sender"));
        Assert.Equal(100_00, await zofia.BalanceAsync());
    }

    [Fact]
    public async Task Declining_taking_back_and_paying_at_once_come_to_one_of_them()
    {
        for (var round = 0; round < 8; round++)
        {
            var (zofia, leila, thread) = await stage.PairAsync();
            var id = (await leila.AskAsync(thread, 20_00)).Body.Text("id");

            var pay = zofia.SendAsync(leila, thread, 20_00, request: id);
            var decline = zofia.ActAsync("decline", id);
            var cancel = leila.ActAsync("cancel", id);
            await Task.WhenAll(pay, decline, cancel);

            var state = (await leila.LookAsync(id))?.Text("state");
            Assert.Equal(1, new[] { (await pay).Status == 201, (await decline).Status == 200, (await cancel).Status == 200 }.Count(done => done));
            Assert.Equal((await pay).Status == 201 ? "paid" : (await decline).Status == 200 ? "declined" : "cancelled", state);
            Assert.Equal(state == "paid" ? 20_00 : 0, await leila.BalanceAsync());
        }
    }

    [Fact]
    public async Task An_expired_request_cannot_be_paid_before_and_after_the_sweep()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var id = (await leila.AskAsync(thread, 20_00)).Body.Text("id");

        stage.Server.Clock.Advance(TimeSpan.FromMinutes(61));
        var (status, early) = await zofia.SendAsync(leila, thread, 20_00, request: id);
        await stage.PassAsync(TimeSpan.Zero);
        var (_, late) = await zofia.SendAsync(leila, thread, 20_00, request: id);

        Assert.Equal((409, "request_not_open", "request_not_open"), (status, early.Text("code"), late.Text("code")));
        Assert.Equal("expired", (await zofia.LookAsync(id))?.Text("state"));
        Assert.Equal(100_00, await zofia.BalanceAsync());
        Assert.Equal(0, await JobsOfAsync(id));
    }

    [Fact]
    public async Task A_payment_that_fails_leaves_the_request_open()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var id = (await leila.AskAsync(thread, 80_00)).Body.Text("id");

        // Two at once want more than there is: one of them fails in the ledger, after the other was let through.
        var other = zofia.SendAsync(leila, thread, 80_00);
        var pay = zofia.SendAsync(leila, thread, 80_00, request: id);
        await Task.WhenAll(other, pay);

        var paid = (await pay).Status == 201;
        Assert.Equal(paid ? "paid" : "open", (await leila.LookAsync(id))?.Text("state"));
        Assert.Equal((20_00, 80_00), (await zofia.BalanceAsync(), await leila.BalanceAsync()));
        if (!paid)
        {
            Assert.Equal("insufficient_funds", (await pay).Body.Text("code"));
            Assert.Equal("declined", (await zofia.ActAsync("decline", id)).Body.Text("state"));
        }
    }

    [Fact]
    public async Task Only_what_was_asked_for_pays_a_request()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var id = (await leila.AskAsync(thread, 20_00)).Body.Text("id");
        var dollars = new { key = Guid.NewGuid(), thread, amount = new { amountMinor = 20_00, currency = "USD" }, to = leila.Id, toName = leila.Name, firstPaymentConfirmed = true, request = id };

        Assert.Equal("amount_differs", (await zofia.SendAsync(leila, thread, 19_99, request: id)).Body.Text("code"));
        Assert.Equal("currency_differs", (await zofia.CallAsync(HttpMethod.Post, "/api/money/transfers", dollars)).Body.Text("code"));
        Assert.Equal("money_not_found", (await zofia.SendAsync(leila, thread, 20_00, request: Guid.NewGuid().ToString())).Body.Text("code"));
        Assert.Equal("money_not_found", (await leila.SendAsync(zofia, thread, 20_00, request: id)).Body.Text("code"));
        Assert.Equal(100_00, await zofia.BalanceAsync());
    }

    [Fact]
    public async Task Reminders_are_few_and_far_between()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var id = (await leila.AskAsync(thread, 20_00)).Body.Text("id");

        Assert.Equal("reminded_enough", (await leila.ActAsync("remind", id)).Body.Text("code")); // Just asked.
        await stage.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(404, (await zofia.ActAsync("remind", id)).Status);
        var both = await Task.WhenAll(leila.ActAsync("remind", id), leila.ActAsync("remind", id));
        Assert.Equal([200, 409], both.Select(a => a.Status).Order());
        for (var i = 0; i < 2; i++)
        {
            await stage.PassAsync(TimeSpan.FromMinutes(10));
            Assert.Equal(200, (await leila.ActAsync("remind", id)).Status);
        }

        await stage.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal("reminded_enough", (await leila.ActAsync("remind", id)).Body.Text("code"));
        Assert.Equal(["asked", "reminded", "reminded", "reminded"], (await zofia.ToldAsync(thread, 4)).Select(e => e.GetProperty("money").Text("news")));
    }

    private async Task<int> JobsOfAsync(string id)
    {
        await using var connection = await stage.Server.Database.DataSource.OpenConnectionAsync(MoneyStage.Ct);
        return await Dapper.SqlMapper.ExecuteScalarAsync<int>(connection, "select count(*) from payments.money_jobs where thing = @id", new { id = Guid.Parse(id) });
    }
}
