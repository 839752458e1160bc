using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Hosting.Live;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests;

/// <summary>The gateway as docs/protocol/live.md has it, over real sockets.</summary>
public sealed class LiveTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sends_over_the_socket_are_acknowledged_in_order_and_repeats_say_so()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var mine = await one.ConnectAsync();
        await using var theirs = await other.ConnectAsync();
        var ids = Enumerable.Range(0, 50).Select(_ => Guid.NewGuid()).ToArray();

        foreach (var id in ids)
        {
            await mine.SendAsync(new { op = "send", thread = thread.ToString(), clientId = id, text = id.ToString() });
        }

        await mine.SendAsync(new { op = "send", thread = thread.ToString(), clientId = ids[7], text = "again" });
        var repeat = await mine.WaitAsync("sent", frame => frame.GetProperty("repeat").GetBoolean());

        Assert.Equal(8, repeat.GetProperty("seq").GetInt64());
        var told = await theirs.WaitForEventsAsync(thread.ToString(), 50);
        Assert.Equal(ids.Select(id => id.ToString()), told.Select(e => e.GetProperty("text").GetString()));
        Assert.All(told, e => Assert.False(e.TryGetProperty("clientId", out _)));
        Assert.Equal(ids.Select(id => id.ToString()), (await mine.WaitForEventsAsync(thread.ToString(), 50)).Select(e => e.GetProperty("clientId").GetString()!));
    }

    [Fact]
    public async Task A_refused_send_says_why_and_the_socket_stays_open()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        await using var device = await one.ConnectAsync();
        var clientId = Guid.NewGuid();
        (object Frame, string Code)[] frames =
        [
            (new { op = "send", thread = thread.ToString(), clientId, text = "" }, "text_invalid"),
            (new { op = "send", thread = "7000000000000007", clientId, text = "x" }, "thread_not_found"),
            (new { op = "send", thread = thread.ToString(), clientId, text = "x", replyTo = 9 }, "reply_not_found"),
            (new { op = "send", thread = thread.ToString(), clientId, text = "x", payload = "P" }, "payload_not_offered"),
            (new { op = "send", thread = thread.ToString(), clientId, text = "x", sender = "7" }, "invalid_request"),
            (new { op = "send", thread = 7, clientId, text = "x" }, "invalid_request"),
            (new { op = "dance" }, "unknown_op"),
            (new { op = "typing", thread = "x" }, "invalid_request"),
        ];
        foreach (var (frame, code) in frames)
        {
            await device.SendAsync(frame);
            var error = await device.WaitAsync("error");
            Assert.Equal(code, error.GetProperty("code").GetString());
            if (code is not ("invalid_request" or "unknown_op"))
            {
                Assert.Equal(clientId.ToString(), error.GetProperty("clientId").GetString());
            }
        }

        await device.SendAsync(new { op = "ping" });
        await device.WaitAsync("pong");
    }

    [Fact]
    public async Task A_resume_replays_exactly_what_was_missed_and_announces_what_is_too_much()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, little) = await Cast.PairAsync(server);
        await Somebody.SignUpAsync(server, "third");
        var much = await one.OpenAsync("@other", "@third");
        var none = await one.OpenAsync("@third");
        var log = server.Services.GetRequiredService<IThreadLog>();
        await Task.WhenAll(Enumerable.Range(0, 210).Select(i => log.AppendAsync(ThreadLogTests.Message(little, one.Id, Guid.NewGuid(), $"{i}"), Ct)));
        await Task.WhenAll(Enumerable.Range(0, 210).Select(i => log.AppendAsync(ThreadLogTests.Message(much, one.Id, Guid.NewGuid(), $"{i}"), Ct)));

        await using var device = await other.ConnectAsync(new Dictionary<string, long>
        {
            [little.ToString()] = 10,
            [much.ToString()] = 9,
            [none.ToString()] = 0,
            ["7000000000000007"] = 0,
        });
        var events = await device.WaitForEventsAsync(little.ToString(), 210);
        await device.SendAsync(new { op = "ping" });
        await device.WaitAsync("pong");

        Assert.Equal(Enumerable.Range(11, 200).Select(i => (long)i), events.Select(e => e.GetProperty("seq").GetInt64()));
        var gap = Assert.Single(device.Seen, frame => frame.GetProperty("op").GetString() == "gap");
        Assert.Equal((much.ToString(), 10L, 210L), (gap.GetProperty("thread").GetString(), gap.GetProperty("from").GetInt64(), gap.GetProperty("to").GetInt64()));
        Assert.Empty(device.EventsOf(much.ToString()));
        Assert.Equal("ready", device.Seen[0].GetProperty("op").GetString());
        Assert.Equal(other.Id.ToString(), device.Seen[0].GetProperty("person").GetString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_happens_during_replays_each_device_has_every_event_once_and_in_order(int seed)
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        const int Events = 300;
        var dice = new Random(seed);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < Events; i++)
            {
                await one.SendAsync(thread, $"{i}");
            }
        }, Ct);

        // A storm of devices that come, take some, drop off and come back with what they have.
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async n =>
        {
            var own = new Random(seed * 100 + n);
            var have = new List<long>();
            while (have.LastOrDefault() < Events)
            {
                await using var device = await other.ConnectAsync(new Dictionary<string, long> { [thread.ToString()] = have.LastOrDefault() });
                var until = Math.Min(Events, have.LastOrDefault() + own.Next(1, 60));
                await device.WaitForEventsAsync(thread.ToString(), until);
                device.Socket.Abort();
                have.AddRange(device.EventsOf(thread.ToString()).Select(e => e.GetProperty("seq").GetInt64()));
                Assert.Equal(Enumerable.Range(1, have.Count).Select(i => (long)i), have);
            }
        }));
        await sending;
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_new_thread_comes_to_its_members_as_each_sees_it_and_its_events_follow()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one", "One");
        var other = await Somebody.SignUpAsync(server, "other", "Other");
        await using var device = await other.ConnectAsync();

        var thread = await one.OpenAsync("@other");
        var told = (await device.WaitAsync("thread")).GetProperty("thread");
        await one.SendAsync(thread, "hello");

        Assert.Equal((thread.ToString(), "One"), (told.GetProperty("id").GetString(), told.GetProperty("title").GetString()));
        Assert.Equal("hello", (await device.WaitForEventsAsync(thread.ToString(), 1))[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Markers_are_told_to_all_members_and_coalesced_forward()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var mine = await one.ConnectAsync();
        await using var theirs = await other.ConnectAsync();
        await one.SendAsync(thread, "a");
        await one.SendAsync(thread, "b");

        await theirs.SendAsync(new { op = "delivered", thread = thread.ToString(), seq = 2 });
        var delivered = await mine.WaitAsync("receipt");
        await theirs.SendAsync(new { op = "read", thread = thread.ToString(), seq = 1 });
        var read = await mine.WaitAsync("receipt");
        await theirs.SendAsync(new { op = "read", thread = thread.ToString(), seq = 1 });
        await theirs.SendAsync(new { op = "read", thread = thread.ToString(), seq = 2 });
        var last = await mine.WaitAsync("receipt");

        Assert.Equal((0L, 2L), Markers(delivered));
        Assert.Equal((1L, 2L), Markers(read));
        Assert.Equal((2L, 2L), Markers(last));
        Assert.Equal(other.Id.ToString(), last.GetProperty("member").GetString());
        await theirs.WaitAsync("receipt", frame => Markers(frame) == (2, 2));

        static (long, long) Markers(JsonElement frame) => (frame.GetProperty("read").GetInt64(), frame.GetProperty("delivered").GetInt64());
    }

    [Fact]
    public async Task Typing_is_shown_to_the_others_and_ends_after_twenty_seconds()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var mine = await one.ConnectAsync();
        await using var theirs = await other.ConnectAsync();

        await mine.SendAsync(new { op = "typing", thread = thread.ToString(), on = true });
        var on = await theirs.WaitAsync("typing");
        server.Clock.Advance(TimeSpan.FromSeconds(22));
        var off = await theirs.WaitAsync("typing");

        Assert.Equal((one.Id.ToString(), true), (on.GetProperty("member").GetString(), on.GetProperty("on").GetBoolean()));
        Assert.False(off.GetProperty("on").GetBoolean());
        await mine.SendAsync(new { op = "ping" });
        await mine.WaitAsync("pong");
        Assert.DoesNotContain(mine.Seen, frame => frame.GetProperty("op").GetString() == "typing");
    }

    [Fact]
    public async Task Presence_is_told_to_those_who_share_a_direct_thread_and_to_nobody_else()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, _) = await Cast.PairAsync(server);
        var stranger = await Somebody.SignUpAsync(server, "stranger");
        await other.OpenAsync("@one", "@stranger");
        await using var mine = await one.ConnectAsync();
        await using var strange = await stranger.ConnectAsync();

        var theirs = await other.ConnectAsync();
        var online = await mine.WaitAsync("presence");
        await theirs.WaitAsync("presence", frame => frame.GetProperty("person").GetString() == one.Id.ToString());
        await theirs.DisposeAsync();
        await WaitUntilGoneAsync(server, other.Id);
        server.Clock.Advance(TimeSpan.FromSeconds(7));
        // The other may have been told of twice: as somebody who came, and as somebody who is here.
        var offline = await mine.WaitAsync("presence", frame => !frame.GetProperty("online").GetBoolean());

        Assert.Equal((other.Id.ToString(), true), (online.GetProperty("person").GetString(), online.GetProperty("online").GetBoolean()));
        Assert.Equal((other.Id.ToString(), false), (offline.GetProperty("person").GetString(), offline.GetProperty("online").GetBoolean()));
        await strange.SendAsync(new { op = "ping" });
        await strange.WaitAsync("pong");
        Assert.DoesNotContain(strange.Seen, frame => frame.GetProperty("op").GetString() == "presence");
    }

    [Fact]
    public async Task Modules_reach_every_device_of_a_person_through_the_hub()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        await using var phone = await one.ConnectAsync();
        await using var desk = await one.ConnectAsync();

        server.Services.GetRequiredService<ILiveHub>().SendToPerson(one.Id, """{"op":"purchase","purchase":{"id":"p"}}"""u8.ToArray());

        await phone.WaitAsync("purchase");
        await desk.WaitAsync("purchase");
    }

    [Fact]
    public async Task Signing_out_closes_the_sessions_sockets_and_no_others()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        using var answer = await server.Client.PostAsync("/api/sessions", Json(new { handle = "one", password = Somebody.Password }), Ct);
        var elsewhere = (await Somebody.ReadAsync(answer, 201)).GetProperty("token").GetString()!;
        await using var phone = await one.ConnectAsync();
        await using var desk = await LiveClient.ConnectAsync(server.Address, elsewhere);

        using var signOut = await one.Client.DeleteAsync("/api/sessions/current", Ct);

        Assert.Equal(4001, await phone.WaitForCloseAsync());
        await desk.SendAsync(new { op = "ping" });
        await desk.WaitAsync("pong");
        await one.GetAsync("/api/me", 401);
    }

    [Fact]
    public async Task A_session_that_ends_on_another_node_closes_its_sockets_within_two_seconds()
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = server.Database });
        var one = await Somebody.SignUpAsync(server, "one");
        var there = one.At(second);
        await using var phone = await there.ConnectAsync();
        await there.GetAsync("/api/me");

        using var signOut = await one.Client.DeleteAsync("/api/sessions/current", Ct);
        second.Clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(4001, await phone.WaitForCloseAsync());
        await there.GetAsync("/api/me", 401);
    }

    public static TheoryData<string, int> FirstFrames => new()
    {
        { """{"op":"hello","token":"wrong"}""", 4001 },
        { """{"op":"hello"}""", 4001 },
        { """{"op":"ping"}""", 4001 },
        { """{"op":"hello","token":7}""", 4000 },
        { """{"op":"hello","resume":[]}""", 4000 },
        { """{"op":"hello","resume":{"abc":1}}""", 4000 },
        { "{}", 4000 },
        { "[]", 4000 },
        { "rubbish", 4000 },
        { """{"op":"hello"}{}""", 4000 },
        { "", 4000 },
    };

    [Theory]
    [MemberData(nameof(FirstFrames))]
    public async Task A_wrong_hello_closes_with_its_code(string frame, int code)
    {
        var server = shared.Server;
        await using var device = await LiveClient.OpenAsync(server.Address);
        await device.SendTextAsync(frame);
        Assert.Equal(code, await device.WaitForCloseAsync());
    }

    [Fact]
    public async Task Malformed_binary_and_oversized_frames_close_with_4000()
    {
        var server = shared.Server;
        var one = await Somebody.SignUpAsync(server, "frames");
        await using (var malformed = await one.ConnectAsync())
        {
            await malformed.SendTextAsync("""{"op":"send",""");
            Assert.Equal(4000, await malformed.WaitForCloseAsync());
        }

        await using (var binary = await one.ConnectAsync())
        {
            await binary.Socket.SendAsync("{}"u8.ToArray(), WebSocketMessageType.Binary, true, Ct);
            Assert.Equal(4000, await binary.WaitForCloseAsync());
        }

        await using var oversized = await one.ConnectAsync();
        await oversized.SendTextAsync($$"""{"op":"ping","x":"{{new string('x', 32 * 1024 - 20)}}"}""");
        await oversized.WaitAsync("pong");
        await oversized.SendTextAsync($$"""{"op":"ping","x":"{{new string('x', 33 * 1024)}}"}""");
        Assert.Equal(4000, await oversized.WaitForCloseAsync());
    }

    [Fact]
    public async Task Who_says_nothing_is_closed_after_ten_seconds_and_who_falls_silent_after_ninety()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        await using var known = await one.ConnectAsync();
        await using var mute = await LiveClient.OpenAsync(server.Address);
        await WaitForOpenAsync(server, 2);

        server.Clock.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(4002, await mute.WaitForCloseAsync());
        server.Clock.Advance(TimeSpan.FromSeconds(70));
        await known.SendAsync(new { op = "ping" });
        await known.WaitAsync("pong");
        server.Clock.Advance(TimeSpan.FromSeconds(80));
        await known.SendAsync(new { op = "ping" });
        await known.WaitAsync("pong");
        server.Clock.Advance(TimeSpan.FromSeconds(92));
        Assert.Equal(1000, await known.WaitForCloseAsync());
    }

    [Fact]
    public async Task A_device_that_does_not_read_is_closed_with_4008_and_costs_the_others_nothing()
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions
        {
            Settings = new Dictionary<string, string> { ["Live:QueueFramesMax"] = "64", ["Live:QueueBytesMax"] = "65536" },
        });
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var slow = await LiveClient.OpenAsync(server.Address, read: false);
        await slow.SendAsync(new { op = "hello", token = other.Token });
        await using var quick = await other.ConnectAsync();
        await WaitForOpenAsync(server, 2);
        var text = new string('x', 16_000);
        var log = server.Services.GetRequiredService<IThreadLog>();

        for (var i = 1; i <= 1_500 && server.Services.GetRequiredService<LiveConnections>().Of(other.Id).All(connection => !connection.IsClosing); i++)
        {
            await log.AppendAsync(ThreadLogTests.Message(thread, one.Id, Guid.NewGuid(), text), Ct);
            await quick.WaitForEventsAsync(thread.ToString(), i);
        }

        slow.StartReading();
        Assert.Equal(4008, await slow.WaitForCloseAsync());
        await quick.SendAsync(new { op = "ping" });
        await quick.WaitAsync("pong");
    }

    [Fact]
    public async Task Too_many_frames_close_with_4009()
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions { Limits = true });
        var one = await Somebody.SignUpAsync(server, "one");
        await using var device = await one.ConnectAsync();
        for (var i = 0; i < 205 && device.Socket.State == WebSocketState.Open; i++)
        {
            await device.SendAsync(new { op = "ping" });
        }

        Assert.Equal(4009, await device.WaitForCloseAsync());
    }

    [Fact]
    public async Task A_cookie_opens_a_socket_only_from_an_admitted_origin()
    {
        var server = shared.Server;
        await Somebody.SignUpAsync(server, "cookie");
        using var answer = await server.Client.PostAsync("/api/sessions", Json(new { handle = "cookie", password = Somebody.Password, cookie = true }), Ct);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var own = server.Address.GetLeftPart(UriPartial.Authority);

        await using var page = await LiveClient.OpenAsync(server.Address, Headers(cookie, own));
        await page.SendAsync(new { op = "hello" });
        await page.WaitAsync("ready");

        await using var foreign = await LiveClient.OpenAsync(server.Address, Headers(cookie, "https://evil.example"));
        Assert.Equal(4003, await foreign.WaitForCloseAsync());

        await using var sibling = await LiveClient.OpenAsync(server.Address, Headers(cookie, "http://127.0.0.1:1"));
        Assert.Equal(4003, await sibling.WaitForCloseAsync());

        await using var program = await LiveClient.OpenAsync(server.Address, Headers(cookie, null));
        await program.SendAsync(new { op = "hello" });
        Assert.Equal(4001, await program.WaitForCloseAsync());

        static Action<ClientWebSocketOptions> Headers(string cookie, string? origin) => options =>
        {
            options.SetRequestHeader("Cookie", cookie);
            if (origin is not null)
            {
                options.SetRequestHeader("Origin", origin);
            }
        };
    }

    [Fact]
    public async Task A_plain_call_to_the_gateway_is_told_what_it_is()
    {
        var server = shared.Server;
        using var answer = await server.Client.GetAsync("/live", Ct);
        Assert.Equal("websocket_expected", (await Somebody.ReadAsync(answer, 400)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_server_that_stops_says_so()
    {
        LiveClient device;
        await using (var server = await Cast.StartAsync())
        {
            var one = await Somebody.SignUpAsync(server, "one");
            device = await one.ConnectAsync();
        }

        Assert.Equal(1001, await device.WaitForCloseAsync());
        await device.DisposeAsync();
    }

    [Fact]
    public async Task A_person_has_at_most_twenty_devices_and_the_oldest_gives_way()
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions { Settings = new Dictionary<string, string> { ["Live:ConnectionsPerPersonMax"] = "3" } });
        var one = await Somebody.SignUpAsync(server, "one");
        var devices = new List<LiveClient>();
        for (var i = 0; i < 4; i++)
        {
            devices.Add(await one.ConnectAsync());
        }

        Assert.Equal(4009, await devices[0].WaitForCloseAsync());
        foreach (var device in devices.Skip(1))
        {
            await device.SendAsync(new { op = "ping" });
            await device.WaitAsync("pong");
            await device.DisposeAsync();
        }
    }

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    private static Task WaitUntilGoneAsync(StoaServer server, PersonId person) =>
        WaitUntilAsync(() => !server.Services.GetRequiredService<ILiveHub>().IsConnected(person), "the person's last socket to be gone");

    private static Task WaitForOpenAsync(StoaServer server, int count) =>
        WaitUntilAsync(() => server.Services.GetRequiredService<LiveConnections>().Count >= count, $"{count} open sockets");

    private static async Task WaitUntilAsync(Func<bool> holds, string what)
    {
        var limit = DateTime.UtcNow.AddSeconds(30);
        while (!holds())
        {
            Assert.True(DateTime.UtcNow < limit, $"Waited for {what}.");
            await Task.Yield();
        }
    }
}
