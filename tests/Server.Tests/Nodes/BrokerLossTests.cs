using System.Collections.Concurrent;
using System.Diagnostics;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests.Nodes;

/// <summary>The broker is late, dies, hangs or is none: it costs delay and nothing else.</summary>
[Collection("nodes")]
public sealed class BrokerLossTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_broker_at_the_start_news_crosses_by_looking_and_at_once_when_it_comes()
    {
        await using var broker = new RabbitServer();
        await using var pair = await NodePair.StartAsync(broker.Address);
        var (anna, bert, thread) = await PairOfPeopleAsync(pair);
        await using var device = await Device.ConnectAsync(pair.Two.Address, bert.Token);
        Assert.Equal("degraded", await NodePair.HealthAsync(pair.One));

        var looked = await TimeAsync(pair, anna, thread, device);
        Assert.InRange(looked, TimeSpan.Zero, TimeSpan.FromSeconds(4));

        await broker.StartAsync();
        await NodePair.UntilHealthIsAsync(pair.One, "ready");
        await NodePair.UntilHealthIsAsync(pair.Two, "ready");
        await Waiting.UntilAsync(async () => await TimeAsync(pair, anna, thread, device) < TimeSpan.FromMilliseconds(150), "news crosses at once");

        await device.AssertEveryEventOnceAsync(thread, 1, await NodePair.SendAsync(anna.Client, thread));
    }

    [Fact]
    public async Task A_broker_killed_in_the_middle_stops_nothing_and_is_used_again_when_it_is_back()
    {
        await using var broker = new RabbitServer();
        await broker.StartAsync();
        await using var pair = await NodePair.StartAsync(broker.Address);
        var (anna, bert, thread) = await PairOfPeopleAsync(pair);
        await NodePair.UntilHealthIsAsync(pair.Two, "ready");
        await using var atOne = await Device.ConnectAsync(pair.One.Address, bert.Token);
        await using var atTwo = await Device.ConnectAsync(pair.Two.Address, bert.Token);
        var acknowledged = new ConcurrentDictionary<Guid, long>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var sending = Task.WhenAll(new[] { pair.One, pair.Two }.Select(node => SendUntilAsync(NodePair.ClientOf(anna, node), thread, acknowledged, stop.Token)));
        await Waiting.UntilAsync(() => Task.FromResult(acknowledged.Count > 100), "100 messages");

        await broker.KillAsync();
        await NodePair.UntilHealthIsAsync(pair.One, "degraded");
        var (before, came) = (acknowledged.Count, atTwo.SeqsOf(thread).Count);
        await Waiting.UntilAsync(() => Task.FromResult(acknowledged.Count > before + 50 && atTwo.SeqsOf(thread).Count > came + 50), "sending and telling go on without it");

        await broker.StartAsync();
        await NodePair.UntilHealthIsAsync(pair.One, "ready");
        await NodePair.UntilHealthIsAsync(pair.Two, "ready");
        await stop.CancelAsync();
        await Waiting.ForAsync(sending, "the senders to end");
        await Waiting.UntilAsync(async () => await TimeAsync(pair, anna, thread, atTwo) < TimeSpan.FromMilliseconds(150), "news crosses at once");

        var last = await NodePair.SendAsync(anna.Client, thread);
        await atOne.AssertEveryEventOnceAsync(thread, 1, last);
        await atTwo.AssertEveryEventOnceAsync(thread, 1, last);
    }

    [Fact]
    public async Task A_broker_that_hangs_and_goes_on_stops_nothing_and_loses_nothing()
    {
        await using var broker = new RabbitServer();
        await broker.StartAsync();
        await using var pair = await NodePair.StartAsync(broker.Address);
        var (anna, bert, thread) = await PairOfPeopleAsync(pair);
        await NodePair.UntilHealthIsAsync(pair.Two, "ready");
        await using var atOne = await Device.ConnectAsync(pair.One.Address, bert.Token);
        await using var atTwo = await Device.ConnectAsync(pair.Two.Address, bert.Token);
        var acknowledged = new ConcurrentDictionary<Guid, long>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var sending = Task.WhenAll(new[] { pair.One, pair.Two }.Select(node => SendUntilAsync(NodePair.ClientOf(anna, node), thread, acknowledged, stop.Token)));

        broker.Freeze();
        await NodePair.UntilHealthIsAsync(pair.One, "degraded");
        var (before, came) = (acknowledged.Count, atTwo.SeqsOf(thread).Count);
        await Waiting.UntilAsync(() => Task.FromResult(acknowledged.Count > before + 50 && atTwo.SeqsOf(thread).Count > came + 50), "sending and telling go on without it");
        broker.Thaw();
        await NodePair.UntilHealthIsAsync(pair.One, "ready");
        await stop.CancelAsync();
        await Waiting.ForAsync(sending, "the senders to end");

        var last = await NodePair.SendAsync(anna.Client, thread);
        await atOne.AssertEveryEventOnceAsync(thread, 1, last);
        await atTwo.AssertEveryEventOnceAsync(thread, 1, last);
    }

    [Fact]
    public async Task Without_any_broker_sessions_end_and_threads_open_across_all_the_same()
    {
        await using var pair = await NodePair.StartAsync(null);
        using var anna = await pair.SignUpAsync(pair.One);
        using var bert = await pair.SignUpAsync(pair.Two);
        await using var device = await Device.ConnectAsync(pair.Two.Address, bert.Token);

        var thread = await anna.OpenThreadAsync(bert);
        await NodePair.SendAsync(anna.Client, thread);
        await device.WaitAsync("thread", frame => frame.GetProperty("thread").GetProperty("id").GetString() == thread);
        await device.AssertEveryEventOnceAsync(thread, 1, 1);

        using var bertAtOne = NodePair.ClientOf(bert, pair.One);
        (await bertAtOne.DeleteAsync("/api/sessions/current", Cancel)).EnsureSuccessStatusCode();
        await device.WaitForEndAsync();
        Assert.Equal(4001, (int?)device.CloseStatus);
    }

    private static async Task<(TestPerson Anna, TestPerson Bert, string Thread)> PairOfPeopleAsync(NodePair pair)
    {
        var anna = await pair.SignUpAsync(pair.One);
        var bert = await pair.SignUpAsync(pair.Two);
        return (anna, bert, await anna.OpenThreadAsync(bert));
    }

    private static async Task SendUntilAsync(HttpClient client, string thread, ConcurrentDictionary<Guid, long> acknowledged, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await NodePair.SendManyAsync([client], thread, 1, acknowledged);
        }
    }

    /// <summary>From the acknowledgement at the first node to the event at a device of the second.</summary>
    private static async Task<TimeSpan> TimeAsync(NodePair pair, TestPerson sender, string thread, Device device)
    {
        using var client = NodePair.ClientOf(sender, pair.One);
        var seq = await NodePair.SendAsync(client, thread);
        var begun = Stopwatch.GetTimestamp();
        await Waiting.UntilAsync(() => Task.FromResult(device.SeqsOf(thread).Contains(seq)), $"event {seq} crosses");
        return Stopwatch.GetElapsedTime(begun);
    }
}
