using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Nodes;
using Stoa.Media.Storage;
using Stoa.Media.Uploads;

namespace Stoa.Media.Reclaiming;

/// <summary>Tidies: expired uploads, what nothing uses, blobs that nobody refers to, and uploads whose check was interrupted. One node at a time.</summary>
/// <remarks>The lease saves work and no more: each step is safe against others doing the same.</remarks>
internal sealed partial class SweepMedia(NpgsqlDataSource database, NodeLeases leases, Reclaim reclaim, BlobRows blobs, FinishUpload finish, ILogger<SweepMedia> log) : BackgroundService
{
    public const string Lease = "media.sweep";
    private const int BatchMax = 100;
    private static readonly TimeSpan every = TimeSpan.FromSeconds(30);

    /// <summary>One round.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await FindUncheckedAsync(cancellationToken))
        {
            await finish.TryRunAsync(id, cancellationToken);
        }

        while (await reclaim.RunAsync(BatchMax, cancellationToken) == BatchMax)
        {
        }

        // Once: what the store does not give up now would come again and again.
        await blobs.SweepAsync(BatchMax * 10, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Paced by the machine's clock: the domain's may stand still.
        using var timer = new PeriodicTimer(every);
        while (await NextAsync(timer, stoppingToken))
        {
            try
            {
                if (await leases.TakeAsync(Lease, stoppingToken) is not null)
                {
                    await RunOnceAsync(stoppingToken);
                }
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or BlobStoreException or WriterLostException or IOException
                || (exception is OperationCanceledException && !stoppingToken.IsCancellationRequested))
            {
                LogFailed(exception);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<IEnumerable<long>> FindUncheckedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QueryAsync<long>(new CommandDefinition(
            "select id from media.items where state = 0 and received = length and (writer is null or writer_until <= clock_timestamp()) order by id limit @BatchMax",
            new { BatchMax }, cancellationToken: cancellationToken));
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

    [LoggerMessage(603, LogLevel.Warning, "Uploads could not be tidied up; tried again in a while.")]
    private partial void LogFailed(Exception exception);
}
