using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Stoa.Payments.BetweenPeople;
using Stoa.Testing;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests.BetweenPeople;

/// <summary>Money for somebody who has not joined yet.</summary>
public sealed class LinkTests(MoneyStage stage) : IClassFixture<MoneyStage>
{
    [Fact]
    public async Task Who_joins_with_the_link_gets_the_money_and_a_conversation_that_says_so()
    {
        var zofia = await stage.JoinAsync(euroMinor: 100_00);
        var secret = NewSecret();
        var (status, sent) = await GiveAsync(zofia, 20_00, secret);
        Assert.Equal((201, "unclaimed", 80_00), (status, sent.Text("state"), await zofia.BalanceAsync()));

        var noa = await stage.JoinAsync("Noa");
        Assert.Equal(20_00, (await LookAsync(noa, secret)).Body.GetProperty("amount").GetProperty("amountMinor").GetInt64());
        var (claimed, item) = await ClaimAsync(noa, secret);
        var (again, _) = await ClaimAsync(noa, secret);

        Assert.Equal((200, 200, "sent", 20_00), (claimed, again, item.Text("state"), await noa.BalanceAsync()));
        Assert.Equal("sent", Assert.Single(await noa.ToldAsync(item.Text("thread"), 1)).GetProperty("money").Text("news"));
        Assert.Single(await zofia.ToldAsync(item.Text("thread"), 1));
    }

    [Fact]
    public async Task Many_who_have_the_link_get_it_once()
    {
        var zofia = await stage.JoinAsync(euroMinor: 100_00);
        var secret = NewSecret();
        await GiveAsync(zofia, 20_00, secret);
        var people = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => stage.JoinAsync($"Guest {i}")));

        var answers = await Task.WhenAll(people.Select(person => ClaimAsync(person, secret)));

        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Equal((409, "claimed_already"), (a.Status, a.Body.Text("code"))));
        Assert.Equal(20_00, (await Task.WhenAll(people.Select(p => p.BalanceAsync()))).Sum());
    }

    [Fact]
    public async Task What_nobody_claims_returns_and_cannot_be_claimed_after()
    {
        var zofia = await stage.JoinAsync(euroMinor: 100_00);
        var noa = await stage.JoinAsync("Noa");
        var secret = NewSecret();
        var id = (await GiveAsync(zofia, 20_00, secret)).Body.Text("id");

        stage.Server.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal("claimed_already", (await ClaimAsync(noa, secret)).Body.Text("code"));
        await stage.PassAsync(TimeSpan.Zero);

        Assert.Equal(("returned", 100_00, 0), ((await zofia.LookAsync(id))?.Text("state"), await zofia.BalanceAsync(), await noa.BalanceAsync()));
        Assert.Equal("money_not_found", (await ClaimAsync(noa, secret)).Body.Text("code"));
    }

    [Fact]
    public async Task Taking_back_and_claiming_at_once_come_to_one_of_them()
    {
        for (var round = 0; round < 8; round++)
        {
            var (zofia, noa) = (await stage.JoinAsync(euroMinor: 100_00), await stage.JoinAsync("Noa"));
            var secret = NewSecret();
            var id = (await GiveAsync(zofia, 20_00, secret)).Body.Text("id");

            var cancel = zofia.CallAsync(HttpMethod.Post, $"/api/money/transfers/{id}/cancel");
            var claim = ClaimAsync(noa, secret);
            await Task.WhenAll(cancel, claim);

            Assert.NotEqual((await cancel).Status == 200, (await claim).Status == 200);
            Assert.Equal((await claim).Status == 200 ? 20_00 : 0, await noa.BalanceAsync());
            Assert.Equal(100_00, await zofia.BalanceAsync() + await noa.BalanceAsync());
        }
    }

    [Fact]
    public async Task One_key_puts_aside_once_and_what_cannot_be_is_refused()
    {
        var zofia = await stage.JoinAsync(euroMinor: 100_00);
        var (key, secret) = (Guid.NewGuid(), NewSecret());

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => GiveAsync(zofia, 20_00, secret, key)));

        Assert.Single(answers.Select(a => a.Body.Text("id")).Distinct());
        Assert.Equal("key_reused", (await GiveAsync(zofia, 20_00, NewSecret(), key)).Body.Text("code"));
        Assert.Equal("invalid_request", (await GiveAsync(zofia, 20_00, "short")).Body.Text("code"));
        Assert.Equal("insufficient_funds", (await GiveAsync(zofia, 80_01, NewSecret())).Body.Text("code"));
        Assert.Equal("amount_out_of_range", (await GiveAsync(zofia, 0, NewSecret())).Body.Text("code"));
        Assert.Equal("to_oneself", (await ClaimAsync(zofia, secret)).Body.Text("code"));
        Assert.Equal("money_not_found", (await ClaimAsync(zofia, NewSecret())).Body.Text("code"));
        Assert.Equal(80_00, await zofia.BalanceAsync());
        var (_, links) = await zofia.CallAsync(HttpMethod.Get, "/api/money/links");
        Assert.Single(links.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_claimer_who_is_killed_at_any_step_gets_it_or_the_sender_has_it_back()
    {
        await using var database = await TestDatabase.CreateAsync([.. Stoa.Server.Modules.All]);
        await using var server = await MoneyStage.StartAsync(KilledMoneyTests.Mortal, database);
        var zofia = await MoneyStage.JoinAsync(server, "zofia", "Zofia", 500_00);
        var noa = await MoneyStage.JoinAsync(server, "noa", "Noa", 0);
        var (store, advance, lane) = (server.Services.GetRequiredService<MoneyStore>(), server.Services.GetRequiredService<AdvanceMoney>(), server.Services.GetRequiredService<MoneyLane>());
        var step = 0;
        for (var finished = false; !finished; step++)
        {
            var before = await noa.BalanceAsync();
            var id = Guid.Parse((await GiveAsync(zofia, 1_00, NewSecret())).Body.Text("id"));
            finished = await KilledMoneyTests.KillAtAsync(step, async () =>
            {
                var row = await store.FindTransferAsync(id, MoneyStage.Ct) ?? throw new InvalidOperationException("It was sent.");
                await advance.TransferAsync(await store.ClaimAsync(row, noa.Id, MoneyStage.Ct), MoneyStage.Ct);
            });

            server.Clock.Advance(TimeSpan.FromHours(2));
            while (await lane.RunOnceAsync(MoneyStage.Ct) > 0)
            {
            }

            var end = await store.FindTransferAsync(id, MoneyStage.Ct) ?? throw new InvalidOperationException("It was sent.");
            Assert.Equal(end.Receiver is null ? SendingState.Returned : SendingState.Sent, end.State);
            Assert.Equal(before + (end.Receiver is null ? 0 : 1_00), await noa.BalanceAsync());
            Assert.Equal(500_00, await zofia.BalanceAsync() + await noa.BalanceAsync());
            Assert.InRange(step, 0, 60);
        }

        Assert.True(step > 6, $"{step} steps were seen.");
        Assert.Empty((await LedgerCheck.RunAsync(server.Database.DataSource, MoneyStage.Ct)).Violations);
    }

    private static string NewSecret() => Guid.NewGuid().ToString("N");

    private static Task<(int Status, JsonElement Body)> GiveAsync(Friend giver, long minor, string secret, Guid? key = null) =>
        giver.CallAsync(HttpMethod.Post, "/api/money/links", new { key = key ?? Guid.NewGuid(), secret, amount = Friend.Eur(minor) });

    private static Task<(int Status, JsonElement Body)> LookAsync(Friend who, string secret) => who.CallAsync(HttpMethod.Post, "/api/money/links/look", new { secret });

    private static Task<(int Status, JsonElement Body)> ClaimAsync(Friend who, string secret) => who.CallAsync(HttpMethod.Post, "/api/money/links/claim", new { secret });
}
