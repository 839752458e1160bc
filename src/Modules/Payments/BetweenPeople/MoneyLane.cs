using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Nodes;

namespace Stoa.Payments.BetweenPeople;

/// <summary>Does what is due: transfers whose beginner died, delays that are over, requests and gifts whose time is up.</summary>
internal sealed partial class MoneyLane(NpgsqlDataSource database, NodeLeases leases, MoneyStore store, AdvanceMoney advance, GiftStore gifts, AdvanceGift advanceGift, TimeProvider time, ILogger<MoneyLane> log) : BackgroundService
{
    private const int BatchMax = 100;
    private static readonly TimeSpan every = TimeSpan.FromSeconds(1);

    /// <summary>Does what is due now.</summary>
    /// <returns>How many were looked at.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        List<(Guid Thing, string Kind)> due;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            due = (await connection.QueryAsync<(Guid, string)>(new CommandDefinition(
                "select thing, kind from payments.money_jobs where due_at <= @now order by due_at limit @BatchMax", new { now, BatchMax }, cancellationToken: cancellationToken))).AsList();
        }

        foreach (var (thing, kind) in due)
        {
            try
            {
                await DoAsync(thing, kind, cancellationToken);
            }
#pragma warning disable CA1031 // One thing that cannot be done must not stop the others; it is tried again later and later.
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(exception, kind, thing);
                await PutOffAsync(thing, now, cancellationToken);
            }
        }

        return due.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Paced by the machine's clock: the domain's may stand still.
        using var timer = new PeriodicTimer(every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    // Two nodes at once would do no harm, and would do it all twice.
                    if (await leases.TakeAsync("payments.money", stoppingToken) is not null)
                    {
                        await RunOnceAsync(stoppingToken);
                    }
                }
                catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
                {
                    LogSweepFailed(exception);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task DoAsync(Guid thing, string kind, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case "transfer" when await store.FindTransferAsync(thing, cancellationToken) is { } transfer:
                await advance.TransferAsync(transfer, cancellationToken);
                break;

            case "bill" when await store.FindBillAsync(thing, cancellationToken) is { } bill && bill.ExpiresAt <= time.GetUtcNow():
                await store.EndSharesAsync(bill, payer: null, ShareAct.Expire, cancellationToken);
                break;

            case "gift" when await gifts.FindAsync(thing, cancellationToken) is { } gift:
                await advanceGift.RunAsync(gift, cancellationToken);
                break;
        }
    }

    private async Task PutOffAsync(Guid thing, DateTime now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.money_jobs set tries = tries + 1, due_at = @now + least(tries + 1, 60) * interval '10 seconds' where thing = @thing",
            new { thing, now }, cancellationToken: cancellationToken));
    }

    [LoggerMessage(421, LogLevel.Error, "The {Kind} {Thing} could not be advanced; it is tried again.")]
    private partial void LogFailed(Exception exception, string kind, Guid thing);

    [LoggerMessage(422, LogLevel.Warning, "Due money could not be listed; tried again in a second.")]
    private partial void LogSweepFailed(Exception exception);
}
