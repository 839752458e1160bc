namespace Stoa.Bench.Load;

/// <summary>Two connected devices of which one sends and the other receives, one message at a time.</summary>
internal abstract class DeliveryPair : IDisposable
{
    private volatile TaskCompletionSource? arrives;

    /// <summary>Sends a message and returns when the other has it.</summary>
    public async Task DeliverAsync(CancellationToken cancellationToken)
    {
        // Its continuation, the next send, runs where the message was read: another change of threads would be the generator's own slowness.
        var arrived = arrives = new();
        await SendAsync(cancellationToken);
        await arrived.Task;
    }

    public abstract void Dispose();

    protected abstract ValueTask SendAsync(CancellationToken cancellationToken);

    /// <summary>Reads one device until it is cut off.</summary>
    /// <param name="readAsync">Returns true when the message has arrived.</param>
    protected async Task ReadAsync(Func<ValueTask<bool>> readAsync)
    {
        try
        {
            while (true)
            {
                if (await readAsync())
                {
                    arrives?.TrySetResult();
                }
            }
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            arrives?.TrySetException(exception);
        }
    }
}
