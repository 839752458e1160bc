using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Stoa.Hosting.Nodes;

/// <summary>Joins the buses of one process: alone in a server without a broker, several in a test of two servers.</summary>
public sealed class InProcessExchange
{
    private ImmutableArray<InProcessNodeBus> buses = [];

    internal void Join(InProcessNodeBus bus) => ImmutableInterlocked.Update(ref buses, static (all, added) => all.Add(added), bus);

    internal void Leave(InProcessNodeBus bus) => ImmutableInterlocked.Update(ref buses, static (all, gone) => all.Remove(gone), bus);

    internal void Send(InProcessNodeBus from, ReadOnlyMemory<byte> message)
    {
        foreach (var bus in buses)
        {
            if (!ReferenceEquals(bus, from))
            {
                bus.Take(message);
            }
        }
    }

    internal bool HasOthers(InProcessNodeBus than) => buses.Any(bus => !ReferenceEquals(bus, than));
}

/// <summary>The bus of a server without a broker. It reaches nobody outside the process; what another process tells is looked up in the database each second.</summary>
internal sealed class InProcessNodeBus : INodeBus, IAsyncDisposable
{
    private static readonly TimeSpan beatsEvery = TimeSpan.FromSeconds(1);

    private readonly InProcessExchange exchange;
    private readonly NodeEars ears;
    private readonly Channel<ReadOnlyMemory<byte>> incoming;
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;
    private readonly Lock gate = new();
    private long number;

    /// <param name="waitingMax">Messages that may wait to be heard; the oldest give way.</param>
    public InProcessNodeBus(InProcessExchange exchange, ILogger<InProcessNodeBus> log, int waitingMax = 10_000)
    {
        this.exchange = exchange;
        Self = Guid.CreateVersion7();
        ears = new(Self, log);
        ears.Greeted += () => Send(EnvelopeKind.Beat, "", default);
        incoming = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(waitingMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    }

    public event Action<NodeMiss>? Missed
    {
        add => ears.Missed += value;
        remove => ears.Missed -= value;
    }

    public Guid Self { get; }

    public bool IsOpen => true;

    public void Start()
    {
        exchange.Join(this);
        Send(EnvelopeKind.Hello, "", default);
        running = Task.WhenAll(HearAsync(stopping.Token), BeatAsync(stopping.Token));
    }

    public void Publish(string topic, ReadOnlyMemory<byte> body) => Send(EnvelopeKind.News, topic, body);

    public IDisposable Subscribe(string topic, Action<NodeNews> handle) => ears.Subscribe(topic, handle);

    public void Miss(NodeMiss miss) => ears.Miss(miss.Node, miss.Reason);

    public bool Hears(Guid node) => ears.Hears(node);

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        await stopping.CancelAsync();
        await running;
        exchange.Leave(this);
        Send(EnvelopeKind.Bye, "", default);
        stopping.Dispose();
    }

    internal void Take(ReadOnlyMemory<byte> message) => incoming.Writer.TryWrite(message);

    private void Send(EnvelopeKind kind, string topic, ReadOnlyMemory<byte> body)
    {
        if (!exchange.HasOthers(this))
        {
            return;
        }

        // One at a time: the order of numbers is the order of arrival.
        lock (gate)
        {
            exchange.Send(this, new NodeEnvelope(kind, Self, ++number, topic, body).ToBytes());
        }
    }

    private async Task HearAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in incoming.Reader.ReadAllAsync(cancellationToken))
            {
                ears.Hear(message);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(beatsEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Send(EnvelopeKind.Beat, "", default);
                ears.LookForSilence();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
