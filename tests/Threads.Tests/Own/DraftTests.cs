using System.Text.Json;
using Dapper;
using Stoa.Kernel;
using Stoa.Testing;
using Stoa.Threads.Own;
using Xunit;

namespace Stoa.Threads.Tests.Own;

/// <summary>A draft per thread, on all devices: the higher version wins, whatever comes when.</summary>
public sealed class DraftTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_draft_is_kept_as_written_and_told_to_the_other_devices()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var desk = await one.ConnectAsync();
        var written = new { version = 3, text = "Meet \"you\" at 6 🚆", entities = new[] { new { type = "bold", offset = 0, length = 4 } }, replyTo = 7 };

        var answer = await one.DraftAsync(thread, written);

        var told = (await desk.WaitAsync("own")).GetProperty("draft");
        var view = (await one.SeeAsync(thread)).GetProperty("draft");
        foreach (var draft in (JsonElement[])[answer, told, view])
        {
            Assert.Equal((3, "Meet \"you\" at 6 🚆", 7), (draft.Number("version"), draft.GetProperty("text").GetString(), draft.Number("replyTo")));
            Assert.Equal("""[{"type":"bold","offset":0,"length":4}]""", draft.GetProperty("entities").GetRawText());
            Assert.EndsWith("Z", draft.GetProperty("at").GetString(), StringComparison.Ordinal);
        }

        Assert.False((await other.SeeAsync(thread)).TryGetProperty("draft", out _));
    }

    [Fact]
    public async Task What_comes_late_or_twice_gets_the_draft_that_stands()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        await using var desk = await one.ConnectAsync();
        var first = await one.DraftAsync(thread, new { version = 5, text = "five" });

        Assert.Equal(first.GetRawText(), (await one.DraftAsync(thread, new { version = 5, text = "five" })).GetRawText());
        Assert.Equal(first.GetRawText(), (await one.DraftAsync(thread, new { version = 5, text = "another five" })).GetRawText());
        Assert.Equal(first.GetRawText(), (await one.DraftAsync(thread, new { version = 4, text = "four" })).GetRawText());
        Assert.Equal("six", (await one.DraftAsync(thread, new { version = 6, text = "six" })).GetProperty("text").GetString());
        await desk.CatchUpAsync(one, thread);
        Assert.Equal([5, 6], desk.Heard("own").Where(frame => frame.TryGetProperty("draft", out _)).Select(frame => frame.GetProperty("draft").Number("version")));
    }

    [Fact]
    public async Task Taken_away_it_stays_away_from_what_comes_late()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        await one.DraftAsync(thread, new { version = 1, text = "a" });

        Assert.Equal((3, ""), (await one.DraftAsync(thread, new { version = 3, text = "" })) is var gone ? (gone.Number("version"), gone.GetProperty("text").GetString()) : default);
        Assert.Equal("", (await one.DraftAsync(thread, new { version = 2, text = "late" })).GetProperty("text").GetString());
        Assert.False((await one.SeeAsync(thread)).TryGetProperty("draft", out _));
        Assert.Equal("new", (await one.DraftAsync(thread, new { version = 4, text = "new" })).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Two_devices_at_once_end_at_the_highest_version_everywhere()
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = server.Database });
        var (one, _, thread) = await Cast.PairAsync(server);
        Somebody[] devices = [one, one.At(second)];
        var versions = Enumerable.Range(1, 30).ToArray();
        new Random(3).Shuffle(versions);

        await Task.WhenAll(versions.Concat(versions).Select((version, i) => devices[i % 2].DraftAsync(thread, new { version, text = $"v{version}" })));

        Assert.Equal("v30", (await one.SeeAsync(thread)).GetProperty("draft").GetProperty("text").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_draft_goes_with_its_message_if_the_sender_says_so(bool overTheSocket)
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        await using var phone = await one.ConnectAsync();
        await using var desk = await one.ConnectAsync();
        await one.DraftAsync(thread, new { version = 4, text = "On my way" });
        var message = new { clientId = Guid.NewGuid(), text = "On my way", draft = 4 };

        for (var again = 0; again < 2; again++)
        {
            if (overTheSocket)
            {
                await phone.SendAsync(new { op = "send", thread = thread.ToString(), message.clientId, message.text, message.draft });
                await phone.WaitAsync("sent");
            }
            else
            {
                using var sent = await one.PostAsync(thread, message);
                await Somebody.ReadAsync(sent, 201, 200);
            }
        }

        await desk.WaitAsync("own", frame => frame.TryGetProperty("draft", out var draft) && draft.GetProperty("text").GetString()?.Length == 0);
        Assert.False((await one.SeeAsync(thread)).TryGetProperty("draft", out _));
        // A save that was under way when the message was sent, and the next message begun.
        Assert.Equal("", (await one.DraftAsync(thread, new { version = 4, text = "On my way" })).GetProperty("text").GetString());
        Assert.Equal("So", (await one.DraftAsync(thread, new { version = 5, text = "So" })).GetProperty("text").GetString());
        using var repeat = await one.PostAsync(thread, message);
        await Somebody.ReadAsync(repeat, 200);
        Assert.Equal("So", (await one.SeeAsync(thread)).GetProperty("draft").GetProperty("text").GetString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_draft_that_races_its_message_is_gone_in_the_end(int seed)
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = server.Database });
        var (one, _, thread) = await Cast.PairAsync(server);
        Somebody[] devices = [one, one.At(second)];
        var dice = new Random(seed);
        for (var version = 1; version <= 20; version++)
        {
            var message = new { clientId = Guid.NewGuid(), text = "x", draft = version };
            await Task.WhenAll(devices[dice.Next(2)].DraftAsync(thread, new { version, text = "x" }), SendAsync(devices[dice.Next(2)], message), SendAsync(devices[dice.Next(2)], message));
            Assert.False((await one.SeeAsync(thread)).TryGetProperty("draft", out _));
        }

        async Task SendAsync(Somebody device, object message)
        {
            using var sent = await device.PostAsync(thread, message);
            await Somebody.ReadAsync(sent, 201, 200);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_message_was_a_draft_of_a_version_that_there_can_be(long draft)
    {
        using var answer = await shared.One.PostAsync(shared.Thread, new { clientId = Guid.NewGuid(), text = "x", draft });
        Assert.Equal("invalid_request", (await Somebody.ReadAsync(answer, 400)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task There_are_so_many_drafts_and_no_more_and_they_survive_the_server()
    {
        ThreadId thread;
        await using var database = await TestDatabase.CreateAsync([.. Server.Modules.All]);
        await using (var server = await Cast.StartAsync(new StoaServerOptions { Database = database }))
        {
            (var one, _, thread) = await Cast.PairAsync(server);
            await Somebody.SignUpAsync(server, "third");
            await one.DraftAsync(thread, new { version = 1, text = "kept" });
            await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
            await connection.ExecuteAsync(
                "insert into threads.drafts (thread_id, member_id, version, draft, at) select n, @Value, 1, '{\"text\":\"x\"}', now() from generate_series(1, @most) n", new { one.Id.Value, most = Drafts.Most - 1 });
            var next = await one.OpenAsync("@third");
            Assert.Equal("too_many_drafts", (await one.DraftAsync(next, new { version = 1, text = "one more" }, 409)).GetProperty("code").GetString());
            // One that is there may be written on, and taking away is always possible.
            await one.DraftAsync(thread, new { version = 2, text = "kept well" });
            await one.DraftAsync(next, new { version = 2, text = "" });
        }

        await using var again = await Cast.StartAsync(new StoaServerOptions { Database = database });
        using var signIn = await again.Client.PostAsync("/api/sessions", Json(JsonSerializer.Serialize(new { handle = "one", password = Somebody.Password })), Ct);
        using var client = again.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await Somebody.ReadAsync(signIn, 201)).GetProperty("token").GetString());
        using var answer = await client.GetAsync($"/api/threads/{thread}", Ct);
        Assert.Equal("kept well", (await Somebody.ReadAsync(answer, 200)).GetProperty("draft").GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"version":0,"text":"x"}""")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1.5,"text":"x"}""")]
    [InlineData("""{"version":1,"text":"x","replyTo":0}""")]
    [InlineData("""{"version":1,"text":"x","entities":[5]}""")]
    [InlineData("""{"version":1,"text":"\u0000"}""")]
    [InlineData("""{"version":1,"text":"\ud83d"}""")]
    public async Task What_is_no_draft(string body)
    {
        using var answer = await shared.One.Client.PutAsync($"/api/threads/{shared.Thread}/draft", Json(body), Ct);
        Assert.Equal("invalid_request", (await Somebody.ReadAsync(answer, 400)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_draft_is_as_long_as_a_message_may_be()
    {
        await shared.One.DraftAsync(shared.Thread, new { version = 1, text = new string('x', 16 * 1024) });
        await shared.One.DraftAsync(shared.Thread, new { version = 2, text = new string('x', (16 * 1024) + 1) }, 400);
    }

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");
}
