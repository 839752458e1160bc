using System.Buffers;
using System.Buffers.Binary;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Stoa.Kernel;

namespace Stoa.Hosting.Live;

/// <summary>One device's socket: what waits to be written to it, and when it was last heard. Idle it holds no buffer and no running task but its read.</summary>
internal sealed class LiveConnection(HttpContext context, WebSocket socket, UpgradedStream stream, LiveOptions options, TimeProvider time)
    : ILiveConnection, IReplayTarget, IThreadPoolWorkItem
{
    private const int HeaderMax = 10;
    private const int RunBytes = 16 * 1024;
    private static readonly TimeSpan closeWithin = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly long openedAt = time.GetTimestamp();

    // All below is guarded by the gate.
    private Queue<ReadOnlyMemory<byte>>? waiting;
    private long waitingBytes;
    private bool flushing;
    private List<Held>? held = [];
    private Dictionary<ThreadId, long>? replayed;
    private TaskCompletionSource? room;
    private LiveClose? close;
    private long closeAskedAt;
    private readonly TaskCompletionSource closeWritten = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The reader's alone.
    private readonly List<IDisposable> watches = [];

    private long heardAt = time.GetTimestamp();

    public PersonId Person { get; private set; }

    public Guid Session { get; private set; }

    /// <summary>The client has said hello and is who it says.</summary>
    public bool IsKnown => Person.Value != 0;

    public bool IsClosing
    {
        get
        {
            lock (gate)
            {
                return close is not null;
            }
        }
    }

    public void Identify(PersonId person, Guid session) => (Person, Session) = (person, session);

    /// <summary>Holds what <see cref="ILiveWatch.BeginAsync"/> gave for this device.</summary>
    public void Keep(IDisposable watch) => watches.Add(watch);

    public void EndWatches() => watches.ForEach(watch => watch.Dispose());

    public void Heard() => Volatile.Write(ref heardAt, time.GetTimestamp());

    public void Send(ReadOnlyMemory<byte> jsonFrame)
    {
        lock (gate)
        {
            Enqueue(jsonFrame);
        }
    }

    /// <summary>News for this device; held back while it is being brought up to date.</summary>
    public void Offer(ReadOnlyMemory<byte> jsonFrame, ThreadId thread, long seq)
    {
        lock (gate)
        {
            if (held is not null)
            {
                held.Add(new(jsonFrame, thread, seq));
                waitingBytes += jsonFrame.Length;
                CheckBound(held.Count);
                return;
            }

            if (!WasReplayed(thread, seq))
            {
                Enqueue(jsonFrame);
            }
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> jsonFrame, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            lock (gate)
            {
                if (close is not null)
                {
                    return;
                }

                // A replay waits for its reader: at most one run of frames is written ahead.
                if (waiting is null || waiting.Count == 0 || waitingBytes < RunBytes)
                {
                    Enqueue(jsonFrame);
                    return;
                }

                wait = (room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await wait.WaitAsync(cancellationToken);
        }
    }

    public void Replayed(ThreadId thread, long through)
    {
        lock (gate)
        {
            (replayed ??= [])[thread] = through;
        }
    }

    /// <summary>Lets go of what was held back, without what the replay has already told.</summary>
    public void EndReplay()
    {
        lock (gate)
        {
            var news = held;
            held = null;
            if (news is null)
            {
                return;
            }

            foreach (var one in news)
            {
                waitingBytes -= one.Frame.Length;
                if (!WasReplayed(one.Thread, one.Seq))
                {
                    Enqueue(one.Frame);
                }
            }
        }
    }

    /// <summary>Says why and closes; what is not closed within five seconds is cut.</summary>
    public void Close(LiveClose why)
    {
        lock (gate)
        {
            if (close is not null)
            {
                return;
            }

            close = why;
            closeAskedAt = time.GetTimestamp();
            room?.TrySetResult();
            if (why == LiveClose.TooSlow)
            {
                waiting?.Clear();
            }

            StartFlush();
        }
    }

    /// <summary>Answers a client's close, and returns once the last frame is out or the connection cut.</summary>
    public Task CloseAsync()
    {
        Close(new(1000, ""));
        return closeWritten.Task.WaitAsync(context.RequestAborted);
    }

    /// <summary>Cuts the connection, whatever is under way.</summary>
    public void Abort()
    {
        try
        {
            context.Abort();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in this moment.
        }
    }

    /// <summary>Looks at the clock: asked once a second for every connection.</summary>
    public void CheckTime()
    {
        bool closeOverdue;
        lock (gate)
        {
            closeOverdue = close is not null && time.GetElapsedTime(closeAskedAt) > closeWithin;
        }

        if (closeOverdue)
        {
            Abort();
        }
        else if (!IsKnown && time.GetElapsedTime(openedAt) > TimeSpan.FromSeconds(options.HelloSeconds))
        {
            Close(LiveClose.NoHello);
        }
        else if (time.GetElapsedTime(Volatile.Read(ref heardAt)) > TimeSpan.FromSeconds(options.SilenceSeconds))
        {
            Close(LiveClose.Silent);
        }
    }

    public void Execute() => _ = FlushAsync();

    // News older than what the replay has told can still be on its way when live news begins: the first newer one shows that it is through.
    private bool WasReplayed(ThreadId thread, long seq)
    {
        if (seq == 0 || replayed is null || !replayed.TryGetValue(thread, out var through))
        {
            return false;
        }

        if (seq <= through)
        {
            return true;
        }

        replayed.Remove(thread);
        replayed = replayed.Count == 0 ? null : replayed;
        return false;
    }

    private void Enqueue(ReadOnlyMemory<byte> frame)
    {
        if (close is not null)
        {
            return;
        }

        (waiting ??= new(4)).Enqueue(frame);
        waitingBytes += frame.Length;
        CheckBound(waiting.Count);
        StartFlush();
    }

    private void CheckBound(int frames)
    {
        if (frames > options.QueueFramesMax || waitingBytes > options.QueueBytesMax)
        {
            held?.Clear();
            Close(LiveClose.TooSlow);
        }
    }

    private void StartFlush()
    {
        if (!flushing)
        {
            flushing = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Writes what waits, as much as fits in one call at a time, until nothing does.</summary>
    private async Task FlushAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(RunBytes);
        try
        {
            while (true)
            {
                var length = TakeRun(ref buffer, out var closing);
                if (length > 0)
                {
                    await stream.WriteAsync(buffer.AsMemory(0, length));
                }
                else if (closing is { } why)
                {
                    await socket.CloseOutputAsync((WebSocketCloseStatus)why.Code, why.Reason, context.RequestAborted);
                    closeWritten.TrySetResult();
                    return;
                }
                else
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The device is gone; the read loop sees the same and tidies up.
            Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int TakeRun(ref byte[] buffer, out LiveClose? closing)
    {
        lock (gate)
        {
            closing = null;
            var length = 0;
            while (waiting is { Count: > 0 } && waiting.TryPeek(out var frame))
            {
                if (length + frame.Length + HeaderMax > buffer.Length)
                {
                    if (length > 0)
                    {
                        break;
                    }

                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = ArrayPool<byte>.Shared.Rent(frame.Length + HeaderMax);
                }

                waiting.Dequeue();
                waitingBytes -= frame.Length;
                length += WriteTextFrame(buffer.AsSpan(length), frame.Span);
            }

            if (length == 0)
            {
                // Stays "flushing" once the close frame is being written: nothing may follow it.
                waiting = null;
                closing = close;
                flushing = close is not null;
            }

            room?.TrySetResult();
            room = null;
            return length;
        }
    }

    // RFC 6455 §5.2: final text frame, unmasked as a server's are.
    private static int WriteTextFrame(Span<byte> destination, ReadOnlySpan<byte> payload)
    {
        destination[0] = 0x81;
        int header;
        if (payload.Length < 126)
        {
            destination[1] = (byte)payload.Length;
            header = 2;
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            destination[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payload.Length);
            header = 4;
        }
        else
        {
            destination[1] = 127;
            BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)payload.Length);
            header = 10;
        }

        payload.CopyTo(destination[header..]);
        return header + payload.Length;
    }

    private readonly record struct Held(ReadOnlyMemory<byte> Frame, ThreadId Thread, long Seq);
}
