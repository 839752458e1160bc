using System.Text.Json;
using Xunit;

namespace Stoa.Conformance.Tests;

/// <summary>What people do with messages after they stand there: docs/protocol/http.md, Changes.</summary>
public sealed class ChangeTests(ServerUnderTest server)
{
    [Fact]
    public async Task An_edit_shows_everywhere_keeps_its_versions_and_is_heard_live()
    {
        var (one, other, thread) = await server.PairAsync();
        var seq = await one.SendAsync(thread, "at nine");
        await using var phone = await Device.OpenAsync(other);

        await one.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/messages/{seq}", new { clientId = Guid.NewGuid(), text = "at ten" }, 200);

        // The first message may still be on its way to a phone that comes right after it.
        var live = (await phone.NextAsync("event", frame => frame.GetProperty("event").GetProperty("seq").GetInt64() > seq)).GetProperty("event");
        Assert.Equal(("edit", seq, "at ten"), (Person.Text(live, "kind"), live.GetProperty("of").GetInt64(), Person.Text(live, "text")));
        var shown = await other.EventAsync(thread, seq);
        Assert.Equal(("at ten", live.GetProperty("seq").GetInt64()), (Person.Text(shown, "text"), shown.GetProperty("changedSeq").GetInt64()));
        Assert.True(shown.TryGetProperty("editedAt", out _));
        var versions = (await other.GetAsync($"/api/threads/{thread}/messages/{seq}/versions")).GetProperty("versions").EnumerateArray();
        Assert.Equal(["at nine", "at ten"], versions.Select(version => Person.Text(version, "text")));
    }

    [Fact]
    public async Task Nobody_edits_another_s_message()
    {
        var (one, other, thread) = await server.PairAsync();
        var seq = await one.SendAsync(thread, "mine");

        await other.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/messages/{seq}", new { clientId = Guid.NewGuid(), text = "yours" }, 400, 403);

        Assert.Equal("mine", Person.Text(await one.EventAsync(thread, seq), "text"));
    }

    [Fact]
    public async Task What_is_unsent_is_gone_for_all_keeps_its_number_and_cannot_be_changed_any_more()
    {
        var (one, other, thread) = await server.PairAsync();
        var seq = await one.SendAsync(thread, "forget this");
        await one.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/messages/{seq}", new { clientId = Guid.NewGuid(), text = "forget this too" }, 200);

        await one.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/messages/{seq}?for=all", null, 200);
        await one.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/messages/{seq}?for=all", null, 200);

        foreach (var reader in new[] { one, other })
        {
            var log = await reader.EventsAsync(thread);
            Assert.True(log.Single(e => e.GetProperty("seq").GetInt64() == seq).GetProperty("unsent").GetBoolean());
            Assert.DoesNotContain(log, e => e.GetRawText().Contains("forget", StringComparison.Ordinal));
        }

        Assert.Equal(0, (await other.ThreadAsync(thread)).GetProperty("unread").GetInt64());
        Assert.Equal("message_not_found", await other.RefusalAsync(HttpMethod.Put, $"/api/threads/{thread}/messages/{seq}/reaction", new { clientId = Guid.NewGuid(), emoji = "👍" }, 404));
    }

    [Fact]
    public async Task What_one_deletes_for_oneself_stays_for_the_other()
    {
        var (one, other, thread) = await server.PairAsync();
        var seq = await one.SendAsync(thread, "keep or not");

        await other.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/messages/{seq}?for=me", null, 204);

        Assert.Equal("keep or not", Person.Text(await one.EventAsync(thread, seq), "text"));
        var hidden = await other.EventAsync(thread, seq);
        Assert.True(hidden.GetProperty("hidden").GetBoolean());
        Assert.False(hidden.TryGetProperty("text", out _));
    }

    [Fact]
    public async Task A_person_has_one_reaction_and_a_late_repeat_of_an_older_one_changes_nothing()
    {
        var (one, other, thread) = await server.PairAsync();
        var seq = await one.SendAsync(thread, "good news");
        var first = new { clientId = Guid.NewGuid(), emoji = "👍" };

        await other.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/messages/{seq}/reaction", first, 200);
        await other.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/messages/{seq}/reaction", new { clientId = Guid.NewGuid(), emoji = "❤️" }, 200);
        await other.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/messages/{seq}/reaction", first, 200);

        var reaction = Assert.Single((await one.EventAsync(thread, seq)).GetProperty("reactions").EnumerateArray().ToArray());
        Assert.Equal(("❤️", 1), (Person.Text(reaction, "emoji"), reaction.GetProperty("count").GetInt32()));
        Assert.Equal("❤️", Person.Text(await other.EventAsync(thread, seq), "myReaction"));
        Assert.Equal(1, (await other.ThreadAsync(thread)).GetProperty("unread").GetInt64());
    }

    [Fact]
    public async Task A_device_that_folds_what_it_hears_has_what_a_page_shows()
    {
        var (one, other, thread) = await server.PairAsync();
        await using var phone = await Device.OpenAsync(other);
        var dice = new Random(5);
        var sent = new List<long>();
        for (var i = 0; i < 6; i++)
        {
            sent.Add(await one.SendAsync(thread, $"draft {i}"));
        }

        for (var i = 0; i < 20; i++)
        {
            var seq = sent[dice.Next(sent.Count)];
            var path = $"/api/threads/{thread}/messages/{seq}";
            await (dice.Next(3) switch
            {
                0 => one.CallAsync(HttpMethod.Put, path, new { clientId = Guid.NewGuid(), text = $"edit {i}" }, 200, 404),
                1 => other.CallAsync(HttpMethod.Put, $"{path}/reaction", new { clientId = Guid.NewGuid(), emoji = dice.Next(2) == 0 ? "👍" : "🎉" }, 200, 404),
                _ => i % 7 == 0 ? one.CallAsync(HttpMethod.Delete, $"{path}?for=all", null, 200) : Task.FromResult<JsonElement>(default),
            });
        }

        var last = (await other.ThreadAsync(thread)).GetProperty("lastSeq").GetInt64();
        var texts = new Dictionary<long, string?>();
        for (var seq = 0L; seq < last;)
        {
            var heard = await phone.NextEventAsync(thread);
            seq = heard.GetProperty("seq").GetInt64();
            switch (Person.Text(heard, "kind"))
            {
                case "message":
                    texts[seq] = Person.Text(heard, "text");
                    break;
                case "edit" when texts[heard.GetProperty("of").GetInt64()] is not null:
                    texts[heard.GetProperty("of").GetInt64()] = Person.Text(heard, "text");
                    break;
                case "unsend":
                    texts[heard.GetProperty("of").GetInt64()] = null;
                    break;
            }
        }

        var shown = (await other.EventsAsync(thread)).Where(e => Person.Text(e, "kind") == "message")
            .ToDictionary(e => e.GetProperty("seq").GetInt64(), e => e.TryGetProperty("text", out var text) ? text.GetString() : null);
        Assert.Equal(shown.OrderBy(pair => pair.Key), texts.OrderBy(pair => pair.Key));
    }

    [Fact]
    public async Task Poll_votes_are_counted_once_a_person()
    {
        var (one, other, thread) = await server.PairAsync();
        var poll = await one.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/messages", new { clientId = Guid.NewGuid(), poll = new { question = "When?", options = new[] { "Noon", "One" } } }, 201);
        var path = $"/api/threads/{thread}/messages/{poll.GetProperty("seq").GetInt64()}/vote";

        await other.CallAsync(HttpMethod.Put, path, new { clientId = Guid.NewGuid(), options = new[] { 0 } }, 200);
        await other.CallAsync(HttpMethod.Put, path, new { clientId = Guid.NewGuid(), options = new[] { 1 } }, 200);
        await one.CallAsync(HttpMethod.Put, path, new { clientId = Guid.NewGuid(), options = new[] { 1 } }, 200);

        var votes = (await one.EventAsync(thread, poll.GetProperty("seq").GetInt64())).GetProperty("votes");
        Assert.Equal(("[0,2]", 2), (votes.GetProperty("counts").GetRawText(), votes.GetProperty("voters").GetInt32()));
    }

    [Fact]
    public async Task A_forward_is_a_copy_of_what_one_may_read_and_of_nothing_else()
    {
        var (one, other, thread) = await server.PairAsync();
        var (third, _, elsewhere) = await server.PairAsync();
        var seq = await one.SendAsync(thread, "pass it on");
        var mine = await one.OpenAsync(third);
        await third.CallAsync(HttpMethod.Put, $"/api/threads/{mine}/accept", null, 204);

        await one.CallAsync(HttpMethod.Post, $"/api/threads/{mine}/forwards", new { clientId = Guid.NewGuid(), from = new { thread, seq } }, 201);

        var copy = Assert.Single(await third.EventsAsync(mine));
        Assert.Equal(("pass it on", 1), (Person.Text(copy, "text"), copy.GetProperty("forwarded").GetProperty("times").GetInt32()));
        await third.CallAsync(HttpMethod.Post, $"/api/threads/{elsewhere}/forwards", new { clientId = Guid.NewGuid(), from = new { thread, seq } }, 404);
        Assert.Empty(await other.EventsAsync(thread) is { Count: 1 } ? [] : new[] { "the forward changed the original's thread" });
    }
}
