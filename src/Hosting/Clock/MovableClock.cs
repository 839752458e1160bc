namespace Stoa.Hosting.Clock;

/// <summary>Domain time in development: runs on like the system's, and can be moved forward or back as a whole.</summary>
/// <remarks>What waits for a moment (<see cref="TimeProvider.CreateTimer"/>) fires at once when a move takes the clock past it.</remarks>
public sealed class MovableClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly HashSet<MovableTimer> timers = [];
    private TimeSpan offset;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return System.GetUtcNow() + offset;
        }
    }

    /// <summary>How far domain time is ahead of the system's.</summary>
    public TimeSpan Offset
    {
        get
        {
            lock (gate)
            {
                return offset;
            }
        }
    }

    /// <summary>It was moved here, as against following another node's.</summary>
    public event Action? Moved;

    public void MoveTo(DateTimeOffset now) => MoveBy(now - GetUtcNow());

    public void MoveBy(TimeSpan by)
    {
        Shift(by);
        Moved?.Invoke();
    }

    /// <summary>Moves to where another node's clock is.</summary>
    internal void Follow(TimeSpan offsetOfOther) => Shift(offsetOfOther - Offset);

    private void Shift(TimeSpan by)
    {
        MovableTimer[] waiting;
        lock (gate)
        {
            offset += by;
            waiting = [.. timers];
        }

        foreach (var timer in waiting)
        {
            timer.ClockMoved(by);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new MovableTimer(this, callback, state);
        lock (gate)
        {
            timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>A system timer that is set anew whenever the clock moves.</summary>
    private sealed class MovableTimer : ITimer
    {
        private static readonly TimeSpan longest = TimeSpan.FromDays(40); // A system timer takes no more than 49.

        private readonly MovableClock clock;
        private readonly TimerCallback callback;
        private readonly object? state;
        private readonly ITimer timer;
        private readonly Lock gate = new();
        private DateTimeOffset? due;
        private TimeSpan period;

        public MovableTimer(MovableClock clock, TimerCallback callback, object? state)
        {
            this.clock = clock;
            this.callback = callback;
            this.state = state;
            timer = System.CreateTimer(static self => ((MovableTimer)self!).OnElapsed(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (gate)
            {
                this.period = period;
                due = dueTime == Timeout.InfiniteTimeSpan ? null : clock.GetUtcNow() + dueTime;
            }

            return Rearm();
        }

        /// <summary>What comes round each second goes on coming round when the clock is moved back; what waits for a moment waits longer.</summary>
        public void ClockMoved(TimeSpan by)
        {
            lock (gate)
            {
                if (by < TimeSpan.Zero && period > TimeSpan.Zero)
                {
                    due += by;
                }

                Rearm();
            }
        }

        private bool Rearm()
        {
            lock (gate)
            {
                if (due is not { } at)
                {
                    return timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                }

                var left = at - clock.GetUtcNow();
                return timer.Change(left < TimeSpan.Zero ? TimeSpan.Zero : left > longest ? longest : left, Timeout.InfiniteTimeSpan);
            }
        }

        public void Dispose()
        {
            Forget();
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Forget();
            return timer.DisposeAsync();
        }

        private void OnElapsed()
        {
            lock (gate)
            {
                var now = clock.GetUtcNow();
                if (due is not { } at || at > now)
                {
                    // The clock was moved back, or the wait is longer than a system timer can be.
                    Rearm();
                    return;
                }

                // One firing however far the clock went: like a machine that slept.
                due = period > TimeSpan.Zero ? now + period : null;
            }

            Rearm();
            callback(state);
        }

        private void Forget()
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
            }
        }
    }
}
