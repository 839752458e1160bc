using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Stoa.Hosting.Nodes;
using Stoa.Testing;
using Xunit;

namespace Stoa.Hosting.Tests.Nodes;

/// <summary>What every bus keeps, whatever it is made of.</summary>
public abstract class NodeBusSpecification
{
    /// <summary>Buses that reach one another; each call of the same test one more.</summary>
    /// <param name="waitingMax">Messages that may wait for this node, or null for the usual.</param>
    private protected abstract Task<INodeBus> JoinAsync(int? waitingMax = null);

    [Fact]
    public async Task What_one_publishes_the_others_hear_in_order_and_oneself_does_not()
    {
        var (one, two, three) = (await JoinAsync(), await JoinAsync(), await JoinAsync());
        using var own = new Heard(one, "a");
        using var second = new Heard(two, "a");
        using var third = new Heard(three, "a");
        await HearEachOtherAsync(one, two, three);

        for (var i = 0; i < 1_000; i++)
        {
            one.Publish("a", Encoding.UTF8.GetBytes($"{i}"));
        }

        var expected = Enumerable.Range(0, 1_000).Select(i => (one.Self, $"{i}")).ToList();
        Assert.Equal(expected, await second.TakeAsync(1_000));
        Assert.Equal(expected, await third.TakeAsync(1_000));
        Assert.Empty(own.All);
        await LeaveAsync(one, two, three);
    }

    [Fact]
    public async Task News_goes_to_those_who_asked_for_its_topic_until_they_ask_no_more()
    {
        var (one, two) = (await JoinAsync(), await JoinAsync());
        await HearEachOtherAsync(one, two);
        using var a = new Heard(two, "a");
        var again = new Heard(two, "a");
        using var b = new Heard(two, "b");

        one.Publish("a", "1"u8.ToArray());
        await again.TakeAsync(1);
        again.Dispose();
        one.Publish("nobody's", "2"u8.ToArray());
        one.Publish("a", "3"u8.ToArray());
        one.Publish("b", Array.Empty<byte>());

        await b.TakeAsync(1);
        Assert.Equal(["1", "3"], a.All.Select(news => news.Text));
        Assert.Equal([""], b.All.Select(news => news.Text));
        Assert.Equal(["1"], again.All.Select(news => news.Text));
        await LeaveAsync(one, two);
    }

    [Fact]
    public async Task A_handler_that_fails_makes_nobody_deaf()
    {
        var (one, two) = (await JoinAsync(), await JoinAsync());
        await HearEachOtherAsync(one, two);
        using var failing = two.Subscribe("a", _ => throw new InvalidOperationException("planted"));
        using var heard = new Heard(two, "a");

        one.Publish("a", "1"u8.ToArray());
        one.Publish("a", "2"u8.ToArray());

        Assert.Equal(["1", "2"], (await heard.TakeAsync(2)).Select(news => news.Text));
        await LeaveAsync(one, two);
    }

    [Fact]
    public async Task Whoever_is_heard_for_the_first_time_was_missed_until_then()
    {
        var one = await JoinAsync();
        var misses = new Misses(one);
        one.Publish("a", "before anybody was there"u8.ToArray());
        var two = await JoinAsync();
        var missedByTwo = new Misses(two);

        await HearEachOtherAsync(one, two);

        await misses.WaitAsync(new(two.Self, MissReason.NewNode));
        await missedByTwo.WaitAsync(new(one.Self, MissReason.NewNode));
        await LeaveAsync(one, two);
    }

    [Fact]
    public async Task Whoever_leaves_says_so()
    {
        var (one, two) = (await JoinAsync(), await JoinAsync());
        var misses = new Misses(one);
        await HearEachOtherAsync(one, two);

        await LeaveAsync(two);

        await misses.WaitAsync(new(two.Self, MissReason.Left));
        Assert.False(one.Hears(two.Self));
        await LeaveAsync(one);
    }

    [Fact]
    public async Task A_hole_is_told_before_the_news_after_it()
    {
        var one = await JoinAsync();
        var two = await JoinAsync(waitingMax: 16);
        var told = new ConcurrentQueue<string>();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var letGo = new ManualResetEventSlim();
        using var blocking = two.Subscribe("stop", _ =>
        {
            entered.SetResult();
            letGo.Wait(TimeSpan.FromSeconds(30));
        });
        using var hearing = two.Subscribe("a", news => told.Enqueue(Encoding.UTF8.GetString(news.Body.Span[..6])));
        await HearEachOtherAsync(one, two);
        two.Missed += miss => told.Enqueue($"{miss.Reason}");

        one.Publish("stop", Array.Empty<byte>());
        await Waiting.ForAsync(entered.Task, "the handler that does not return");
        for (var i = 0; i < 10_000; i++)
        {
            one.Publish("a", Encoding.UTF8.GetBytes($"{i:D6}{new string('x', 500)}"));
        }

        letGo.Set();
        // The last ones may have been dropped, too: the newest that comes through ends the test.
        var next = 10_000;
        await Waiting.UntilAsync(() =>
        {
            one.Publish("a", Encoding.UTF8.GetBytes($"{next++:D6}"));
            return Task.FromResult(int.TryParse(told.LastOrDefault(), out var newest) && newest >= 10_000);
        }, "the newest news is heard");

        // Whatever was dropped, and wherever: what comes after a hole comes after its being told.
        var heard = told.ToList();
        Assert.Contains(nameof(MissReason.Gap), heard);
        var previous = -1;
        var gap = false;
        foreach (var what in heard)
        {
            if (!int.TryParse(what, out var number))
            {
                gap |= what is nameof(MissReason.Gap) or nameof(MissReason.NewNode);
                continue;
            }

            Assert.True(number > previous, $"{number} came after {previous}.");
            Assert.True(number == previous + 1 || gap, $"{number} came after {previous} and nothing was told in between.");
            (previous, gap) = (number, false);
        }

        await LeaveAsync(one, two);
    }

    private protected static Task HearEachOtherAsync(params INodeBus[] buses) => Waiting.UntilAsync(
        () => Task.FromResult(buses.All(bus => bus.IsOpen && buses.All(other => other == bus || bus.Hears(other.Self)))), "every node hears every other");

    private protected static async Task LeaveAsync(params INodeBus[] buses)
    {
        foreach (var bus in buses)
        {
            await ((IAsyncDisposable)bus).DisposeAsync();
        }
    }

    private protected sealed class Heard : IDisposable
    {
        private readonly Channel<(Guid Node, string Text)> coming = Channel.CreateUnbounded<(Guid, string)>();
        private readonly IDisposable subscription;

        public Heard(INodeBus bus, string topic) => subscription = bus.Subscribe(topic, news =>
        {
            var said = (news.Node, Encoding.UTF8.GetString(news.Body.Span));
            All.Enqueue(said);
            coming.Writer.TryWrite(said);
        });

        public ConcurrentQueue<(Guid Node, string Text)> All { get; } = new();

        public async Task<List<(Guid Node, string Text)>> TakeAsync(int count)
        {
            var taken = new List<(Guid Node, string Text)>();
            while (taken.Count < count)
            {
                taken.Add(await Waiting.ForAsync(coming.Reader.ReadAsync().AsTask(), $"message {taken.Count + 1} of {count}"));
            }

            return taken;
        }

        public void Dispose() => subscription.Dispose();
    }

    private protected sealed class Misses
    {
        private readonly ConcurrentQueue<NodeMiss> all = new();

        public Misses(INodeBus bus) => bus.Missed += all.Enqueue;

        public IReadOnlyCollection<NodeMiss> All => all;

        public Task WaitAsync(NodeMiss miss) => Waiting.UntilAsync(() => Task.FromResult(all.Contains(miss)), $"{miss} is told; told was {string.Join(", ", all)}");
    }
}
