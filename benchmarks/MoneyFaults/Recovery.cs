using System.Globalization;
using Dapper;
using Stoa.Wallet.Chain;

namespace Stoa.Bench.MoneyFaults;

/// <summary>After the faults: a new node, whose workers go round while time passes, and devices that ask again for what they have no answer to. In the end nothing may be left to do.</summary>
internal sealed class Recovery(Node node, Surroundings around, JumpingClock clock, IReadOnlyList<Wish> wishes)
{
    private const int RoundsMax = 60;

    /// <summary>Names everything that is not at its end.</summary>
    public const string Unsettled =
        """
        select 'purchase ' || id || ' is ' || state || ', to be looked at ' || coalesce(look_at::text, 'never') from payments.purchases
        where look_at is not null or lease_until is not null or state not in ('captured', 'failed', 'partly_refunded', 'refunded')
        union all select 'refund ' || id || ' is pending' from payments.refunds where state = 'pending'
        union all select kind || ' ' || thing || ' has something to do at ' || due_at from payments.money_jobs
        union all select 'news of ' || topic || ' is not told' from hosting.outbox where topic like 'payments.%'
        union all select 'hold ' || hold || ' expires at ' || expires_at from wallet.expiring_holds
        union all select 'the processor has event ' || id || ' to tell' from payments.sandbox_events where told_at is null
        """;

    private const string Due =
        """
        select 'advance purchases' where exists (select from payments.purchases where look_at <= @now)
        union all select 'advance money' where exists (select from payments.money_jobs where due_at <= @now)
        union all select 'processor tells' where exists (select from payments.sandbox_events where told_at is null and due_at <= @now)
        union all select 'release holds' where exists (select from wallet.expiring_holds where expires_at <= @now)
        """;

    /// <returns>What did not come to its end.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        await WorkAsync(TimeSpan.Zero);
        // Who had no answer asks again; then everybody does, whose repeats must change nothing.
        foreach (var again in new[] { wishes.Where(wish => wish.Answers.Count == 0), wishes })
        {
            foreach (var wish in again.ToList())
            {
                await wish.AskAsync(node);
            }

            await WorkAsync(TimeSpan.FromSeconds(1));
        }

        // Every request, delay, link and gift has its end within 31 days; processors answer sooner.
        var left = await SettleAsync();
        clock.Advance(TimeSpan.FromDays(31));
        left = await SettleAsync();
        while (await node.Get<CloseChainBlocks>().RunOnceAsync(CancellationToken.None))
        {
        }

        return [.. left.Select(what => $"After the recovery {what}.")];
    }

    private async Task<IReadOnlyList<string>> SettleAsync()
    {
        IReadOnlyList<string> left = [];
        for (var round = 0; round < RoundsMax; round++)
        {
            left = await ListUnsettledAsync();
            if (left.Count == 0)
            {
                break;
            }

            var next = left.All(one => one.Contains("something to do at", StringComparison.Ordinal)) && round > 2;
            if (next && round > 4)
            {
                // Only what has a date of its own.
                break;
            }

            await WorkAsync(TimeSpan.FromSeconds(Math.Min(3600 * 30, Math.Pow(4, round))));
        }

        return left;
    }

    /// <summary>Lets time pass, and then each worker that finds something go round.</summary>
    private async Task WorkAsync(TimeSpan pass)
    {
        clock.Advance(pass);
        await SeedRun.ExpireLeasesAsync(around, TimeSpan.FromSeconds(10));
        foreach (var due in await ListDueAsync())
        {
            await Work.All.Single(act => act.Name == due).RunAsync(node);
        }

        await Work.TellAsync(node);
    }

    private async Task<IReadOnlyList<string>> ListDueAsync()
    {
        await using var connection = await around.Direct.OpenConnectionAsync();
        return (await connection.QueryAsync<string>(Due, new { now = clock.GetUtcNow().UtcDateTime })).AsList();
    }

    private async Task<IReadOnlyList<string>> ListUnsettledAsync()
    {
        await using var connection = await around.Direct.OpenConnectionAsync();
        return (await connection.QueryAsync<string>(Unsettled)).AsList();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Recovery by {node.Name}");
}
