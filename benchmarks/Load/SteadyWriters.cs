using System.Net;
using Stoa.Bench.Measures;

namespace Stoa.Bench.Load;

/// <summary>People who write so many messages a second together, however long each takes; from its making until it is disposed of.</summary>
internal sealed class SteadyWriters : IAsyncDisposable
{
    private readonly CancellationTokenSource ended;
    private readonly Task writing;

    /// <param name="perSecond">Of all writers together.</param>
    public SteadyWriters(IPEndPoint to, IReadOnlyList<CastThread> threads, int perSecond, int writers, CancellationToken cancellationToken)
    {
        ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        writing = Task.WhenAll(Enumerable.Range(0, writers).Select(i => WriteAsync(to, [.. threads.Where((_, place) => place % writers == i)], TimeSpan.FromSeconds((double)writers / perSecond), i, ended.Token)));
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await writing;
        ended.Dispose();
    }

    private static async Task WriteAsync(IPEndPoint to, IReadOnlyList<CastThread> threads, TimeSpan every, int place, CancellationToken cancellationToken)
    {
        using var connection = await HttpConnection.ConnectAsync(to, CancellationToken.None);
        using var timer = new PeriodicTimer(every);
        try
        {
            // Not all in the same instant.
            await Task.Delay(TimeSpan.FromMilliseconds(place * 3), cancellationToken);
            for (var i = 0; await timer.WaitForNextTickAsync(cancellationToken); i++)
            {
                await WebhookMeasures.SendAsync(connection, threads[i % threads.Count], "how do you do", CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Enough was written.
        }
    }
}
