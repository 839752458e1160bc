using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Stoa.Payments.BetweenPeople;
using Stoa.Testing;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests.BetweenPeople;

/// <summary>Gifts to a group: taken in portions, and what nobody takes returns.</summary>
public sealed class GiftTests(MoneyStage stage) : IClassFixture<MoneyStage>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gift_is_taken_in_portions_that_come_to_the_whole(bool random)
    {
        var (zofia, others, thread) = await GroupAsync(3);
        var (status, gift) = await GiveAsync(zofia, thread, 10_00, 3, random);
        var id = gift.Text("id");
        Assert.Equal((201, "open", 90_00), (status, gift.Text("state"), await zofia.BalanceAsync()));

        foreach (var other in others)
        {
            Assert.Equal(200, (await ClaimAsync(other, id)).Status);
        }

        var now = await zofia.LookAsync(id) ?? default;
        Assert.Equal("finished", now.Text("state"));
        Assert.Equal(10_00, now.GetProperty("claims").EnumerateArray().Sum(c => c.GetProperty("amount").GetProperty("amountMinor").GetInt64()));
        var got = await Task.WhenAll(others.Select(o => o.BalanceAsync()));
        Assert.All(got, minor => Assert.InRange(minor, 1, 10_00));
        Assert.Equal(10_00, got.Sum());
        Assert.Equal(0, await AsideAsync(id));
        Assert.Equal("given", Assert.Single(await zofia.ToldAsync(thread, 1)).GetProperty("money").Text("news"));
    }

    [Fact]
    public async Task Many_who_grab_at_once_get_one_portion_each_and_no_more_than_there_are()
    {
        var (zofia, others, thread) = await GroupAsync(5);
        var id = (await GiveAsync(zofia, thread, 10_00, 3)).Body.Text("id");

        var answers = await Task.WhenAll(others.Concat(others).Select(other => ClaimAsync(other, id)));

        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Equal((409, "gift_over"), (a.Status, a.Body.Text("code"))));
        var got = await Task.WhenAll(others.Select(o => o.BalanceAsync()));
        Assert.Equal([0, 0, 3_33, 3_33, 3_34], got.Order());
        Assert.Equal("finished", (await zofia.LookAsync(id))?.Text("state"));
    }

    [Fact]
    public async Task What_nobody_takes_returns_when_its_time_is_over()
    {
        var (zofia, others, thread) = await GroupAsync(2);
        var id = (await GiveAsync(zofia, thread, 10_00, 4)).Body.Text("id");
        await ClaimAsync(others[0], id);

        stage.Server.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal("gift_over", (await ClaimAsync(others[1], id)).Body.Text("code"));
        await stage.PassAsync(TimeSpan.Zero);
        await stage.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal("returned", (await zofia.LookAsync(id))?.Text("state"));
        Assert.Equal((97_50, 2_50, 0, 0), (await zofia.BalanceAsync(), await others[0].BalanceAsync(), await others[1].BalanceAsync(), await AsideAsync(id)));
        Assert.Equal(200, (await ClaimAsync(others[0], id)).Status); // Who has one keeps it, and asking again says so.
    }

    [Fact]
    public async Task Giving_twice_with_one_key_gives_once()
    {
        var (zofia, _, thread) = await GroupAsync(2);
        var key = Guid.NewGuid();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => GiveAsync(zofia, thread, 10_00, 4, random: true, key)));
        var (status, other) = await GiveAsync(zofia, thread, 10_00, 5, random: true, key);

        Assert.Single(answers.Select(a => a.Body.Text("id")).Distinct());
        Assert.Equal((422, "key_reused", 90_00), (status, other.Text("code"), await zofia.BalanceAsync()));
    }

    [Fact]
    public async Task A_gift_that_cannot_be_is_refused_and_nothing_moves()
    {
        var (zofia, others, thread) = await GroupAsync(2);
        var noa = await stage.JoinAsync("Noa", 50_00);
        var direct = await zofia.OpenAsync(others[0]);

        Assert.Equal("portions_out_of_range", (await GiveAsync(zofia, thread, 10_00, 0)).Body.Text("code"));
        Assert.Equal("portions_out_of_range", (await GiveAsync(zofia, thread, 10_00, 101)).Body.Text("code"));
        Assert.Equal("portions_out_of_range", (await GiveAsync(zofia, thread, 3, 4)).Body.Text("code"));
        Assert.Equal("amount_out_of_range", (await GiveAsync(zofia, thread, -3, 1)).Body.Text("code"));
        Assert.Equal("insufficient_funds", (await GiveAsync(zofia, thread, 100_01, 2)).Body.Text("code"));
        Assert.Equal("invalid_request", (await GiveAsync(zofia, direct, 1_00, 1)).Body.Text("code"));
        Assert.Equal("thread_not_found", (await GiveAsync(noa, thread, 1_00, 1)).Body.Text("code"));
        Assert.Equal(100_00, await zofia.BalanceAsync());

        var id = (await GiveAsync(zofia, thread, 1_00, 1)).Body.Text("id");
        Assert.Equal("to_oneself", (await ClaimAsync(zofia, id)).Body.Text("code"));
        Assert.Equal("money_not_found", (await ClaimAsync(noa, id)).Body.Text("code"));
        Assert.Null(await noa.LookAsync(id));
    }

    [Fact]
    public void Portions_by_chance_are_all_something_and_together_the_whole()
    {
        var random = new Random(7);
        for (var round = 0; round < 100; round++)
        {
            var portions = random.Next(1, 20);
            var whole = random.NextInt64(portions, round % 2 == 0 ? 3 * portions : long.MaxValue / 4);
            var shares = Gifts.ByChance(whole, portions, (least, most) => random.NextInt64(least, most + 1));
            Assert.Equal((portions, whole), (shares.Length, shares.Sum()));
            Assert.All(shares, share => Assert.True(share > 0, $"{whole} in {portions}: {string.Join(' ', shares)}"));
            Assert.Equal(whole, Gifts.Equally(whole, portions).Sum());
        }
    }

    [Fact]
    public async Task A_taker_who_is_killed_at_any_step_has_one_portion_or_none()
    {
        await using var database = await TestDatabase.CreateAsync([.. Stoa.Server.Modules.All]);
        await using var server = await MoneyStage.StartAsync(KilledMoneyTests.Mortal, database);
        var zofia = await MoneyStage.JoinAsync(server, "zofia", "Zofia", 500_00);
        var leila = await MoneyStage.JoinAsync(server, "leila", "Leila", 0);
        var piotr = await MoneyStage.JoinAsync(server, "piotr", "Piotr", 0);
        var thread = await zofia.OpenAsync(leila, piotr);
        var (store, advance, lane) = (server.Services.GetRequiredService<GiftStore>(), server.Services.GetRequiredService<AdvanceGift>(), server.Services.GetRequiredService<MoneyLane>());
        var step = 0;
        for (var finished = false; !finished; step++)
        {
            var id = Guid.Parse((await GiveAsync(zofia, thread, 2_00, 2)).Body.Text("id"));
            finished = await KilledMoneyTests.KillAtAsync(step, async () =>
            {
                var gift = await store.FindAsync(id, MoneyStage.Ct) ?? throw new InvalidOperationException("It was given.");
                await advance.RunAsync(await store.TakeAsync(gift, leila.Id, MoneyStage.Ct), MoneyStage.Ct);
            });

            server.Clock.Advance(TimeSpan.FromHours(2));
            while (await lane.RunOnceAsync(MoneyStage.Ct) > 0)
            {
            }

            var end = await store.FindAsync(id, MoneyStage.Ct) ?? throw new InvalidOperationException("It was given.");
            Assert.Equal(GiftState.Returned, end.State);
            Assert.Equal(500_00, await zofia.BalanceAsync() + await leila.BalanceAsync());
            Assert.Equal(end.Portions.Count(p => p.Claimer == leila.Id) == 1 ? 1_00 : 0, await leila.BalanceAsync());
            await leila.SendAsync(zofia, await leila.OpenAsync(zofia), await leila.BalanceAsync());
            Assert.InRange(step, 0, 60);
        }

        Assert.True(step > 8, $"{step} steps were seen.");
        Assert.Empty((await LedgerCheck.RunAsync(server.Database.DataSource, MoneyStage.Ct)).Violations);
    }

    private static Task<(int Status, JsonElement Body)> GiveAsync(Friend giver, string thread, long minor, int portions, bool random = false, Guid? key = null) =>
        giver.CallAsync(HttpMethod.Post, "/api/money/gifts", new { key = key ?? Guid.NewGuid(), thread, amount = Friend.Eur(minor), portions, random });

    private static Task<(int Status, JsonElement Body)> ClaimAsync(Friend taker, string gift) => taker.CallAsync(HttpMethod.Post, $"/api/money/gifts/{gift}/claim");

    private async Task<long> AsideAsync(string gift)
    {
        var account = (await stage.Get<GiftStore>().FindAsync(Guid.Parse(gift), MoneyStage.Ct))?.Account ?? 0;
        return (await stage.Get<ILedger>().ReadBalanceAsync(new Account(AccountKind.Suspense, account, Currency.Eur), MoneyStage.Ct)).Posted.AmountMinor;
    }

    private async Task<(Friend Zofia, Friend[] Others, string Thread)> GroupAsync(int others)
    {
        var zofia = await stage.JoinAsync(euroMinor: 100_00);
        var all = new List<Friend>();
        for (var i = 0; i < others; i++)
        {
            all.Add(await stage.JoinAsync($"Friend {i}"));
        }

        return (zofia, [.. all], await zofia.OpenAsync([.. all]));
    }
}
