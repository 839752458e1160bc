using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Stoa.Conformance.Tests;

/// <summary>The gateway: docs/protocol/live.md.</summary>
public sealed class LiveTests(ServerUnderTest server)
{
    [Fact]
    public async Task Every_device_of_both_hears_a_message_once_and_its_sender_alone_the_client_id()
    {
        var (one, other, thread) = await server.PairAsync();
        await using var phone = await Device.OpenAsync(one);
        await using var laptop = await Device.OpenAsync(one);
        await using var tablet = await Device.OpenAsync(other);
        var clientId = Guid.NewGuid();

        await phone.SendAsync(new { op = "send", thread, clientId, text = "hello" });

        Assert.Equal(1, (await phone.NextAsync("sent")).GetProperty("seq").GetInt64());
        Assert.Equal(clientId, (await laptop.NextEventAsync(thread)).GetProperty("clientId").GetGuid());
        Assert.False((await tablet.NextEventAsync(thread)).TryGetProperty("clientId", out _));
        await one.SendAsync(thread, "and again");
        Assert.Equal(2, (await tablet.NextEventAsync(thread)).GetProperty("seq").GetInt64());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Frames_doubled_and_in_any_order_are_each_one_message(int seed)
    {
        var (one, other, thread) = await server.PairAsync();
        await using var phone = await Device.OpenAsync(one);
        var dice = new Random(seed);
        var messages = Enumerable.Range(0, 20).Select(i => new { op = "send", thread, clientId = Guid.NewGuid(), text = $"{i}" }).ToArray();

        foreach (var frame in messages.Concat(messages).OrderBy(_ => dice.Next()))
        {
            await phone.SendAsync(frame);
        }

        var answers = new List<JsonElement>();
        while (answers.Count < 40)
        {
            answers.Add(await phone.NextAsync("sent"));
        }

        Assert.All(answers.GroupBy(answer => Person.Text(answer, "clientId")), same => Assert.Single(same.Select(answer => answer.GetProperty("seq").GetInt64()).Distinct()));
        Assert.Equal(20, (await other.EventsAsync(thread)).Count);
    }

    [Fact]
    public async Task A_device_that_was_away_hears_what_it_missed_in_order_and_then_what_comes()
    {
        var (one, other, thread) = await server.PairAsync();
        for (var i = 1; i <= 5; i++)
        {
            await one.SendAsync(thread, $"{i}");
        }

        await using var back = await Device.OpenAsync(other, new Dictionary<string, long> { [thread] = 2 });
        await one.SendAsync(thread, "6");

        for (var seq = 3; seq <= 6; seq++)
        {
            Assert.Equal(seq, (await back.NextEventAsync(thread)).GetProperty("seq").GetInt64());
        }
    }

    [Fact]
    public async Task A_device_that_was_away_too_long_is_told_of_the_gap_and_closes_it_over_HTTP()
    {
        var (one, other, thread) = await server.PairAsync();
        for (var i = 0; i < 210; i += 30)
        {
            await Task.WhenAll(Enumerable.Range(i, 30).Select(n => one.SendAsync(thread, $"{n}")));
        }

        await using var back = await Device.OpenAsync(other, new Dictionary<string, long> { [thread] = 0 });
        var gap = await back.NextAsync("gap");

        Assert.Equal((thread, 1, 210), (Person.Text(gap, "thread"), gap.GetProperty("from").GetInt64(), gap.GetProperty("to").GetInt64()));
        Assert.Equal(210, (await other.EventsAsync(thread)).Count);
    }

    [Fact]
    public async Task Typing_and_read_markers_reach_the_other_and_no_stranger()
    {
        var (one, other, thread) = await server.PairAsync();
        var stranger = await server.SignUpAsync("Stranger");
        await one.SendAsync(thread, "look");
        await using var mine = await Device.OpenAsync(one);
        await using var theirs = await Device.OpenAsync(other);
        await using var outside = await Device.OpenAsync(stranger);

        await theirs.SendAsync(new { op = "typing", thread, on = true });
        await theirs.SendAsync(new { op = "read", thread, seq = 1 });
        await outside.SendAsync(new { op = "typing", thread, on = true });

        Assert.Equal(other.Id, Person.Text(await mine.NextAsync("typing"), "member"));
        Assert.Equal(1, (await mine.NextAsync("receipt")).GetProperty("read").GetInt64());
        await outside.SendAsync(new { op = "ping" });
        await outside.NextAsync("pong");
    }

    [Theory]
    [InlineData("no json at all", 4000)]
    [InlineData("[]", 4000)]
    [InlineData("""{"op":"hello","token":"nobody's"}""", 4001)]
    [InlineData("""{"op":"send","thread":"1"}""", 4001)]
    public async Task A_first_frame_that_is_no_hello_of_somebody_ends_the_socket(string frame, int code)
    {
        await using var device = await Device.OpenAsync(server.Address);

        await device.SendAsync(Encoding.UTF8.GetBytes(frame));

        Assert.Equal(code, await device.WaitForCloseAsync());
    }

    [Fact]
    public async Task Signing_out_ends_the_sockets_of_the_session()
    {
        var one = await server.SignUpAsync("Amelie");
        await using var phone = await Device.OpenAsync(one);

        await one.CallAsync(HttpMethod.Delete, "/api/sessions/current", null, 204);

        Assert.Equal(4001, await phone.WaitForCloseAsync());
    }

    /// <summary>Whatever a frame is made of, the answer is an error frame or one of the documented closings, and everybody else goes on.</summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Hostile_frames_harm_nobody(int seed)
    {
        var (one, other, thread) = await server.PairAsync();
        await using var witness = await Device.OpenAsync(other);
        var dice = new Random(seed);
        for (var socket = 0; socket < 15; socket++)
        {
            await using var device = await Device.OpenAsync(one);
            try
            {
                for (var i = 0; i < 12; i++)
                {
                    var (frame, type) = HostileFrames.Next(dice, thread);
                    await device.SendAsync(frame, type);
                }

                await device.SendAsync(new { op = "ping" });
            }
            catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException)
            {
                // Closed on us while we wrote.
            }

            await HostileFrames.EndsAsDocumentedAsync(device);
        }

        var seq = await one.SendAsync(thread, "still here");
        Assert.Equal("still here", Person.Text((await witness.NextAsync("event", frame => frame.GetProperty("event").GetProperty("seq").GetInt64() == seq)).GetProperty("event"), "text"));
    }
}
