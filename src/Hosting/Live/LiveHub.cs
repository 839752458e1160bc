using System.Buffers.Binary;
using Stoa.Hosting.Nodes;
using Stoa.Kernel;

namespace Stoa.Hosting.Live;

/// <summary>The sockets of every node: here at once, elsewhere by the bus.</summary>
internal sealed class LiveHub : ILiveHub, IDisposable
{
    private const string Topic = "live.tell";

    private readonly LiveConnections connections;
    private readonly OnlineElsewhere elsewhere;
    private readonly INodeBus bus;
    private readonly INodes nodes;
    private readonly IDisposable subscription;

    public LiveHub(LiveConnections connections, OnlineElsewhere elsewhere, INodeBus bus, INodes nodes)
    {
        (this.connections, this.elsewhere, this.bus, this.nodes) = (connections, elsewhere, bus, nodes);
        subscription = bus.Subscribe(Topic, Take);
    }

    public event Action<IReadOnlyList<PersonId>>? Lost
    {
        add => elsewhere.Lost += value;
        remove => elsewhere.Lost -= value;
    }

    public void SendToPerson(PersonId person, ReadOnlyMemory<byte> jsonFrame) => SendToPeople([person], jsonFrame);

    public void SendToPeople(IReadOnlyList<PersonId> people, ReadOnlyMemory<byte> jsonFrame)
    {
        if (people.Count == 0)
        {
            return;
        }

        connections.Deliver(new(people, jsonFrame));
        if (nodes.AreSeveral)
        {
            bus.Publish(Topic, Write(people, jsonFrame.Span));
        }
    }

    public bool IsConnected(PersonId person) => connections.IsConnected(person);

    public bool IsOnlineElsewhere(PersonId person) => elsewhere.Has(person);

    public bool IsOnline(PersonId person) => connections.IsConnected(person) || elsewhere.Has(person);

    public void Dispose() => subscription.Dispose();

    // Count (4), people (8 each), the frame.
    private static byte[] Write(IReadOnlyList<PersonId> people, ReadOnlySpan<byte> frame)
    {
        var body = new byte[4 + (8 * people.Count) + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(body, people.Count);
        for (var i = 0; i < people.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(4 + (8 * i)), people[i].Value);
        }

        frame.CopyTo(body.AsSpan(4 + (8 * people.Count)));
        return body;
    }

    private void Take(NodeNews news)
    {
        var count = BinaryPrimitives.ReadInt32BigEndian(news.Body.Span);
        var people = new List<PersonId>();
        for (var i = 0; i < count; i++)
        {
            var person = new PersonId(BinaryPrimitives.ReadInt64BigEndian(news.Body.Span[(4 + (8 * i))..]));
            if (connections.IsConnected(person))
            {
                people.Add(person);
            }
        }

        if (people.Count > 0)
        {
            connections.Deliver(new(people, news.Body[(4 + (8 * count))..]));
        }
    }
}
