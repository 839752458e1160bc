using System.Buffers.Binary;
using Microsoft.Extensions.Hosting;
using Stoa.Hosting.Nodes;

namespace Stoa.Hosting.Clock;

/// <summary>In development: whoever moves the clock of one node moves everybody's, also of a node that comes later.</summary>
public sealed class MoveClockTogether : IHostedService
{
    private const string Topic = "dev.clock";

    private readonly MovableClock clock;
    private readonly INodeBus bus;
    private readonly INodes nodes;
    private readonly IDisposable subscription;

    public MoveClockTogether(MovableClock clock, INodeBus bus, INodes nodes)
    {
        (this.clock, this.bus, this.nodes) = (clock, bus, nodes);
        subscription = bus.Subscribe(Topic, Take);
        clock.Moved += Tell;
        nodes.Changed += TellNewcomers;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        clock.Moved -= Tell;
        nodes.Changed -= TellNewcomers;
        subscription.Dispose();
        return Task.CompletedTask;
    }

    private void Take(NodeNews news)
    {
        if (news.Body.Length == sizeof(long))
        {
            clock.Follow(TimeSpan.FromTicks(BinaryPrimitives.ReadInt64BigEndian(news.Body.Span)));
        }
    }

    private void TellNewcomers()
    {
        if (clock.Offset != TimeSpan.Zero)
        {
            Tell();
        }
    }

    private void Tell()
    {
        var body = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(body, clock.Offset.Ticks);
        bus.Publish(Topic, body);
    }
}
