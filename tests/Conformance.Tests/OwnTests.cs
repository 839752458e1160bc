using System.Text.Json;
using Xunit;

namespace Stoa.Conformance.Tests;

/// <summary>What is one's own, and search: docs/protocol/http.md.</summary>
public sealed class OwnTests(ServerUnderTest server)
{
    [Fact]
    public async Task A_stranger_s_first_thread_is_a_request_until_it_is_accepted()
    {
        var (stranger, me) = (await server.SignUpAsync("Stranger"), await server.SignUpAsync("Amelie"));
        var thread = await stranger.OpenAsync(me);
        await stranger.SendAsync(thread, "you do not know me");

        Assert.DoesNotContain(thread, await ListAsync(me, "inbox"));
        Assert.Contains(thread, await ListAsync(me, "requests"));
        Assert.Equal("request_not_accepted", await me.RefusalAsync(HttpMethod.Post, $"/api/threads/{thread}/messages", new { clientId = Guid.NewGuid(), text = "who are you?" }, 409));

        await me.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/accept", null, 204);
        await me.SendAsync(thread, "now I do");

        Assert.Contains(thread, await ListAsync(me, "inbox"));
        Assert.DoesNotContain(thread, await ListAsync(me, "requests"));
    }

    [Fact]
    public async Task Settings_and_drafts_are_the_same_on_all_devices_and_nobody_else_s()
    {
        var (one, other, thread) = await server.PairAsync();
        await one.SendAsync(thread, "hello");
        await using var laptop = await Device.OpenAsync(one);

        await one.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/settings", new { pinned = true, mutedUntil = "always" }, 204);
        await one.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/draft", new { version = 2, text = "the newer" }, 200);
        await one.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/draft", new { version = 1, text = "the older, late" }, 200);

        await laptop.NextAsync("own");
        var mine = await one.ThreadAsync(thread);
        Assert.True(mine.GetProperty("pinned").GetBoolean());
        Assert.Equal("the newer", Person.Text(mine.GetProperty("draft"), "text"));
        var theirs = await other.ThreadAsync(thread);
        Assert.False(theirs.TryGetProperty("pinned", out _));
        Assert.False(theirs.TryGetProperty("draft", out _));
    }

    [Fact]
    public async Task An_archived_thread_comes_back_with_the_next_message_unless_it_is_muted()
    {
        var (one, other, thread) = await server.PairAsync();
        await other.SendAsync(thread, "first");
        await one.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/settings", new { archived = true }, 204);
        Assert.DoesNotContain(thread, await ListAsync(one, "inbox"));

        await other.SendAsync(thread, "second");

        Assert.Contains(thread, await ListAsync(one, "inbox"));
    }

    [Fact]
    public async Task One_finds_one_s_own_messages_as_they_are_now_and_no_one_else_s()
    {
        var (one, other, thread) = await server.PairAsync();
        var (stranger, _, _) = await server.PairAsync();
        var word = $"amphora{Guid.NewGuid().ToString("n")[..6]}";
        var kept = await one.SendAsync(thread, $"An {word} from Knossos");
        var unsent = await one.SendAsync(thread, $"Another {word}");
        await one.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/messages/{unsent}?for=all", null, 200);

        JsonElement[] hits = [];
        // Found soon, not at once: the index follows the log.
        for (var end = Environment.TickCount64 + 60_000; hits.Length == 0 && Environment.TickCount64 < end; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            hits = [.. (await other.GetAsync($"/api/search?q={word[..9].ToUpperInvariant()}")).GetProperty("hits").EnumerateArray()];
        }

        var hit = Assert.Single(hits);
        Assert.Equal((thread, kept), (Person.Text(hit, "thread"), hit.GetProperty("event").GetProperty("seq").GetInt64()));
        Assert.Empty((await stranger.GetAsync($"/api/search?q={word}")).GetProperty("hits").EnumerateArray());
    }

    private static async Task<IEnumerable<string>> ListAsync(Person person, string folder) =>
        (await person.GetAsync($"/api/threads?folder={folder}")).GetProperty("threads").EnumerateArray().Select(thread => Person.Text(thread, "id"));
}
