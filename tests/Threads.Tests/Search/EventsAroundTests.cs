using System.Text.Json;
using Xunit;

namespace Stoa.Threads.Tests.Search;

/// <summary>A found message where it stands.</summary>
public sealed class EventsAroundTests(SharedServer shared)
{
    [Fact]
    public async Task An_event_is_shown_with_half_a_page_before_and_after_it()
    {
        var (one, thread) = await ThreadOfTenAsync("around_1", "around_2");

        Assert.Equal([3L, 4, 5, 6], await AroundAsync(one, $"/api/threads/{thread}/events?around=5&limit=4"));
        Assert.Equal([4L, 5, 6], await AroundAsync(one, $"/api/threads/{thread}/events?around=5&limit=3"));
        Assert.Equal([5L], await AroundAsync(one, $"/api/threads/{thread}/events?around=5&limit=1"));
        Assert.Equal([1L, 2, 3], await AroundAsync(one, $"/api/threads/{thread}/events?around=1&limit=6"));
        Assert.Equal([7L, 8, 9, 10], await AroundAsync(one, $"/api/threads/{thread}/events?around=10&limit=6"));
        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), await AroundAsync(one, $"/api/threads/{thread}/events?around=6"));
        Assert.Equal(10, (await one.GetAsync($"/api/threads/{thread}/events?around=2&limit=2")).GetProperty("lastSeq").GetInt64());
    }

    [Theory]
    [InlineData("around=0", "message_not_found")]
    [InlineData("around=11", "message_not_found")]
    [InlineData("around=9223372036854775807", "message_not_found")]
    [InlineData("around=-1", "invalid_request")]
    [InlineData("around=3&after=2", "invalid_request")]
    [InlineData("around=3&before=2", "invalid_request")]
    [InlineData("around=x", "invalid_request")]
    public async Task Around_what_is_no_event_nothing_is_shown(string query, string code)
    {
        var handle = $"around_{(uint)query.GetHashCode(StringComparison.Ordinal)}";
        var (one, thread) = await ThreadOfTenAsync($"{handle}a", $"{handle}b");

        Assert.Equal(code, (await one.GetAsync($"/api/threads/{thread}/events?{query}", code == "invalid_request" ? 400 : 404)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Nothing_is_shown_to_strangers_and_nothing_from_before_one_s_time()
    {
        var (one, thread) = await ThreadOfTenAsync("around_3", "around_4");
        var stranger = await Somebody.SignUpAsync(shared.Server, "around_5");
        await SearchStage.ExecuteAsync(shared.Server, "update threads.members set from_seq = 5 where thread_id = @thread and member_id = @who", new { thread = thread.Value, who = one.Id.Value });

        Assert.Equal("thread_not_found", (await stranger.GetAsync($"/api/threads/{thread}/events?around=5", 404)).GetProperty("code").GetString());
        Assert.Equal("message_not_found", (await one.GetAsync($"/api/threads/{thread}/events?around=5", 404)).GetProperty("code").GetString());
        Assert.Equal([6L, 7, 8], await AroundAsync(one, $"/api/threads/{thread}/events?around=6&limit=6"));
    }

    private async Task<(Somebody One, Stoa.Kernel.ThreadId Thread)> ThreadOfTenAsync(string handle, string other)
    {
        var one = await Somebody.SignUpAsync(shared.Server, handle);
        await Somebody.SignUpAsync(shared.Server, other);
        var thread = await one.OpenAsync($"@{other}");
        for (var i = 0; i < 10; i++)
        {
            await one.SendAsync(thread, "hello");
        }

        return (one, thread);
    }

    private static async Task<IEnumerable<long>> AroundAsync(Somebody who, string path) =>
        (await who.GetAsync(path)).GetProperty("events").EnumerateArray().Select(e => e.GetProperty("seq").GetInt64());
}
