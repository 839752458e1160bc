using System.Collections.Concurrent;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests.Nodes;

/// <summary>One node of several dies, stops or comes: what was acknowledged is there once, and every socket that is left hears of it once, in order.</summary>
[Collection("nodes")]
public sealed class NodeLossTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_killed_in_the_middle_loses_nothing_and_its_people_go_on_at_the_other()
    {
        const int Each = 120;
        await using var pair = await NodePair.StartAsync((await RabbitServer.GetSharedAsync()).Address);
        using var anna = await pair.SignUpAsync(pair.One);
        using var bert = await pair.SignUpAsync(pair.Two);
        var thread = await anna.OpenThreadAsync(bert);
        await using var atOne = await Device.ConnectAsync(pair.One.Address, bert.Token);
        await using var atTwo = await Device.ConnectAsync(pair.Two.Address, bert.Token);
        var acknowledged = new ConcurrentDictionary<Guid, long>();

        var sending = Task.WhenAll(Enumerable.Range(0, 6).Select(i => NodePair.SendManyAsync(
            i < 4 ? [NodePair.ClientOf(anna, pair.One), NodePair.ClientOf(anna, pair.Two)] : [NodePair.ClientOf(anna, pair.Two)], thread, Each, acknowledged)));
        await Waiting.UntilAsync(() => Task.FromResult(acknowledged.Count > 200), "200 messages");
        await pair.One.KillAsync();
        await atOne.WaitForEndAsync();
        var heard = atOne.SeqsOf(thread);
        await using var moved = await Device.ConnectAsync(pair.Two.Address, bert.Token, new Dictionary<string, long> { [thread] = heard.LastOrDefault() });
        await Waiting.ForAsync(sending, "all to be sent, by the other node at last");

        // Messages that were committed and not acknowledged were sent again: the last number tells how many there are.
        Assert.Equal(6 * Each, acknowledged.Count);
        await atTwo.AssertEveryEventOnceAsync(thread, 1, 6 * Each);
        Assert.Equal(Enumerable.Range(1, heard.Count).Select(n => (long)n), heard);
        await moved.AssertEveryEventOnceAsync(thread, heard.LastOrDefault() + 1, 6 * Each);
    }

    [Fact]
    public async Task Whoever_was_at_a_node_that_died_goes_offline_and_the_node_leaves_the_list()
    {
        await using var pair = await NodePair.StartAsync((await RabbitServer.GetSharedAsync()).Address);
        using var anna = await pair.SignUpAsync(pair.One);
        using var bert = await pair.SignUpAsync(pair.Two);
        await anna.OpenThreadAsync(bert);
        await using var annas = await Device.ConnectAsync(pair.One.Address, anna.Token);
        await using var berts = await Device.ConnectAsync(pair.Two.Address, bert.Token);
        await berts.WaitForPresenceAsync(anna.Id, online: true);

        await pair.One.KillAsync();

        await berts.WaitForPresenceAsync(anna.Id, online: false);
        await using var another = await Device.ConnectAsync(pair.Two.Address, bert.Token);
        Assert.Equal(0, (await another.WaitAsync("ready", _ => true)).GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task A_node_that_stops_says_so_to_its_sockets_and_one_that_comes_again_is_found()
    {
        await using var pair = await NodePair.StartAsync((await RabbitServer.GetSharedAsync()).Address);
        using var anna = await pair.SignUpAsync(pair.One);
        using var bert = await pair.SignUpAsync(pair.Two);
        var thread = await anna.OpenThreadAsync(bert);
        await using var atOne = await Device.ConnectAsync(pair.One.Address, bert.Token);
        await using var atTwo = await Device.ConnectAsync(pair.Two.Address, bert.Token);
        await NodePair.SendAsync(anna.Client, thread);

        Assert.Equal(0, await pair.One.StopAsync());

        await atOne.WaitForEndAsync();
        Assert.Equal(1001, (int?)atOne.CloseStatus);
        await pair.StartAsync(pair.One);
        using var again = NodePair.ClientOf(anna, pair.One);
        await NodePair.SendAsync(again, thread);
        await atTwo.AssertEveryEventOnceAsync(thread, 1, 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sockets_of_a_node_that_was_alone_hear_all_that_a_second_one_commits(bool withBroker)
    {
        await using var pair = await NodePair.StartAsync(withBroker ? (await RabbitServer.GetSharedAsync()).Address : null, nodes: 1);
        using var anna = await pair.SignUpAsync(pair.One);
        using var bert = await pair.SignUpAsync(pair.One);
        var thread = await anna.OpenThreadAsync(bert);
        await using var device = await Device.ConnectAsync(pair.One.Address, bert.Token);
        var acknowledged = new ConcurrentDictionary<Guid, long>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        // Writing goes on while the other comes.
        var sending = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await NodePair.SendManyAsync([anna.Client], thread, 1, acknowledged);
            }
        }, Cancel);
        await pair.AddAsync();
        await Waiting.ForAsync(NodePair.SendManyAsync([NodePair.ClientOf(anna, pair.Two)], thread, 50, acknowledged), "the second node to take 50 messages");
        await stop.CancelAsync();
        await Waiting.ForAsync(sending, "the first sender to end");

        await device.AssertEveryEventOnceAsync(thread, 1, acknowledged.Count);
    }
}
