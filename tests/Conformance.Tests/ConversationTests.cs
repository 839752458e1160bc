using System.Text.Json;
using Xunit;

namespace Stoa.Conformance.Tests;

/// <summary>Writing and reading: docs/protocol/http.md, Threads.</summary>
public sealed class ConversationTests(ServerUnderTest server)
{
    [Fact]
    public async Task A_direct_thread_is_found_again_by_both()
    {
        var (one, other, thread) = await server.PairAsync();

        Assert.Equal(thread, await one.OpenAsync(other));
        Assert.Equal(thread, await other.OpenAsync(one));
    }

    [Fact]
    public async Task A_message_sent_twice_with_one_client_id_is_one_message_with_one_answer()
    {
        var (one, other, thread) = await server.PairAsync();
        var message = new { clientId = Guid.NewGuid(), text = "once" };

        var first = await one.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/messages", message, 201);
        var again = await one.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/messages", message, 200);

        Assert.Equal(first.GetRawText(), again.GetRawText());
        Assert.Single(await other.EventsAsync(thread));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_client_that_drops_every_second_answer_and_sends_again_in_any_order_loses_and_doubles_nothing(int seed)
    {
        var (one, other, thread) = await server.PairAsync();
        var dice = new Random(seed);
        var texts = Enumerable.Range(0, 40).Select(i => (Id: Guid.NewGuid(), Text: $"number {i}")).ToArray();

        // Every message is sent, about half of the answers are not looked at, and all that went unanswered is sent again, shuffled, three times.
        var unanswered = texts.ToList();
        for (var round = 0; round < 4 && unanswered.Count > 0; round++)
        {
            var tries = unanswered.OrderBy(_ => dice.Next()).Select(async message =>
            {
                await one.SendAsync(thread, message.Text, message.Id);
                return message;
            }).ToList();
            foreach (var answered in await Task.WhenAll(tries))
            {
                if (dice.Next(2) == 0)
                {
                    unanswered.Remove(answered);
                }
            }
        }

        var log = await other.EventsAsync(thread);
        Assert.Equal(Enumerable.Range(1, texts.Length).Select(i => (long)i), log.Select(e => e.GetProperty("seq").GetInt64()));
        Assert.Equal(texts.Select(message => message.Text).Order(), log.Select(e => Person.Text(e, "text")).Order());
    }

    [Fact]
    public async Task Pages_forwards_and_backwards_hold_the_same_log_without_gap_or_overlap()
    {
        var (one, _, thread) = await server.PairAsync();
        for (var i = 1; i <= 25; i++)
        {
            await one.SendAsync(thread, $"line {i}");
        }

        var forwards = new List<long>();
        var backwards = new List<long>();
        while (forwards.Count < 25)
        {
            forwards.AddRange(Numbers(await one.GetAsync($"/api/threads/{thread}/events?after={forwards.LastOrDefault()}&limit=7")));
        }

        while (backwards.Count < 25)
        {
            var before = backwards.Count == 0 ? "" : $"&before={backwards[0]}";
            backwards.InsertRange(0, Numbers(await one.GetAsync($"/api/threads/{thread}/events?limit=7{before}")));
        }

        Assert.Equal(Enumerable.Range(1, 25).Select(i => (long)i), forwards);
        Assert.Equal(forwards, backwards);
    }

    [Fact]
    public async Task Read_markers_move_forward_only_and_unread_follows()
    {
        var (one, other, thread) = await server.PairAsync();
        for (var i = 0; i < 3; i++)
        {
            await one.SendAsync(thread, "for you");
        }

        Assert.Equal(3, (await other.ThreadAsync(thread)).GetProperty("unread").GetInt64());
        await other.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/read", new { seq = 2 }, 204);
        await other.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/read", new { seq = 1 }, 204);

        var view = await other.ThreadAsync(thread);
        Assert.Equal((2, 1), (view.GetProperty("readSeq").GetInt64(), view.GetProperty("unread").GetInt64()));
        Assert.Equal(0, (await one.ThreadAsync(thread)).GetProperty("unread").GetInt64());
    }

    [Fact]
    public async Task A_stranger_finds_nothing_there()
    {
        var (_, _, thread) = await server.PairAsync();
        var stranger = await server.SignUpAsync("Stranger");

        Assert.Equal("thread_not_found", await stranger.RefusalAsync(HttpMethod.Get, $"/api/threads/{thread}", null, 404));
        Assert.Equal("thread_not_found", await stranger.RefusalAsync(HttpMethod.Get, $"/api/threads/{thread}/events", null, 404));
        Assert.Equal("thread_not_found", await stranger.RefusalAsync(HttpMethod.Post, $"/api/threads/{thread}/messages", new { clientId = Guid.NewGuid(), text = "let me in" }, 404));
    }

    [Theory]
    [InlineData("""{"text":"no id"}""", "invalid_request")]
    [InlineData("""{"clientId":"5b1c2e0e-6a5e-4a0e-9f43-0d5f5c1a7b11"}""", "text_missing")]
    [InlineData("""{"clientId":"5b1c2e0e-6a5e-4a0e-9f43-0d5f5c1a7b11","text":"x","sender":"1"}""", "unknown_member")]
    [InlineData("""{"clientId":"5b1c2e0e-6a5e-4a0e-9f43-0d5f5c1a7b11","text":"a","text":"b"}""", "repeated_member")]
    [InlineData("""{"clientId":"5b1c2e0e-6a5e-4a0e-9f43-0d5f5c1a7b11","text":"x","replyTo":99}""", "reply_not_found")]
    public async Task What_is_wrong_with_a_message_is_said_and_nothing_is_stored(string body, string code)
    {
        var (one, _, thread) = await server.PairAsync();

        Assert.Equal(code, await one.RefusalAsync(HttpMethod.Post, $"/api/threads/{thread}/messages", JsonElement.Parse(body), 400));
        Assert.Empty(await one.EventsAsync(thread));
    }

    private static IEnumerable<long> Numbers(JsonElement page) => page.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("seq").GetInt64());
}
