using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Stoa.Kernel;
using Stoa.Payments.BetweenPeople;
using Stoa.Testing;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests.BetweenPeople;

/// <summary>Whoever sends is killed at every step they take: before each statement, and before and after each call to the ledger. The sweep goes on from what is stored.</summary>
public sealed class KilledMoneyTests
{
    private const int StepsMax = 100;

    [Theory]
    [InlineData(false, 8)]
    [InlineData(true, 10)]
    public async Task Money_whose_sender_is_killed_at_any_step_is_sent_once_or_not_at_all(bool forARequest, int stepsLeast)
    {
        await using var database = await TestDatabase.CreateAsync([.. Stoa.Server.Modules.All]);
        await using var server = await MoneyStage.StartAsync(Mortal, database);
        var zofia = await MoneyStage.JoinAsync(server, "zofia", "Zofia", 500_00);
        var leila = await MoneyStage.JoinAsync(server, "leila", "Leila", 0);
        var thread = await zofia.OpenAsync(leila);
        var (steps, sent) = (0, 0);
        for (; steps < StepsMax; steps++)
        {
            var bill = forARequest ? (await leila.AskAsync(thread, 1_00)).Body.Text("id") : null;
            var wish = new SendMoney.Request(Guid.NewGuid(), ThreadId.Parse(thread, null), new(1_00, Currency.Eur), leila.Id, "Leila", null, true, bill is null ? null : Guid.Parse(bill));
            var finished = await KillAtAsync(steps, () => server.Services.GetRequiredService<SendMoney>().RunAsync(zofia.Id, wish, MoneyStage.Ct));

            // The device asks again some time, with the same key; or never, and the sweep does it.
            server.Clock.Advance(TimeSpan.FromSeconds(10));
            while (await server.Services.GetRequiredService<MoneyLane>().RunOnceAsync(MoneyStage.Ct) > 0)
            {
            }

            var before = await leila.BalanceAsync();
            Assert.InRange(before - (sent * 1_00), 0, 1_00);
            await server.Services.GetRequiredService<SendMoney>().RunAsync(zofia.Id, wish, MoneyStage.Ct);
            sent++;
            Assert.Equal(sent * 1_00, await leila.BalanceAsync());
            if (bill is not null)
            {
                Assert.Equal("paid", (await zofia.LookAsync(bill))?.Text("state"));
            }

            if (finished)
            {
                break;
            }
        }

        Assert.InRange(steps, stepsLeast, StepsMax - 1);
        var told = await leila.ToldAsync(thread, sent * (forARequest ? 2 : 1));
        Assert.Equal(sent, told.Count(e => e.GetProperty("money").Text("news") == "sent"));
        Assert.Empty((await LedgerCheck.RunAsync(server.Database.DataSource, MoneyStage.Ct)).Violations);
    }

    [Fact]
    public async Task The_thread_is_told_once_however_often_the_teller_is_killed()
    {
        await using var server = await MoneyStage.StartAsync(FailEachAppendOnce.AddTo);
        var zofia = await MoneyStage.JoinAsync(server, "zofia", "Zofia", 500_00);
        var leila = await MoneyStage.JoinAsync(server, "leila", "Leila", 0);
        var thread = await zofia.OpenAsync(leila);

        await zofia.SendAsync(leila, thread, 1_00);
        await zofia.SendAsync(leila, thread, 2_00);

        Assert.Equal([1_00, 2_00], (await leila.ToldAsync(thread, 2)).Select(e => e.GetProperty("money").GetProperty("amount").GetProperty("amountMinor").GetInt32()));
    }

    internal static void Mortal(IServiceCollection services)
    {
        var ledger = services.Last(s => s.ServiceType == typeof(ILedger));
        services.RemoveAll<ILedger>();
        services.AddSingleton<ILedger>(provider => new MortalLedger((ILedger)ledger.ImplementationFactory!(provider))); // Registered by a factory, as the server does.
    }

    internal static async Task<bool> KillAtAsync(int step, Func<Task> work)
    {
        using var listener = Death.AtStatements();
        try
        {
            await Death.AfterAsync(step, work);
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
    }
}
