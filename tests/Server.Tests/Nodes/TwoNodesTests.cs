using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests.Nodes;

/// <summary>Two nodes and a broker, all well: any node serves any request, and whoever is connected anywhere hears of it.</summary>
[Collection("nodes")]
public sealed class TwoNodesTests(SharedPair shared) : IClassFixture<SharedPair>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private NodePair Pair => shared.Pair;

    [Fact]
    public async Task One_hot_thread_written_on_both_nodes_is_one_sequence_on_every_socket()
    {
        const int Each = 150;
        using var anna = await Pair.SignUpAsync(Pair.One);
        using var bert = await Pair.SignUpAsync(Pair.Two);
        var thread = await anna.OpenThreadAsync(bert);
        await using var annaAtOne = await Device.ConnectAsync(Pair.One.Address, anna.Token);
        await using var annaAtTwo = await Device.ConnectAsync(Pair.Two.Address, anna.Token);
        await using var bertAtOne = await Device.ConnectAsync(Pair.One.Address, bert.Token);
        await using var bertAtTwo = await Device.ConnectAsync(Pair.Two.Address, bert.Token);
        var acknowledged = new ConcurrentDictionary<Guid, long>();

        await Waiting.ForAsync(Task.WhenAll(new[] { anna, bert }.SelectMany(person => new[] { Pair.One, Pair.Two, Pair.One, Pair.Two }
            .Select(node => NodePair.SendManyAsync([NodePair.ClientOf(person, node)], thread, Each, acknowledged)))), "all to be sent");

        Assert.Equal(8 * Each, acknowledged.Count);
        foreach (var device in new[] { annaAtOne, annaAtTwo, bertAtOne, bertAtTwo })
        {
            await device.AssertEveryEventOnceAsync(thread, 1, 8 * Each);
        }

        // A sender's own devices get the client id, wherever they are; nobody else does.
        Assert.All(annaAtTwo.EventsOf(thread), e => Assert.Equal(e.GetProperty("sender").GetString() == anna.Id, e.TryGetProperty("clientId", out _)));
    }

    [Fact]
    public async Task A_device_that_moves_to_the_other_node_in_the_middle_misses_nothing()
    {
        using var anna = await Pair.SignUpAsync(Pair.One);
        using var bert = await Pair.SignUpAsync(Pair.One);
        var thread = await anna.OpenThreadAsync(bert);
        var acknowledged = new ConcurrentDictionary<Guid, long>();
        var sending = NodePair.SendManyAsync([NodePair.ClientOf(anna, Pair.One)], thread, 300, acknowledged);
        var seen = new List<long>();

        for (var move = 0; move < 6; move++)
        {
            var node = move % 2 == 0 ? Pair.Two : Pair.One;
            await using var device = await Device.ConnectAsync(node.Address, bert.Token, new Dictionary<string, long> { [thread] = seen.LastOrDefault() });
            var enough = seen.Count + 30;
            await Waiting.UntilAsync(() => Task.FromResult(seen.Count + device.SeqsOf(thread).Count >= enough || sending.IsCompleted), "some events come");
            seen.AddRange(device.SeqsOf(thread));
        }

        await Waiting.ForAsync(sending, "all to be sent");
        await using var last = await Device.ConnectAsync(Pair.Two.Address, bert.Token, new Dictionary<string, long> { [thread] = seen[^1] });
        await Waiting.UntilAsync(() => Task.FromResult(seen[^1] == 300 || last.SeqsOf(thread) is [.., 300]), "the last event comes");
        seen.AddRange(last.SeqsOf(thread));

        Assert.Equal(Enumerable.Range(1, 300).Select(n => (long)n), seen);
    }

    [Fact]
    public async Task A_new_thread_shows_itself_on_the_other_node_and_its_first_message_comes()
    {
        using var anna = await Pair.SignUpAsync(Pair.One);
        using var bert = await Pair.SignUpAsync(Pair.Two);
        await using var device = await Device.ConnectAsync(Pair.Two.Address, bert.Token);

        var thread = await anna.OpenThreadAsync(bert);
        await NodePair.SendAsync(anna.Client, thread);
        using var annaAtTwo = NodePair.ClientOf(anna, Pair.Two);
        await NodePair.SendAsync(annaAtTwo, thread);
        await NodePair.SendAsync(anna.Client, thread);

        await device.WaitAsync("thread", frame => frame.GetProperty("thread").GetProperty("id").GetString() == thread);
        await device.AssertEveryEventOnceAsync(thread, 1, 3);
    }

    [Fact]
    public async Task Typing_markers_and_presence_cross()
    {
        using var anna = await Pair.SignUpAsync(Pair.One);
        using var bert = await Pair.SignUpAsync(Pair.Two);
        var thread = await anna.OpenThreadAsync(bert);
        await using var annas = await Device.ConnectAsync(Pair.One.Address, anna.Token);
        await using var berts = await Device.ConnectAsync(Pair.Two.Address, bert.Token);

        await annas.WaitForPresenceAsync(bert.Id, online: true);
        await annas.SendAsync(new { op = "typing", thread, on = true });
        await berts.WaitAsync("typing", frame => frame.GetProperty("member").GetString() == anna.Id && frame.GetProperty("on").GetBoolean());
        var seq = await NodePair.SendAsync(anna.Client, thread);
        await berts.WaitAsync("event", frame => frame.GetProperty("event").GetProperty("seq").GetInt64() == seq);
        await berts.SendAsync(new { op = "read", thread, seq });
        await annas.WaitAsync("receipt", frame => frame.GetProperty("member").GetString() == bert.Id && frame.GetProperty("read").GetInt64() == seq);

        // Whoever comes later is told who is online anywhere.
        await Waiting.UntilAsync(async () =>
        {
            await using var another = await Device.ConnectAsync(Pair.Two.Address, bert.Token);
            await another.SendAsync(new { op = "ping" });
            await another.WaitAsync("pong", _ => true);
            return another.Frames.Any(frame => frame.GetProperty("op").GetString() == "presence" && frame.GetRawText().Contains(anna.Id, StringComparison.Ordinal));
        }, "the other node's people are known");

        await berts.DisposeAsync();
        await annas.WaitForPresenceAsync(bert.Id, online: false);
    }

    [Fact]
    public async Task A_session_that_ends_on_one_node_ends_its_sockets_and_its_calls_on_the_other()
    {
        using var anna = await Pair.SignUpAsync(Pair.One);
        await using var device = await Device.ConnectAsync(Pair.Two.Address, anna.Token);
        using var atTwo = NodePair.ClientOf(anna, Pair.Two);
        (await atTwo.GetAsync("/api/me", Cancel)).EnsureSuccessStatusCode();

        (await anna.Client.DeleteAsync("/api/sessions/current", Cancel)).EnsureSuccessStatusCode();
        var since = Environment.TickCount64;
        await device.WaitForEndAsync();

        Assert.Equal(4001, (int?)device.CloseStatus);
        Assert.InRange(Environment.TickCount64 - since, 0, 2_500);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await atTwo.GetAsync("/api/me", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Whoever_is_put_out_of_a_group_on_one_node_is_told_nothing_more_on_the_other_and_who_is_let_in_from_then_on()
    {
        using var anna = await Pair.SignUpAsync(Pair.One);
        using var bert = await Pair.SignUpAsync(Pair.Two);
        using var carl = await Pair.SignUpAsync(Pair.Two);
        using var dora = await Pair.SignUpAsync(Pair.Two);
        using var made = await anna.Client.PostAsJsonAsync("/api/threads", new { with = new[] { $"@{bert.Handle}", $"@{carl.Handle}" }, title = "Orchestra" }, Cancel);
        var thread = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString() ?? "";
        await using var berts = await Device.ConnectAsync(Pair.Two.Address, bert.Token);
        await using var carls = await Device.ConnectAsync(Pair.Two.Address, carl.Token);
        await using var doras = await Device.ConnectAsync(Pair.Two.Address, dora.Token);
        var before = await NodePair.SendAsync(anna.Client, thread);
        await berts.WaitAsync("event", frame => frame.GetProperty("event").GetProperty("seq").GetInt64() == before);

        (await anna.Client.DeleteAsync($"/api/threads/{thread}/members/{bert.Id}", Cancel)).EnsureSuccessStatusCode();
        using var added = await anna.Client.PostAsJsonAsync($"/api/threads/{thread}/members", new { clientId = Guid.NewGuid(), people = new[] { $"@{dora.Handle}" } }, Cancel);
        Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync(Cancel));
        using var annaAtTwo = NodePair.ClientOf(anna, Pair.Two);
        var last = 0L;
        for (var i = 0; i < 10; i++)
        {
            last = await NodePair.SendAsync(i % 2 == 0 ? anna.Client : annaAtTwo, thread);
        }

        await carls.WaitAsync("event", frame => frame.GetProperty("event").GetProperty("seq").GetInt64() == last);
        await doras.WaitAsync("event", frame => frame.GetProperty("event").GetProperty("seq").GetInt64() == last);
        await berts.WaitAsync("left", frame => frame.GetProperty("thread").GetString() == thread);
        Assert.DoesNotContain(berts.SeqsOf(thread), seq => seq > before);
        // From the event by which she came in, or the one after it.
        Assert.InRange(doras.SeqsOf(thread)[0], last - 10, last - 9);
        Assert.Equal(Enumerable.Range((int)doras.SeqsOf(thread)[0], (int)(last - doras.SeqsOf(thread)[0]) + 1).Select(n => (long)n), doras.SeqsOf(thread));
        Assert.Equal(carls.SeqsOf(thread).Order(), carls.SeqsOf(thread));
    }

    [Fact]
    public async Task Ready_lists_the_other_node_and_a_page_of_the_other_may_connect()
    {
        using var anna = await Pair.SignUpAsync(Pair.One);
        string? heard = null;

        // A node that a loaded machine kept silent for some seconds counts as gone until it is heard of again.
        await Waiting.UntilAsync(async () =>
        {
            await using var device = await Device.ConnectAsync(Pair.One.Address, anna.Token);
            heard = string.Join(' ', (await device.WaitAsync("ready", _ => true)).GetProperty("nodes").EnumerateArray().Select(node => node.GetString()));
            return heard.Length > 0 && await NodePair.HealthAsync(Pair.One) == "ready";
        }, "a node lists the other one, and is ready");

        Assert.Equal($"http://localhost:{Pair.Two.Address.Port}", heard);
    }

    [Fact]
    public async Task Whoever_moves_the_clock_moves_it_everywhere()
    {
        using var anna = await Pair.SignUpAsync(Pair.Two);
        using var bert = await Pair.SignUpAsync(Pair.Two);
        var thread = await anna.OpenThreadAsync(bert);
        using var one = Pair.One.CreateClient();
        using var moved = await one.PutAsJsonAsync("/dev/clock", new { advanceSeconds = 3_600 }, Cancel);
        moved.EnsureSuccessStatusCode();

        await Waiting.UntilAsync(async () =>
        {
            using var sent = await anna.Client.PostAsJsonAsync($"/api/threads/{thread}/messages", new { clientId = Guid.NewGuid(), text = "What time is it?" }, Cancel);
            return (await sent.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("at").GetDateTimeOffset() > TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(59);
        }, "the other clock has moved");

        using var back = await one.PutAsJsonAsync("/dev/clock", new { advanceSeconds = -3_600 }, Cancel);
        back.EnsureSuccessStatusCode();
    }
}
