using System.Text.Json;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Own;

/// <summary>Mute, archive, pin, mark as unread, file: for one person, on all devices.</summary>
public sealed class SettingsTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_devices_are_told_what_the_thread_says_and_nobody_else()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var phone = await one.ConnectAsync();
        await using var desk = await one.ConnectAsync();
        await using var theirs = await other.ConnectAsync();

        await one.SetAsync(thread, new { mutedUntil = "2027-01-01T08:00:00Z", pinned = true, markedUnread = true, folder = "Family" });

        foreach (var device in (LiveClient[])[phone, desk])
        {
            var settings = (await device.WaitAsync("own")).GetProperty("settings");
            Assert.Equal("""{"version":1,"mutedUntil":"2027-01-01T08:00:00.000Z","archived":false,"pinned":true,"markedUnread":true,"folder":"Family"}""", settings.GetRawText());
        }

        var view = await one.SeeAsync(thread);
        Assert.Equal(("2027-01-01T08:00:00.000Z", "Family", 1), (view.GetProperty("mutedUntil").GetString(), view.GetProperty("folder").GetString(), view.Number("settingsVersion")));
        Assert.True(view.Is("pinned") && view.Is("markedUnread") && !view.Is("archived"));
        await theirs.CatchUpAsync(other, thread);
        Assert.DoesNotContain(theirs.Heard("own"), frame => frame.GetRawText().Contains("Family", StringComparison.Ordinal));
        Assert.False((await other.SeeAsync(thread)).Is("pinned"));
    }

    [Fact]
    public async Task Saying_it_again_changes_nothing_and_tells_nobody()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        await using var desk = await one.ConnectAsync();
        object[] settings = [new { archived = true }, new { mutedUntil = "always" }, new { pinned = true }, new { folder = "Work" }, new { markedUnread = true }];
        foreach (var setting in settings.Concat(settings).Append(new { }))
        {
            await one.SetAsync(thread, setting);
        }

        await desk.CatchUpAsync(one, thread);
        Assert.Equal(settings.Length, (await one.SeeAsync(thread)).Number("settingsVersion") - 2);
        Assert.Equal([1, 2, 3, 4, 5], desk.Heard("own").Take(5).Select(frame => frame.GetProperty("settings").Number("version")));
    }

    [Fact]
    public async Task What_is_left_out_stays_and_null_takes_away()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        await one.SetAsync(thread, new { mutedUntil = "always", folder = "Work" });
        await one.SetAsync(thread, new { pinned = true });
        Assert.Equal(("always", "Work"), (Text(await one.SeeAsync(thread), "mutedUntil"), Text(await one.SeeAsync(thread), "folder")));

        await one.SetAsync(thread, new { mutedUntil = (string?)null, folder = (string?)null });
        Assert.Equal((null, null), (Text(await one.SeeAsync(thread), "mutedUntil"), Text(await one.SeeAsync(thread), "folder")));
        Assert.True((await one.SeeAsync(thread)).Is("pinned"));
    }

    [Fact]
    public async Task A_message_brings_an_archived_thread_back_and_writes_nothing_for_it()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await one.SendAsync(thread, "before");
        await other.SetAsync(thread, new { archived = true });
        Assert.Empty(await other.ListAsync("inbox"));
        Assert.Equal([thread.ToString()], await other.ListAsync("archived"));
        Assert.True((await other.SeeAsync(thread)).Is("archived"));

        await one.SendAsync(thread, "after");

        Assert.Equal([thread.ToString()], await other.ListAsync("inbox"));
        Assert.Empty(await other.ListAsync("archived"));
        Assert.Equal(1, (await other.SeeAsync(thread)).Number("settingsVersion"));
        // Saying something else of it does not put it away again.
        await other.SetAsync(thread, new { mutedUntil = "always" });
        Assert.Equal([thread.ToString()], await other.ListAsync("inbox"));
    }

    [Fact]
    public async Task A_muted_thread_stays_archived_until_something_comes_after_the_mute()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var until = server.Clock.GetUtcNow().AddHours(8);
        await other.SetAsync(thread, new { archived = true, mutedUntil = until });
        await one.SendAsync(thread, "psst");
        Assert.Equal([thread.ToString()], await other.ListAsync("archived"));

        server.Clock.Advance(TimeSpan.FromHours(9));
        Assert.Equal([thread.ToString()], await other.ListAsync("archived"));
        Assert.Null(Text(await other.SeeAsync(thread), "mutedUntil"));
        await one.SendAsync(thread, "good morning");
        Assert.Equal([thread.ToString()], await other.ListAsync("inbox"));

        await other.SetAsync(thread, new { archived = true, mutedUntil = "always" });
        await one.SendAsync(thread, "psst");
        // Ending the mute is not a message.
        await other.SetAsync(thread, new { mutedUntil = (string?)null });
        Assert.Equal([thread.ToString()], await other.ListAsync("archived"));
        await one.SendAsync(thread, "back");
        Assert.Equal([thread.ToString()], await other.ListAsync("inbox"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_message_that_comes_while_the_thread_is_archived_is_before_or_after_it_for_everybody(int seed)
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = server.Database });
        var (one, other, thread) = await Cast.PairAsync(server);
        var elsewhere = one.At(second);
        await using var desk = await other.ConnectAsync();
        var dice = new Random(seed);
        for (var round = 0; round < 12; round++)
        {
            var sending = (dice.Next(2) == 0 ? one : elsewhere).SendAsync(thread, "x");
            await Task.WhenAll(other.SetAsync(thread, new { archived = true }), sending);
            await desk.CatchUpAsync(other, thread);

            // What the device heard, put together as it does, is what the server says.
            var last = desk.Heard("own").Select(frame => frame.GetProperty("settings")).MaxBy(settings => settings.Number("version"));
            var view = await other.SeeAsync(thread);
            var derived = last.Is("archived") && last.Number("archivedSeq") >= view.Number("lastSeq");
            Assert.Equal(view.Is("archived"), derived);
            await other.SetAsync(thread, new { archived = false });
        }
    }

    [Fact]
    public async Task Pinned_threads_stand_first_on_every_page()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        var threads = await OpenManyAsync(server, one, 9);
        foreach (var pinned in (int[])[1, 4, 6])
        {
            await one.SetAsync(threads[pinned], new { pinned = true });
        }

        var (seen, next) = (new List<string>(), (string?)null);
        do
        {
            var page = await one.GetAsync($"/api/threads?limit=2{(next is null ? "" : "&before=" + next)}");
            seen.AddRange(page.GetProperty("threads").EnumerateArray().Select(thread => thread.GetProperty("id").GetString()!)); // An id is a text.
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);

        Assert.Equal(((int[])[6, 4, 1, 8, 7, 5, 3, 2, 0]).Select(i => threads[i].ToString()), seen);
    }

    [Fact]
    public async Task Twenty_are_pinned_at_most_also_by_two_devices_at_once()
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = server.Database });
        var one = await Somebody.SignUpAsync(server, "one");
        var elsewhere = one.At(second);
        var threads = await OpenManyAsync(server, one, 26);

        var answers = await Task.WhenAll(threads.Select(async (thread, i) =>
        {
            using var answer = await (i % 2 == 0 ? one : elsewhere).Client.PutAsync($"/api/threads/{thread}/settings", Json("""{"pinned":true}"""), Ct);
            return answer.StatusCode == System.Net.HttpStatusCode.NoContent ? "" : (await Somebody.ReadAsync(answer, 409)).GetProperty("code").GetString();
        }));

        Assert.Equal((20, 6), (answers.Count(code => code?.Length == 0), answers.Count(code => code == "too_many_pinned")));
        var inbox = (await one.GetAsync("/api/threads?limit=100")).GetProperty("threads").EnumerateArray().Count(thread => thread.Is("pinned"));
        Assert.Equal(20, inbox);
        // One that is pinned may be said to be again.
        await one.SetAsync(threads[Array.FindIndex(answers, code => code?.Length == 0)], new { pinned = true });
    }

    [Fact]
    public async Task Folders_are_listed_and_hold_what_was_filed()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        var threads = await OpenManyAsync(server, one, 4);
        await one.SetAsync(threads[0], new { folder = "Family" });
        await one.SetAsync(threads[2], new { folder = "Family" });
        await one.SetAsync(threads[3], new { folder = "Work" });

        Assert.Equal(
            """[{"name":"Family","threads":2},{"name":"Work","threads":1}]""", (await one.GetAsync("/api/threads")).GetProperty("folders").GetRawText());
        Assert.Equal([threads[2].ToString(), threads[0].ToString()], await one.ListAsync("Family"));
        Assert.Equal(4, (await one.ListAsync("inbox")).Count);
        await one.SetAsync(threads[2], new { archived = true });
        Assert.Equal([threads[0].ToString()], await one.ListAsync("Family"));
        Assert.Empty(await one.ListAsync("Nothing"));
        Assert.False((await one.GetAsync("/api/threads?before=1_1")).TryGetProperty("folders", out _));
    }

    [Fact]
    public async Task A_mark_as_unread_stays_until_it_is_taken_back_or_something_new_is_read()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await one.SendAsync(thread, "1");
        await other.ReadUpToAsync(thread, 1);
        await using var desk = await other.ConnectAsync();
        await other.SetAsync(thread, new { markedUnread = true });
        await other.ReadUpToAsync(thread, 1);
        Assert.True((await other.SeeAsync(thread)).Is("markedUnread"));
        Assert.Equal([thread.ToString()], await other.ListAsync("unread"));

        await one.SendAsync(thread, "2");
        await other.ReadUpToAsync(thread, 2);

        Assert.False((await other.SeeAsync(thread)).Is("markedUnread"));
        Assert.Empty(await other.ListAsync("unread"));
        var told = await desk.WaitAsync("own", frame => frame.GetProperty("settings").Number("version") == 2);
        Assert.False(told.GetProperty("settings").Is("markedUnread"));
    }

    [Fact]
    public async Task Changes_of_two_devices_at_once_leave_all_sockets_agreed()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        await using var phone = await one.ConnectAsync();
        await using var desk = await one.ConnectAsync();
        var dice = new Random(11);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => one.SetAsync(thread, dice.Next(4) switch
        {
            0 => new { pinned = dice.Next(2) == 0 },
            1 => new { archived = dice.Next(2) == 0 },
            2 => new { markedUnread = dice.Next(2) == 0 },
            _ => new { folder = $"f{dice.Next(3)}" },
        })));
        await phone.CatchUpAsync(one, thread);
        await desk.CatchUpAsync(one, thread);

        var view = await one.SeeAsync(thread);
        foreach (var device in (LiveClient[])[phone, desk])
        {
            await device.WaitAsync("own", frame => frame.GetProperty("settings").Number("version") == view.Number("settingsVersion"));
            var versions = device.Heard("own").Select(frame => frame.GetProperty("settings").Number("version")).Order().ToArray();
            Assert.Equal(Enumerable.Range(1, versions.Length).Select(version => (long)version), versions);
            var last = device.Heard("own").Select(frame => frame.GetProperty("settings")).MaxBy(settings => settings.Number("version"));
            Assert.Equal((view.Is("pinned"), view.Is("archived"), view.Is("markedUnread")), (last.Is("pinned"), last.Is("archived"), last.Is("markedUnread")));
        }
    }

    [Theory]
    [InlineData("""{"mutedUntil":"tomorrow"}""", "invalid_request")]
    [InlineData("""{"mutedUntil":5}""", "invalid_request")]
    [InlineData("""{"folder":""}""", "invalid_request")]
    [InlineData("""{"folder":"inbox"}""", "invalid_request")]
    [InlineData("""{"folder":"two\nlines"}""", "invalid_request")]
    [InlineData("""{"folder":{"name":"x"}}""", "invalid_request")]
    [InlineData("""{"folder":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", "invalid_request")]
    [InlineData("""{"archived":"yes"}""", "invalid_request")]
    [InlineData("""{"muted":true}""", "unknown_member")]
    public async Task What_cannot_be_set(string body, string code)
    {
        using var answer = await shared.One.Client.PutAsync($"/api/threads/{shared.Thread}/settings", Json(body), Ct);
        Assert.Equal(code, (await Somebody.ReadAsync(answer, 400)).GetProperty("code").GetString());
    }

    private static async Task<List<ThreadId>> OpenManyAsync(StoaServer server, Somebody one, int count)
    {
        var threads = new List<ThreadId>();
        for (var i = 0; i < count; i++)
        {
            await Somebody.SignUpAsync(server, $"friend{i}");
            threads.Add(await one.OpenAsync($"@friend{i}"));
            server.Clock.Advance(TimeSpan.FromMilliseconds(5));
        }

        return threads;
    }

    private static string? Text(JsonElement view, string member) => view.TryGetProperty(member, out var value) ? value.GetString() : null;

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");
}
