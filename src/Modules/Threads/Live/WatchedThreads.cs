using System.Diagnostics;
using Stoa.Hosting.Live;
using Stoa.Hosting.Nodes;
using Stoa.Kernel;

namespace Stoa.Threads.Live;

/// <summary>Events of a thread that the log has and the sockets here do not: above <paramref name="After"/> and up to <paramref name="UpTo"/>.</summary>
internal readonly record struct Missing(ThreadId Thread, long After, long UpTo);

/// <summary>
/// Which threads the devices of this node are told of, and up to which number. With it the news of several nodes, which arrives in any
/// order, becomes one sequence for each thread: the next number is told, an old one dropped, one that came too early is held for a
/// moment, and what does not come is named as missing. As long as there is one node, nothing is kept but who is connected.
/// </summary>
/// <remarks>
/// A person's threads enter before <c>ready</c>, with the number the log has then: what is committed afterwards is above it. The
/// log cannot have a number without those below, since it is given under the thread's lock.
/// </remarks>
internal sealed class WatchedThreads : ILiveWatch
{
    /// <summary>Newest first; what is older is told as it comes, and has no protection against lost news.</summary>
    private const int ThreadsPerPersonMax = 5_000;
    private const int PeopleAtOnce = 200;
    private const int HeldMax = 512;

    /// <summary>How long a number may be late. Nodes are a few milliseconds apart.</summary>
    private static readonly long waits = (long)(0.03 * Stopwatch.Frequency);

    private readonly ThreadEnds ends;
    private readonly Lock gate = new();

    // All below is guarded by the gate.
    private readonly Dictionary<long, Watcher> people = [];
    private readonly Dictionary<long, Watched> threads = [];
    private readonly HashSet<Watched> late = [];

    // While lists of threads are being read: numbers that passed meanwhile in threads nobody was known to watch.
    private readonly Dictionary<long, long> passed = [];
    private int reading;
    private bool isTurningOn;
    private volatile bool isOn;

    public WatchedThreads(ThreadEnds ends, INodes nodes)
    {
        this.ends = ends;
        nodes.PrepareForSeveral(TurnOnAsync);
    }

    /// <summary>Something is missing that <see cref="TakeLate"/> has not been asked for. Told outside of any call of the one who tells.</summary>
    public event Action? FellLate;

    /// <summary>There are several nodes.</summary>
    public bool IsOn => isOn;

    public IReadOnlyList<PersonId> People
    {
        get
        {
            lock (gate)
            {
                return [.. people.Keys.Select(person => new PersonId(person))];
            }
        }
    }

    /// <summary>When the next number will have been late for long enough, in ticks of the stopwatch; null when none is awaited.</summary>
    public long? NextLate
    {
        get
        {
            lock (gate)
            {
                return late.Count == 0 ? null : late.Min(thread => thread.LateAt);
            }
        }
    }

    public bool Has(ThreadId thread)
    {
        lock (gate)
        {
            return threads.ContainsKey(thread.Value);
        }
    }

    public async ValueTask<IDisposable> BeginAsync(PersonId person, CancellationToken cancellationToken)
    {
        Watcher? watcher;
        Task read;
        lock (gate)
        {
            if (!people.TryGetValue(person.Value, out watcher))
            {
                people[person.Value] = watcher = new(person);
            }

            watcher.Sockets++;
            read = !isOn ? Task.CompletedTask : watcher.Read ??= ReadAsync([watcher], turningOn: false);
        }

        try
        {
            await read.WaitAsync(cancellationToken);
        }
        catch
        {
            End(watcher);
            throw;
        }

        return new Watch(this, watcher);
    }

    /// <summary>Puts an event into its thread's sequence.</summary>
    /// <param name="ours">Committed by this node, whose own events come in order and once.</param>
    /// <param name="ready">Gets what is to be told now, in order.</param>
    /// <returns>False for a thread that nobody here is known to watch.</returns>
    public bool Take(CommittedEvent told, bool ours, List<CommittedEvent> ready)
    {
        var (thread, seq) = (told.Event.What.Thread.Value, told.Result.Seq);
        lock (gate)
        {
            if (!threads.TryGetValue(thread, out var watched))
            {
                if (reading > 0)
                {
                    passed[thread] = Math.Max(seq, passed.GetValueOrDefault(thread));
                    if (isTurningOn && ours)
                    {
                        // Nobody else writes yet: told as before, and the list that is being read begins after it.
                        ready.Add(told);
                        return true;
                    }
                }

                return false;
            }

            if (seq <= watched.Told)
            {
                if (ours && seq <= watched.OursUpTo)
                {
                    ready.Add(told);
                }
            }
            else if (seq == watched.Told + 1)
            {
                ready.Add(told);
                watched.Told = seq;
                GoOn(watched, ready);
            }
            else
            {
                if ((watched.Held ??= []).Count < HeldMax)
                {
                    watched.Held.TryAdd(seq, told);
                }

                Expect(watched, seq, waits);
            }

            return true;
        }
    }

    /// <summary>What has been late for long enough. Read it from the log, tell it, and say so with <see cref="Mended"/>.</summary>
    public List<Missing> TakeLate(int most)
    {
        var now = Stopwatch.GetTimestamp();
        lock (gate)
        {
            return [.. late.Where(thread => thread.LateAt <= now).Take(most).Select(thread => new Missing(new(thread.Thread), thread.Told, thread.Expected))];
        }
    }

    /// <param name="ready">Gets what was held and follows.</param>
    public void Mended(Missing missing, List<CommittedEvent> ready)
    {
        lock (gate)
        {
            if (threads.TryGetValue(missing.Thread.Value, out var watched) && watched.Told < missing.UpTo)
            {
                watched.Told = missing.UpTo;
                GoOn(watched, ready);
            }
        }
    }

    /// <summary>Compares with the log's ends: what it has and we have not told is missing from now on.</summary>
    /// <returns>Threads that these people have and that are not watched for them.</returns>
    public List<(PersonId Person, ThreadId Thread)> Compare(IReadOnlyList<ThreadEnd> found)
    {
        var unknown = new List<(PersonId, ThreadId)>();
        lock (gate)
        {
            foreach (var end in found)
            {
                if (threads.TryGetValue(end.Thread.Value, out var watched))
                {
                    if (end.LastSeq > watched.Told)
                    {
                        Expect(watched, end.LastSeq, 0);
                    }
                }
                else if (people.TryGetValue(end.Person.Value, out var watcher) && watcher is { IsRead: true, IsCut: false })
                {
                    unknown.Add((end.Person, end.Thread));
                }
            }
        }

        return unknown;
    }

    /// <summary>Watches a thread that these people have become members of. What has been written since they came in is missing from now on.</summary>
    /// <param name="upTo">A number that the log is known to have.</param>
    public async Task AddAsync(ThreadId thread, IReadOnlyList<PersonId> members, long upTo, CancellationToken cancellationToken)
    {
        var mine = new List<PersonId>();
        lock (gate)
        {
            mine.AddRange(members.Where(member => people.TryGetValue(member.Value, out var watcher) && watcher.IsRead && !watcher.Threads.Contains(thread.Value)));
        }

        if (mine.Count == 0)
        {
            return;
        }

        foreach (var start in await ends.FindStartsAsync(thread, mine, cancellationToken))
        {
            lock (gate)
            {
                if (people.TryGetValue(start.Person.Value, out var watcher) && watcher.IsRead && !watcher.Threads.Contains(thread.Value))
                {
                    // Of one whose list is cut this may be an old thread of theirs.
                    var after = watcher.IsCut ? Math.Max(start.LastSeq, upTo - 1) : start.JoinedSeq;
                    Expect(Add(watcher, thread.Value, after, 0), Math.Max(upTo, start.LastSeq), 0);
                }
            }
        }
    }

    /// <summary>From here on other nodes write, too. Everybody who is connected gets their threads.</summary>
    private async Task TurnOnAsync(CancellationToken cancellationToken)
    {
        List<Task> reads = [];
        lock (gate)
        {
            (isOn, isTurningOn) = (true, true);
            foreach (var chunk in people.Values.Where(watcher => !watcher.IsRead).Chunk(PeopleAtOnce))
            {
                var read = ReadAsync(chunk, turningOn: true);
                Array.ForEach(chunk, watcher => watcher.Read = read);
                reads.Add(read);
            }
        }

        await Task.WhenAll(reads).WaitAsync(cancellationToken);
        lock (gate)
        {
            isTurningOn = false;
        }
    }

    private async Task ReadAsync(Watcher[] watchers, bool turningOn)
    {
        lock (gate)
        {
            reading++;
        }

        try
        {
            // Not under the caller's lock.
            await Task.Yield();
            var found = await ends.FindAsync([.. watchers.Select(watcher => watcher.Person)], ThreadsPerPersonMax, CancellationToken.None);
            lock (gate)
            {
                foreach (var of in found.GroupBy(end => end.Person.Value))
                {
                    if (Array.Find(watchers, watcher => watcher.Person.Value == of.Key) is { Sockets: > 0 } watcher)
                    {
                        watcher.IsCut = of.Count() == ThreadsPerPersonMax;
                        foreach (var end in of)
                        {
                            AddRead(watcher, end, turningOn);
                        }
                    }
                }

                Array.ForEach(watchers, watcher => watcher.IsRead = true);
            }

            FellLate?.Invoke();
        }
        catch
        {
            lock (gate)
            {
                // The next device tries again.
                Array.ForEach(watchers, watcher => watcher.Read = null);
            }

            throw;
        }
        finally
        {
            lock (gate)
            {
                if (--reading == 0)
                {
                    passed.Clear();
                }
            }
        }
    }

    private void AddRead(Watcher watcher, ThreadEnd end, bool turningOn)
    {
        var wasWatched = threads.ContainsKey(end.Thread.Value);
        var since = passed.GetValueOrDefault(end.Thread.Value);
        if (turningOn)
        {
            // What passed meanwhile was told; what is committed and still waits to be told comes in order, and once.
            Add(watcher, end.Thread.Value, Math.Max(end.LastSeq, since), end.LastSeq);
            return;
        }

        var watched = Add(watcher, end.Thread.Value, end.LastSeq, 0);
        if (!wasWatched && since > end.LastSeq)
        {
            Expect(watched, since, 0);
        }
    }

    private Watched Add(Watcher watcher, long thread, long told, long oursUpTo)
    {
        if (!threads.TryGetValue(thread, out var watched))
        {
            threads[thread] = watched = new(thread) { Told = told, Expected = told, OursUpTo = oursUpTo };
        }

        watched.Watchers++;
        watcher.Threads.Add(thread);
        return watched;
    }

    private void Expect(Watched watched, long seq, long within)
    {
        if (seq <= watched.Told)
        {
            return;
        }

        watched.Expected = Math.Max(watched.Expected, seq);
        var lateAt = Stopwatch.GetTimestamp() + within;
        watched.LateAt = late.Add(watched) ? lateAt : Math.Min(lateAt, watched.LateAt);
    }

    private void GoOn(Watched watched, List<CommittedEvent> ready)
    {
        var progress = false;
        while (watched.Held is { Count: > 0 } held && held.GetKeyAtIndex(0) <= watched.Told + 1)
        {
            if (held.GetKeyAtIndex(0) == watched.Told + 1)
            {
                ready.Add(held.GetValueAtIndex(0));
                watched.Told++;
            }

            held.RemoveAt(0);
            progress = true;
        }

        watched.Held = watched.Held is { Count: 0 } ? null : watched.Held;
        if (watched.Expected <= watched.Told)
        {
            late.Remove(watched);
        }
        else if (progress && late.Contains(watched))
        {
            // Another number is awaited now.
            watched.LateAt = Stopwatch.GetTimestamp() + waits;
        }
    }

    private void End(Watcher watcher)
    {
        lock (gate)
        {
            if (--watcher.Sockets > 0)
            {
                return;
            }

            if (people.TryGetValue(watcher.Person.Value, out var known) && ReferenceEquals(known, watcher))
            {
                people.Remove(watcher.Person.Value);
            }

            foreach (var thread in watcher.Threads)
            {
                if (threads.TryGetValue(thread, out var watched) && --watched.Watchers == 0)
                {
                    threads.Remove(thread);
                    late.Remove(watched);
                }
            }

            watcher.Threads.Clear();
        }
    }

    private sealed class Watcher(PersonId person)
    {
        public PersonId Person { get; } = person;

        public int Sockets { get; set; }

        /// <summary>The reading of the person's threads; null when nobody has begun it.</summary>
        public Task? Read { get; set; }

        public bool IsRead { get; set; }

        /// <summary>The person has more threads than are watched.</summary>
        public bool IsCut { get; set; }

        public List<long> Threads { get; } = [];
    }

    private sealed class Watched(long thread)
    {
        public long Thread { get; } = thread;

        /// <summary>The sockets here have everything up to this number, or have been told of a gap.</summary>
        public long Told { get; set; }

        /// <summary>The log is known to have this number.</summary>
        public long Expected { get; set; }

        /// <summary>Our own events up to this number were on their way when the thread was first watched.</summary>
        public long OursUpTo { get; init; }

        public int Watchers { get; set; }

        public SortedList<long, CommittedEvent>? Held { get; set; }

        public long LateAt { get; set; }
    }

    private sealed class Watch(WatchedThreads watched, Watcher watcher) : IDisposable
    {
        private Watcher? watcher = watcher;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref watcher, null) is { } ended)
            {
                watched.End(ended);
            }
        }
    }
}
