using System.Buffers.Binary;
using System.Collections.Concurrent;
using Stoa.Hosting.Nodes;
using Stoa.Kernel;

namespace Stoa.Hosting.Live;

/// <summary>Who is connected to other nodes, as they tell it: changes gathered for a tenth of a second, everybody when somebody may have missed some.</summary>
/// <remarks>While the broker is down this stands still; a node that is gone takes its people with it.</remarks>
internal sealed class OnlineElsewhere : IDisposable
{
    private const string Topic = "live.people";
    private const int PeopleInMessageMax = 5_000;
    private static readonly TimeSpan gatheredFor = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan toldAllEvery = TimeSpan.FromSeconds(2);

    private readonly LiveConnections connections;
    private readonly INodeBus bus;
    private readonly INodes nodes;
    private readonly IDisposable subscription;
    private readonly ITimer clock;
    private readonly ConcurrentDictionary<long, byte> changed = new();
    private readonly Lock gate = new();

    // Guarded by the gate.
    private readonly Dictionary<Guid, HashSet<long>> byNode = [];
    private readonly Dictionary<long, int> nodesOf = [];

    private int wanted;
    private bool askAgain;
    private long toldAllAt = long.MinValue;

    public OnlineElsewhere(LiveConnections connections, INodeBus bus, INodes nodes)
    {
        (this.connections, this.bus, this.nodes) = (connections, bus, nodes);
        connections.PersonChanged += Note;
        bus.Missed += OnMissed;
        subscription = bus.Subscribe(Topic, Take);
        clock = TimeProvider.System.CreateTimer(_ => Tell(), null, gatheredFor, gatheredFor);
    }

    private enum Kind : byte
    {
        /// <summary>Came (1) or went (0), one by one.</summary>
        Changes = 0,

        /// <summary>These and no others, so far.</summary>
        Everybody = 1,

        /// <summary>And these.</summary>
        More = 2,

        /// <summary>Tell me everybody.</summary>
        Ask = 3,
    }

    public event Action<IReadOnlyList<PersonId>>? Lost;

    public bool Has(PersonId person)
    {
        lock (gate)
        {
            return nodesOf.ContainsKey(person.Value);
        }
    }

    public void Dispose()
    {
        connections.PersonChanged -= Note;
        bus.Missed -= OnMissed;
        subscription.Dispose();
        clock.Dispose();
    }

    private void Note(PersonId person)
    {
        if (nodes.AreSeveral)
        {
            changed[person.Value] = 0;
        }
    }

    private void OnMissed(NodeMiss miss)
    {
        switch (miss)
        {
            case { Reason: MissReason.NewNode }:
                // It does not know ours. What it has to tell it tells us for the same reason.
                Interlocked.Exchange(ref wanted, 1);
                break;
            case { Reason: MissReason.Gap or MissReason.Reconnected }:
                Volatile.Write(ref askAgain, true);
                Interlocked.Exchange(ref wanted, 1);
                break;
            case { Reason: MissReason.Left, Node: { } gone }:
                Forget(gone);
                break;
            default:
                break;
        }
    }

    private void Tell()
    {
        if (!changed.IsEmpty)
        {
            var people = changed.Keys.Take(PeopleInMessageMax).ToArray();
            foreach (var person in people)
            {
                changed.TryRemove(person, out _);
            }

            // As it is now: who came and went in between is told as gone, whichever was noted last.
            bus.Publish(Topic, Write(Kind.Changes, people, connections));
        }

        if (Volatile.Read(ref wanted) == 1 && (toldAllAt == long.MinValue || TimeProvider.System.GetElapsedTime(toldAllAt) >= toldAllEvery))
        {
            Interlocked.Exchange(ref wanted, 0);
            toldAllAt = TimeProvider.System.GetTimestamp();
            TellEverybody();
        }
    }

    private void TellEverybody()
    {
        if (Volatile.Read(ref askAgain))
        {
            Volatile.Write(ref askAgain, false);
            bus.Publish(Topic, new byte[] { (byte)Kind.Ask });
        }

        var kind = Kind.Everybody;
        foreach (var chunk in connections.People.Select(person => person.Value).Chunk(PeopleInMessageMax).DefaultIfEmpty([]))
        {
            bus.Publish(Topic, Write(kind, chunk, connections));
            kind = Kind.More;
        }
    }

    // Kind (1), then each person (8) with whether they are connected (1).
    private static byte[] Write(Kind kind, long[] people, LiveConnections connections)
    {
        var body = new byte[1 + (9 * people.Length)];
        body[0] = (byte)kind;
        for (var i = 0; i < people.Length; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(1 + (9 * i)), people[i]);
            body[9 + (9 * i)] = connections.IsConnected(new(people[i])) ? (byte)1 : (byte)0;
        }

        return body;
    }

    private void Take(NodeNews news)
    {
        var body = news.Body.Span;
        var kind = (Kind)body[0];
        if (kind == Kind.Ask)
        {
            Interlocked.Exchange(ref wanted, 1);
            return;
        }

        lock (gate)
        {
            if (!byNode.TryGetValue(news.Node, out var people))
            {
                byNode[news.Node] = people = [];
            }

            if (kind == Kind.Everybody)
            {
                foreach (var person in people)
                {
                    Release(person);
                }

                people.Clear();
            }

            for (var at = 1; at + 9 <= body.Length; at += 9)
            {
                var person = BinaryPrimitives.ReadInt64BigEndian(body[at..]);
                if (body[at + 8] == 1 ? people.Add(person) : people.Remove(person))
                {
                    if (body[at + 8] == 1)
                    {
                        nodesOf[person] = nodesOf.GetValueOrDefault(person) + 1;
                    }
                    else
                    {
                        Release(person);
                    }
                }
            }
        }
    }

    private void Forget(Guid node)
    {
        HashSet<long>? people;
        lock (gate)
        {
            if (!byNode.Remove(node, out people))
            {
                return;
            }

            foreach (var person in people)
            {
                Release(person);
            }
        }

        if (people.Count > 0)
        {
            Lost?.Invoke([.. people.Select(person => new PersonId(person))]);
        }
    }

    private void Release(long person)
    {
        var left = nodesOf.GetValueOrDefault(person) - 1;
        if (left > 0)
        {
            nodesOf[person] = left;
        }
        else
        {
            nodesOf.Remove(person);
        }
    }
}
