using System.Diagnostics;

namespace Stoa.Bench.MoneyFaults;

/// <summary>Something that goes on in a node by itself: a request from a device, a webhook, a worker's round.</summary>
internal sealed class Flow(int number, string name, Node node)
{
    public int Number { get; } = number;

    public string Name { get; } = name;

    public Node Node { get; } = node;

    public bool Ended { get; set; }

    /// <summary>What it ended with; null: well, or not yet.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Places where it waits to be let on; several when it does several things at once.</summary>
    public int Waiting { get; set; }

    public override string ToString() => $"{Number} {Name} on {Node.Name}";
}

/// <summary>A flow about to reach outside.</summary>
internal sealed class Crossing(Flow flow, string where)
{
    public Flow Flow { get; } = flow;

    public string Where { get; } = where;

    /// <summary>Without spinning: whoever waits here waits long, and others need the core.</summary>
    public ManualResetEventSlim Go { get; } = new(false, 0);
}

/// <summary>
/// Lets one flow on at a time, from one place where it reaches outside to the next: the order of everything is whoever calls <see cref="LetOnAsync"/>
/// decides. What a flow waits for in the database is seen there, and others then go on meanwhile.
/// </summary>
internal sealed class Turns : IDisposable
{
    private const int PatienceRounds = 4_000;
    private static readonly TimeSpan round = TimeSpan.FromMilliseconds(5);
    private static readonly AsyncLocal<(Turns Turns, Flow Flow)?> current = new();

    // The driver tells of each statement before it sends it, in the flow that sends it: there it waits for its turn.
    private static readonly ActivityListener statements = ListenToStatements();

    private readonly Lock gate = new();
    private readonly List<Flow> flows = [];
    private readonly List<Crossing> waiting = [];
    private readonly SemaphoreSlim changed = new(0);
    private int begun;
    private int blocked;

    /// <summary>Called where a flow reaches outside; returns when it is its turn. Outside of flows it returns at once.</summary>
    /// <exception cref="NodeDiedException">The process would not be there any more.</exception>
    public static void Cross(string where)
    {
        if (current.Value is var (turns, flow))
        {
            turns.Wait(flow, where);
        }
    }

    /// <summary>What somebody else does, far away: it takes no turns and dies of nothing that happens here.</summary>
    public static async Task<T> FarAwayAsync<T>(Func<Task<T>> call)
    {
        current.Value = null;
        return await call();
    }

    public Flow Begin(string name, Node node, Func<Task> act)
    {
        var flow = new Flow(++begun, name, node);
        lock (gate)
        {
            flows.Add(flow);
        }

        _ = Task.Run(async () =>
        {
            current.Value = (this, flow);
            try
            {
                Cross("begin");
                await act();
            }
#pragma warning disable CA1031 // Whatever it is, whoever began the flow looks at it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                flow.Failure = exception;
            }
            finally
            {
                lock (gate)
                {
                    flow.Ended = true;
                }

                changed.Release();
            }
        });
        return flow;
    }

    /// <summary>Flows that have not ended.</summary>
    public int Alive
    {
        get
        {
            lock (gate)
            {
                return flows.Count(flow => !flow.Ended);
            }
        }
    }

    /// <summary>Those who wait for their turn, in the order of their beginning.</summary>
    public IReadOnlyList<Crossing> Waiting
    {
        get
        {
            lock (gate)
            {
                return [.. waiting.OrderBy(crossing => crossing.Flow.Number)];
            }
        }
    }

    public IReadOnlyList<Flow> Flows => flows;

    public async Task LetOnAsync(Crossing crossing, Func<Task<int>> countBlocked)
    {
        lock (gate)
        {
            waiting.Remove(crossing);
            crossing.Flow.Waiting--;
        }

        crossing.Go.Set();
        await SettleAsync(countBlocked);
    }

    /// <summary>Waits until every flow has ended, waits for its turn, or for a lock in the database.</summary>
    public async Task SettleAsync(Func<Task<int>> countBlocked)
    {
        for (var rounds = 0; ; rounds++)
        {
            int running;
            lock (gate)
            {
                running = flows.Count(flow => !flow.Ended && flow.Waiting == 0);
            }

            if (running == 0)
            {
                blocked = 0;
                return;
            }

            // Whoever waited for a lock before probably still does: asked at once. Else only when nothing has happened for a while.
            if ((running <= blocked || !await changed.WaitAsync(round)) && running <= (blocked = await countBlocked()))
            {
                return;
            }

            if (rounds > PatienceRounds)
            {
                throw new TimeoutException($"Flows that neither ended nor reached outside: {string.Join(", ", flows.Where(flow => !flow.Ended && flow.Waiting == 0))}.");
            }
        }
    }

    /// <summary>Lets everything of a dead node run into nothing.</summary>
    public void EndThoseOf(Node node)
    {
        lock (gate)
        {
            foreach (var crossing in waiting.Where(crossing => crossing.Flow.Node == node).ToList())
            {
                waiting.Remove(crossing);
                crossing.Flow.Waiting--;
                crossing.Go.Set();
            }
        }
    }

    public void Dispose() => changed.Dispose();

    private void Wait(Flow flow, string where)
    {
        var crossing = new Crossing(flow, where);
        lock (gate)
        {
            if (flow.Node.IsDead)
            {
                throw new NodeDiedException();
            }

            flow.Waiting++;
            waiting.Add(crossing);
        }

        changed.Release();
        crossing.Go.Wait();
        if (flow.Node.IsDead)
        {
            throw new NodeDiedException();
        }
    }

    private static ActivityListener ListenToStatements()
    {
        // Each flow that waits keeps a thread.
        ThreadPool.GetMinThreads(out _, out var io);
        ThreadPool.SetMinThreads(96, io);
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => current.Value is null ? ActivitySamplingResult.None : ActivitySamplingResult.AllData,
            ActivityStarted = _ => Cross("database"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}

internal sealed class NodeDiedException() : Exception("The process is dead.");
