namespace Stoa.Bench.MoneyFaults;

/// <summary>Domain time that stands still until it jumps. What became due on the way fires once, however often it would have fired: a month may pass in one step.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly HashSet<JumpingTimer> timers = [];
    private DateTimeOffset now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public void Advance(TimeSpan by)
    {
        List<JumpingTimer> due;
        lock (gate)
        {
            now += by;
            due = [.. timers.Where(timer => timer.Due <= now).OrderBy(timer => timer.Due)];
            due.ForEach(timer => timer.Due = timer.Period > TimeSpan.Zero ? now + timer.Period : null);
        }

        due.ForEach(timer => ThreadPool.UnsafeQueueUserWorkItem(_ => timer.Callback(timer.State), null));
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new JumpingTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class JumpingTimer(JumpingClock clock, TimerCallback callback, object? state) : ITimer
    {
        public TimerCallback Callback { get; } = callback;

        public object? State { get; } = state;

        public DateTimeOffset? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                (Period, Due) = (period, dueTime == Timeout.InfiniteTimeSpan ? null : clock.now + dueTime);
                clock.timers.Add(this);
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
