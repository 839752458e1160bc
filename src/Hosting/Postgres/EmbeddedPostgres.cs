using System.ComponentModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Stoa.Hosting.Postgres;

/// <summary>Starts the private PostgreSQL before anything else, starts it again when it dies, and stops it after everything else.</summary>
/// <remarks>
/// The data source is made from it, and every lane from the data source, so the container disposes of them in the opposite order:
/// lanes drain, connections close, PostgreSQL stops. Its whole life is therefore between <see cref="StartAsync"/> and
/// <see cref="DisposeAsync"/>.
/// </remarks>
public sealed partial class EmbeddedPostgres(PostgresCluster cluster, ILogger<EmbeddedPostgres> log) : IAsyncDisposable
{
    private static readonly TimeSpan looksEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan triesAgainAfter = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource stopping = new();
    private Task supervision = Task.CompletedTask;
    private bool started;

    public PostgresCluster Cluster => cluster;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // From here on there may be something to stop, even if the start fails half-way.
        started = true;
        await cluster.StartAsync(cancellationToken);
        await cluster.EnsureDatabaseAsync(StoaDatabase.Name, cancellationToken);
        supervision = SuperviseAsync(stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        await stopping.CancelAsync();
        await supervision;
        if (started)
        {
            await cluster.StopAsync(CancellationToken.None);
        }

        stopping.Dispose();
    }

    /// <summary>While it is down every request that needs it gets 503; clients ask again under the same ids, so nothing is lost or doubled.</summary>
    private async Task SuperviseAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(looksEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (cluster.FindPostmaster() is not null)
                {
                    continue;
                }

                LogDied();
                await StartAgainAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await cluster.StartAsync(cancellationToken);
                LogStartedAgain();
                return;
            }
            catch (Exception exception) when (exception is PostgresStartException or IOException or NpgsqlException or Win32Exception)
            {
                LogNotStarted(exception, triesAgainAfter.TotalSeconds);
                await Task.Delay(triesAgainAfter, cancellationToken);
            }
        }
    }

    [LoggerMessage(120, LogLevel.Error, "PostgreSQL has died; starting it again.")]
    private partial void LogDied();

    [LoggerMessage(121, LogLevel.Warning, "PostgreSQL runs again.")]
    private partial void LogStartedAgain();

    [LoggerMessage(122, LogLevel.Critical, "PostgreSQL does not start; trying again in {Seconds} s.")]
    private partial void LogNotStarted(Exception exception, double seconds);
}

/// <summary>The first to start. Not the server itself: a hosted service that is disposable would be disposed of before the data source.</summary>
internal sealed class EmbeddedPostgresStart(EmbeddedPostgres postgres) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => postgres.StartAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
