using System.Diagnostics;
using Stoa.Kernel;

namespace Stoa.Bench.Faults;

/// <summary>What the server has acknowledged, and how long it was silent.</summary>
internal sealed class Acknowledged
{
    private readonly Lock gate = new();
    private readonly Dictionary<(ThreadId Thread, Guid ClientId), long> seqs = [];
    private long lastAt = Stopwatch.GetTimestamp();
    private TimeSpan longest;
    private (int Count, TaskCompletionSource Reached)? waiting;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return seqs.Count;
            }
        }
    }

    /// <summary>The longest time without an acknowledgement since <see cref="BeginSilence"/>.</summary>
    public TimeSpan LongestSilence
    {
        get
        {
            lock (gate)
            {
                return longest;
            }
        }
    }

    public void BeginSilence()
    {
        lock (gate)
        {
            (longest, lastAt) = (TimeSpan.Zero, Stopwatch.GetTimestamp());
        }
    }

    /// <returns>False when it was acknowledged before under another number.</returns>
    public bool Add(ThreadId thread, Guid clientId, long seq)
    {
        lock (gate)
        {
            var now = Stopwatch.GetTimestamp();
            longest = longest > Stopwatch.GetElapsedTime(lastAt, now) ? longest : Stopwatch.GetElapsedTime(lastAt, now);
            lastAt = now;
            if (!seqs.TryAdd((thread, clientId), seq))
            {
                return seqs[(thread, clientId)] == seq;
            }

            if (waiting is { } wait && seqs.Count >= wait.Count)
            {
                waiting = null;
                wait.Reached.TrySetResult();
            }

            return true;
        }
    }

    /// <summary>Returns once so many are acknowledged. One waits at a time.</summary>
    public Task ReachAsync(int count, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (seqs.Count >= count)
            {
                return Task.CompletedTask;
            }

            waiting = (count, new(TaskCreationOptions.RunContinuationsAsynchronously));
            return waiting.Value.Reached.Task.WaitAsync(TimeSpan.FromMinutes(5), cancellationToken);
        }
    }

    public IReadOnlyList<((ThreadId Thread, Guid ClientId) Message, long Seq)> ToList()
    {
        lock (gate)
        {
            return [.. seqs.Select(one => (one.Key, one.Value))];
        }
    }
}
