using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Nodes;
using Stoa.Kernel;
using Stoa.Media;

namespace Stoa.Threads.Messages;

/// <summary>
/// Takes the content of messages that have expired out of the database. Readers do not wait for it: they hide by the clock. One node at a
/// time does it, under a lease; two at once would do no harm, since each thread is swept under its lock.
/// </summary>
internal sealed partial class SweepExpired(NpgsqlDataSource database, NodeLeases leases, IMedia media, TimeProvider time, ILogger<SweepExpired> logger) : BackgroundService
{
    private const string Work = "threads.sweep-expired";
    private const int BatchMax = 200;
    private static readonly TimeSpan every = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
                while (await SweepAsync(stoppingToken) == BatchMax)
                {
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                LogFailed(logger, exception);
            }
        }
    }

    /// <summary>Sweeps what is due now, at most a batch of it.</summary>
    /// <returns>How many messages lost their content; 0 also while another node does it.</returns>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        if (await leases.TakeAsync(Work, cancellationToken) is not { } lease)
        {
            return 0;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = time.GetUtcNow();
        var due = await FindDueAsync(connection, now, cancellationToken);
        var swept = 0;
        foreach (var (thread, seqs) in due)
        {
            swept += await SweepThreadAsync(connection, lease, thread, seqs, now, cancellationToken);
        }

        return swept;
    }

    private async Task<int> SweepThreadAsync(NpgsqlConnection connection, NodeLease lease, ThreadId thread, long[] seqs, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await lease.HoldsAsync(connection, transaction, cancellationToken))
        {
            return 0;
        }

        await using (var @lock = new NpgsqlCommand("select from threads.threads where id = $1 for no key update", connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = thread.Value } } })
        {
            await @lock.ExecuteNonQueryAsync(cancellationToken);
        }

        // Looked for again under the lock: what was unsent meanwhile says so and not that it has expired.
        await using var find = new NpgsqlCommand("select coalesce(array_agg(seq::bigint), '{}') from threads.events where thread_id = $1 and seq = any($2) and kind = 1 and expires_at <= $3", connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = thread.Value }, new NpgsqlParameter<long[]> { TypedValue = seqs },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = now },
            },
        };
        var expired = await find.ExecuteScalarAsync(cancellationToken) as long[] ?? [];
        await LoseContent.RunAsync(connection, media, thread, expired, """{"expired":true}"""u8.ToArray(), keepExpiry: true, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return expired.Length;
    }

    private static async Task<List<(ThreadId Thread, long[] Seqs)>> FindDueAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select thread_id, array_agg(seq) from (
              select thread_id, seq from threads.events where kind = 1 and expires_at is not null and expires_at <= $1 order by expires_at limit $2) due
            group by thread_id order by thread_id
            """, connection)
        {
            Parameters = { new NpgsqlParameter<DateTimeOffset> { TypedValue = now }, new NpgsqlParameter<int> { TypedValue = BatchMax } },
        };
        var due = new List<(ThreadId, long[])>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add((new(reader.GetInt64(0)), reader.GetFieldValue<long[]>(1)));
        }

        return due;
    }

    [LoggerMessage(310, LogLevel.Warning, "Expired messages could not be swept; readers hide them all the same, and the next round tries again.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
