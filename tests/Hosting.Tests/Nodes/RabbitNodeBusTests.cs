using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Nodes;
using Stoa.Testing;
using Xunit;

namespace Stoa.Hosting.Tests.Nodes;

public sealed class RabbitNodeBusTests : NodeBusSpecification
{
    private readonly string exchange = $"test-{Guid.NewGuid():n}";

    private protected override async Task<INodeBus> JoinAsync(int? waitingMax = null) => Join((await RabbitServer.GetSharedAsync()).Address, waitingMax);

    [Fact]
    public async Task A_broker_that_is_not_there_stops_nobody_and_is_found_when_it_comes_killed_and_found_again()
    {
        await using var broker = new RabbitServer();
        var (one, two) = (Join(broker.Address), Join(broker.Address));
        var misses = new Misses(one);
        one.Publish("a", "to nobody"u8.ToArray());
        Assert.False(one.IsOpen);

        await broker.StartAsync();
        await HearEachOtherAsync(one, two);
        using var heard = new Heard(two, "a");
        one.Publish("a", "1"u8.ToArray());
        Assert.Equal([(one.Self, "1")], await heard.TakeAsync(1));

        await broker.KillAsync();
        await Waiting.UntilAsync(() => Task.FromResult(!one.IsOpen && !one.Hears(two.Self)), "the loss is noticed");
        one.Publish("a", "lost"u8.ToArray());
        await misses.WaitAsync(new(two.Self, MissReason.Silent));

        await broker.StartAsync();
        await HearEachOtherAsync(one, two);
        await misses.WaitAsync(new(null, MissReason.Reconnected));
        one.Publish("a", "2"u8.ToArray());
        Assert.Equal([(one.Self, "2")], await heard.TakeAsync(1));
        await LeaveAsync(one, two);
    }

    [Fact]
    public async Task A_broker_that_hangs_holds_nobody_up_and_what_it_swallows_is_told_of()
    {
        await using var broker = new RabbitServer();
        await broker.StartAsync();
        var (one, two) = (Join(broker.Address), Join(broker.Address));
        var misses = new Misses(two);
        await HearEachOtherAsync(one, two);

        broker.Freeze();
        var begun = Environment.TickCount64;
        for (var i = 0; i < 200_000; i++)
        {
            one.Publish("a", new byte[200]);
        }

        Assert.InRange(Environment.TickCount64 - begun, 0, 5_000);
        await misses.WaitAsync(new(one.Self, MissReason.Silent));
        Assert.False(two.IsOpen);

        broker.Thaw();
        await HearEachOtherAsync(one, two);
        await Waiting.UntilAsync(() => Task.FromResult(misses.All.Any(miss => miss.Reason is MissReason.Gap or MissReason.Reconnected)), "the hole is told of");
        await LeaveAsync(one, two);
    }

    private RabbitNodeBus Join(string address, int? waitingMax = null)
    {
        var bus = new RabbitNodeBus(
            Options.Create(new BrokerOptions { Uri = address, Exchange = exchange, IncomingMax = waitingMax ?? 20_000 }), NullLogger<RabbitNodeBus>.Instance);
        bus.Start();
        return bus;
    }
}
