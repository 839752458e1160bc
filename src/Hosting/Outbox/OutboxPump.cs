using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Stoa.Hosting.Outbox;

/// <summary>Runs every consumer: at once when woken, else each second. A transaction-level advisory lock keeps it to one node at a time.</summary>
internal sealed partial class OutboxPump(
    NpgsqlDataSource database, OutboxWriter writer, IEnumerable<IOutboxConsumer> consumers, ILogger<OutboxPump> log) : BackgroundService
{
    private const int BatchMax = 500;
    private const int NotMine = -1;
    private static readonly TimeSpan lookAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan lookAgainBehindOther = TimeSpan.FromMilliseconds(20);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(consumers.Select(consumer => RunAsync(consumer, stoppingToken)));

    private async Task RunAsync(IOutboxConsumer consumer, CancellationToken stoppingToken)
    {
        using var news = new SemaphoreSlim(1, 1);
        writer.OnWake(consumer.Topic, () => Signal(news));
        var patience = lookAgainAfter;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var woken = await news.WaitAsync(patience, stoppingToken);
                int consumed;
                do
                {
                    consumed = await ConsumeBatchAsync(consumer, stoppingToken);
                }
                while (consumed == BatchMax);

                // Another node is at it, and may have looked before what we were woken for was there: nobody else would look for a second.
                patience = consumed == NotMine && (woken || patience == lookAgainBehindOther) ? lookAgainBehindOther : lookAgainAfter;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // A consumer that fails must not take the others or the server with it; its rows stay and are tried again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(exception, consumer.Topic);
                // A stop ends the wait; the loop then ends by itself.
                patience = lookAgainAfter;
                await Task.Delay(lookAgainAfter, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        writer.OnWake(consumer.Topic, static () => { });
    }

    /// <summary>One batch of one topic.</summary>
    /// <returns>How many rows were consumed; negative when another node is at it.</returns>
    internal async Task<int> ConsumeBatchAsync(IOutboxConsumer consumer, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var mine = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select pg_try_advisory_xact_lock(hashtextextended('outbox:' || @Topic, 0))", new { consumer.Topic }, transaction, cancellationToken: cancellationToken));
        if (!mine)
        {
            return NotMine;
        }

        var rows = (await connection.QueryAsync<OutboxRow>(new CommandDefinition(
            "select id, key, body::text from hosting.outbox where topic = @Topic order by id limit @BatchMax",
            new { consumer.Topic, BatchMax }, transaction, cancellationToken: cancellationToken))).AsList();
        if (rows.Count == 0)
        {
            return 0;
        }

        await consumer.ConsumeAsync(connection, transaction, rows, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from hosting.outbox where id = any(@ids)", new { ids = rows.ConvertAll(r => r.Id) }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        consumer.Committed();
        return rows.Count;
    }

    private static void Signal(SemaphoreSlim news)
    {
        try
        {
            news.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already told.
        }
        catch (ObjectDisposedException)
        {
            // The pump has ended between the look-up and the call.
        }
    }

    [LoggerMessage(101, LogLevel.Error, "News of topic {Topic} could not be consumed; it is kept and tried again.")]
    private partial void LogFailed(Exception exception, string topic);
}
