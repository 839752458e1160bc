using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Stoa.Hosting.Nodes;

/// <summary>Keeps our row, knows the others, and says each second whose news does not reach us.</summary>
/// <remarks>
/// Its life ends with <see cref="DisposeAsync"/>, after every lane has drained: the others think of us as long as we may commit.
/// A node does not serve before every other has said that it is prepared for it; else one that was alone until now would not know
/// what its devices have been told and what the newcomer has committed.
/// </remarks>
internal sealed partial class NodeRegistry(NpgsqlDataSource database, INodeBus bus, DataDirectory data, IOptions<NodeOptions> options, ILogger<NodeRegistry> log)
    : INodes, IAsyncDisposable
{
    private static readonly TimeSpan beatsEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan looksEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan waitsForOthers = TimeSpan.FromSeconds(10);

    private readonly NodeRows rows = new(database, bus.Self, $"{Environment.MachineName}:{data.Path}");
    private readonly List<Func<CancellationToken, Task>> preparations = [];
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;
    private string? address = options.Value.Address;
    private volatile bool areSeveral;
    private volatile IReadOnlyList<LiveNode> others = [];
    private bool isPrepared;
    private long readyFor;
    private bool toldTrouble;
    private bool disposed;

    public event Action? Changed;

    public Guid Self => bus.Self;

    public bool AreSeveral => areSeveral;

    public IReadOnlyList<LiveNode> Others => others;

    public void PrepareForSeveral(Func<CancellationToken, Task> prepare) => preparations.Add(prepare);

    public void Announce(string address) => this.address ??= address;

    /// <summary>Makes ourselves known, and returns when every other node is prepared for us.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        bus.Start();
        await rows.TidyAsync(cancellationToken);
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var all = await BeatAsync(cancellationToken);
            var mine = all.Find(row => row.Id == Self)?.Number ?? long.MaxValue;
            if (all.TrueForAll(row => row.Id == Self || !row.Lives || row.ReadyFor >= mine))
            {
                break;
            }

            if (TimeProvider.System.GetElapsedTime(begun) > waitsForOthers)
            {
                LogNotPrepared(waitsForOthers.TotalSeconds);
                break;
            }

            await Task.Delay(looksEvery, cancellationToken);
        }

        running = RunAsync(stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        await stopping.CancelAsync();
        await running;
        try
        {
            await rows.RemoveAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or ObjectDisposedException)
        {
            // The row runs out by itself.
        }

        stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(beatsEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await BeatAsync(cancellationToken);
                    toldTrouble = false;
                }
                catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
                {
                    if (!toldTrouble)
                    {
                        toldTrouble = true;
                        LogTrouble(exception);
                    }
                }

                foreach (var other in others)
                {
                    if (!bus.Hears(other.Id))
                    {
                        bus.Miss(new(other.Id, MissReason.Blind));
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task<List<NodeRow>> BeatAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var all = await rows.BeatAsync(address, readyFor, cancellationToken);
            var newest = all.Where(row => row.Id != Self && row.Lives).Select(row => row.Number).DefaultIfEmpty().Max();
            await NoteAsync(all, cancellationToken);
            if (newest <= readyFor)
            {
                return all;
            }

            // Prepared by now; said at once, since somebody waits to hear it.
            readyFor = newest;
        }
    }

    private async Task NoteAsync(List<NodeRow> all, CancellationToken cancellationToken)
    {
        var before = others;
        var now = all.Where(row => row.Id != Self && row.Lives).Select(row => new LiveNode(row.Id, row.Address, row.Version)).ToArray();
        if (now.Length > 0 && !isPrepared)
        {
            areSeveral = true;
            foreach (var prepare in preparations)
            {
                await prepare(cancellationToken);
            }

            isPrepared = true;
        }

        if (now.SequenceEqual(before))
        {
            return;
        }

        others = now;
        foreach (var gone in before.Where(node => !now.Any(other => other.Id == node.Id)))
        {
            LogGone(gone.Id);
            // A last look: its last commit may not have been told by anybody.
            bus.Miss(new(gone.Id, MissReason.Left));
        }

        Changed?.Invoke();
    }

    [LoggerMessage(160, LogLevel.Warning, "The other nodes could not be looked up; trying again in a second.")]
    private partial void LogTrouble(Exception exception);

    [LoggerMessage(161, LogLevel.Warning, "Another node has not said within {Seconds} s that it is prepared; serving all the same.")]
    private partial void LogNotPrepared(double seconds);

    [LoggerMessage(162, LogLevel.Information, "Node {Node} is gone.")]
    private partial void LogGone(Guid node);
}

/// <summary>Joins before anybody is served. Not the registry itself: a hosted service that is disposable would be disposed of before the lanes drain.</summary>
internal sealed class NodeRegistryStart(NodeRegistry registry) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => registry.JoinAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
