using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Stoa.Hosting.Nodes;

/// <summary>The bus of several nodes: one fanout exchange of a RabbitMQ, connected to again for as long as it takes.</summary>
/// <remarks>
/// Every message has the node's next number, also one that is dropped here because the broker is slow or gone: the others see the hole
/// with the next message, at the latest with the next beat.
/// </remarks>
internal sealed partial class RabbitNodeBus : INodeBus, IAsyncDisposable
{
    private static readonly TimeSpan beatsEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan triesAgainAfter = TimeSpan.FromMilliseconds(500);

    private readonly BrokerOptions options;
    private readonly ILogger<RabbitNodeBus> log;
    private readonly NodeEars ears;
    private readonly Channel<ReadOnlyMemory<byte>> outgoing;
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;
    private readonly Lock gate = new();
    private long number;
    private long echoAt = long.MinValue;
    private volatile bool isConnected;
    private bool wasConnected;
    private bool toldDropping;

    public RabbitNodeBus(IOptions<BrokerOptions> options, ILogger<RabbitNodeBus> log)
    {
        (this.options, this.log) = (options.Value, log);
        Self = Guid.CreateVersion7();
        ears = new(Self, log);
        ears.Greeted += () => Send(EnvelopeKind.Beat, "", default);
        outgoing = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(options.Value.OutgoingMax) { SingleReader = true });
    }

    public event Action<NodeMiss>? Missed
    {
        add => ears.Missed += value;
        remove => ears.Missed -= value;
    }

    public Guid Self { get; }

    /// <summary>Connected, and our own beat has come back lately: a broker that takes and does not deliver is none.</summary>
    public bool IsOpen => isConnected && Volatile.Read(ref echoAt) is not long.MinValue and var at && TimeProvider.System.GetElapsedTime(at) < NodeEars.SilentAfter;

    public void Start() => running = Task.WhenAll(KeepConnectedAsync(stopping.Token), BeatAsync(stopping.Token));

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
        stopping.Dispose();
    }

    private void Send(EnvelopeKind kind, string topic, ReadOnlyMemory<byte> body)
    {
        bool dropped;
        // One at a time: the order of numbers is the order of arrival.
        lock (gate)
        {
            var next = ++number;
            // Without a broker nothing gathers: what it told would be old when the broker is back, and by then everybody has looked.
            dropped = isConnected && !outgoing.Writer.TryWrite(new NodeEnvelope(kind, Self, next, topic, body).ToBytes());
            (dropped, toldDropping) = (dropped && !toldDropping, dropped);
        }

        if (dropped)
        {
            LogDropping(options.OutgoingMax);
        }
    }

    private void Hear(ReadOnlyMemory<byte> message)
    {
        if (NodeEnvelope.Read(message) is { } envelope && envelope.Node == Self)
        {
            Volatile.Write(ref echoAt, TimeProvider.System.GetTimestamp());
            return;
        }

        ears.Hear(message);
    }

    private async Task KeepConnectedAsync(CancellationToken cancellationToken)
    {
        var toldDown = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var link = await RabbitLink.OpenAsync(options, Hear, cancellationToken);
                Begin();
                toldDown = false;
                await link.PublishAsync(outgoing.Reader, cancellationToken);
                isConnected = false;
                if (cancellationToken.IsCancellationRequested)
                {
                    await LeaveAsync(link);
                }
                else
                {
                    LogLost();
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // Whatever the client or the network comes up with: without the broker the server goes on, and tries again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                isConnected = false;
                if (!toldDown)
                {
                    toldDown = true;
                    LogDown(exception);
                }
            }

            // Not all nodes in the same moment.
            await Task.Delay(triesAgainAfter * (0.5 + Random.Shared.NextDouble()), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Begin()
    {
        while (outgoing.Reader.TryRead(out _))
        {
            // Left from the connection before.
        }

        isConnected = true;
        LogConnected();
        if (wasConnected)
        {
            ears.Miss(null, MissReason.Reconnected);
        }

        wasConnected = true;
        Send(EnvelopeKind.Hello, "", default);
    }

    /// <summary>What still waits, and then that there is no more: the others look once more and think no more of us.</summary>
    private async Task LeaveAsync(RabbitLink link)
    {
        ReadOnlyMemory<byte> bye;
        lock (gate)
        {
            bye = new NodeEnvelope(EnvelopeKind.Bye, Self, ++number, "", default).ToBytes();
        }

        await link.SayByeAsync(bye);
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

    [LoggerMessage(155, LogLevel.Information, "The broker carries news between the nodes.")]
    private partial void LogConnected();

    [LoggerMessage(156, LogLevel.Warning, "The connection to the broker is lost; until it is back, news of other nodes is looked up each second.")]
    private partial void LogLost();

    [LoggerMessage(157, LogLevel.Warning, "The broker cannot be reached; news of other nodes is looked up each second.")]
    private partial void LogDown(Exception exception);

    [LoggerMessage(158, LogLevel.Warning, "The broker is slower than the news: more than {Most} messages wait, and some are dropped; other nodes look them up.")]
    private partial void LogDropping(int most);
}
