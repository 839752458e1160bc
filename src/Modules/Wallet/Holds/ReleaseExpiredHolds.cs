using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Nodes;
using Stoa.Wallet.Posting;

namespace Stoa.Wallet.Holds;

/// <summary>Gives back what expired holds keep. Only tidies: that an expired hold can no longer be posted is decided where it is tried.</summary>
internal sealed partial class ReleaseExpiredHolds(NpgsqlDataSource database, NodeLeases leases, PostTransfers ledger, TimeProvider time, ILogger<ReleaseExpiredHolds> log) : BackgroundService
{
    private const int BatchMax = 500;
    private static readonly TimeSpan every = TimeSpan.FromSeconds(1);

    /// <summary>Releases what is due now; returns how many were looked at.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var due = (await connection.QueryAsync<Guid>(new CommandDefinition(
            "select hold from wallet.expiring_holds where expires_at <= @now order by expires_at limit @BatchMax",
            new { now = time.GetUtcNow().UtcDateTime, BatchMax }, cancellationToken: cancellationToken))).AsList();
        if (due.Count > 0)
        {
            await ledger.ExpireAsync(due, cancellationToken);
        }

        return due.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Paced by the machine's clock: the domain's may stand still.
        using var timer = new PeriodicTimer(every);
        while (await NextAsync(timer, stoppingToken))
        {
            try
            {
                // Two nodes at once would do no harm, and would do it all twice: the ledger itself decides whether a hold is still there.
                while (await leases.TakeAsync("wallet.holds", stoppingToken) is not null && await RunOnceAsync(stoppingToken) == BatchMax)
                {
                }
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or Hosting.Postgres.LaneStoppedException)
            {
                LogFailed(exception);
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(351, LogLevel.Warning, "Expired holds could not be released; tried again in a second.")]
    private partial void LogFailed(Exception exception);
}
