using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.Nodes;

namespace Stoa.Bots.Webhooks;

/// <summary>Removes finished deliveries when their time is over: their bodies hold messages.</summary>
internal sealed partial class ForgetOldDeliveries(NpgsqlDataSource database, NodeLeases leases, Attachments.SavedAttachments attachments, IOptions<BotsOptions> options, TimeProvider time, ILogger<ForgetOldDeliveries> logger) : BackgroundService
{
    private const int BatchMax = 2000;
    private const int AttachmentsMax = 100;
    private static readonly TimeSpan every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
                // Two nodes at once would only wait for each other's rows.
                if (await leases.TakeAsync("bots.forget-deliveries", stoppingToken) is not null)
                {
                    await ForgetAsync(stoppingToken);
                    await attachments.ForgetAsync(AttachmentsMax, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (NpgsqlException exception)
            {
                LogFailed(logger, exception);
            }
        }
    }

    internal async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - TimeSpan.FromDays(options.Value.DeliveriesKeptForDays);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // What a bot did not ask for in all this time is parked. Parked ones stay: somebody may want to send them again.
        await connection.ExecuteAsync(new CommandDefinition(
            """
            with late as (
              select l.thread_id, l.subscription_id, max(d.number) as number
              from bots.apps a join bots.lanes l on l.app_id = a.id and l.next_number <= l.last_number
              join bots.deliveries d on d.thread_id = l.thread_id and d.subscription_id = l.subscription_id and d.number >= l.next_number and d.created_at < @before
              where a.polls group by l.thread_id, l.subscription_id),
            moved as (
              update bots.lanes l set next_number = late.number + 1 from late
              where l.thread_id = late.thread_id and l.subscription_id = late.subscription_id and l.next_number <= late.number)
            update bots.deliveries d set state = 2, finished_at = @now from late
            where d.thread_id = late.thread_id and d.subscription_id = late.subscription_id and d.number <= late.number and d.state = 0;
            delete from bots.deliveries d using (
              select thread_id, subscription_id, number from bots.deliveries where finished_at < @before and state in (1, 3, 4) limit @BatchMax) old
            where d.thread_id = old.thread_id and d.subscription_id = old.subscription_id and d.number = old.number;
            delete from bots.sends where (thread_id, client_id) in (select thread_id, client_id from bots.sends where created_at < @before limit @BatchMax);
            delete from bots.pre_checkouts where purchase in (select purchase from bots.pre_checkouts where expires_at < @before limit @BatchMax);
            """,
            new { before, now = time.GetUtcNow(), BatchMax }, cancellationToken: cancellationToken));
    }

    [LoggerMessage(525, LogLevel.Warning, "Old deliveries could not be removed; the next round tries again.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
