using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests;

public sealed class MarkerTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_marker_never_goes_back_nor_beyond_the_end()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        for (var i = 0; i < 5; i++)
        {
            await one.SendAsync(thread, "x");
        }

        await other.ReadUpToAsync(thread, 3);
        await other.ReadUpToAsync(thread, 1);
        Assert.Equal((3, 2), await SeenByAsync(other, thread));
        await other.ReadUpToAsync(thread, 1_000);
        Assert.Equal((5, 0), await SeenByAsync(other, thread));
        await one.SendAsync(thread, "new");
        Assert.Equal((5, 1), await SeenByAsync(other, thread));
    }

    [Fact]
    public async Task Markers_moved_at_once_from_many_devices_end_at_the_highest()
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = server.Database });
        var (one, other, thread) = await Cast.PairAsync(server);
        for (var i = 0; i < 30; i++)
        {
            await one.SendAsync(thread, "x");
        }

        Somebody[] devices = [other, other.At(second)];
        var dice = new Random(7);
        var moves = Enumerable.Range(0, 200).Select(_ => dice.Next(1, 29)).Append(29).ToArray();
        dice.Shuffle(moves);
        await Task.WhenAll(moves.Select((seq, i) => devices[i % 2].ReadUpToAsync(thread, seq)));

        Assert.Equal((29, 1), await SeenByAsync(other, thread));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"seq":-1}""")]
    [InlineData("""{"seq":"1"}""")]
    [InlineData("""{"seq":1.5}""")]
    [InlineData("""{"seq":99999999999999999999}""")]
    public async Task A_marker_is_a_number_from_zero(string body)
    {
        var (one, thread) = (shared.One, shared.Thread);
        using var answer = await one.Client.PutAsync($"/api/threads/{thread}/read", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Ct);
        Assert.Equal("invalid_request", (await Somebody.ReadAsync(answer, 400)).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Unread_is_a_function_of_events_and_marker_for_every_reader(int seed)
    {
        await using var server = await Cast.StartAsync();
        var (one, other, _) = await Cast.PairAsync(server);
        var third = await Somebody.SignUpAsync(server, "third");
        var thread = await one.OpenAsync("@other", "@third");
        var log = server.Services.GetRequiredService<IThreadLog>();
        Somebody[] people = [one, other, third];
        var dice = new Random(seed);
        var events = new List<(PersonId Sender, string Kind)>();
        var markers = people.ToDictionary(person => person.Id, _ => 0L);

        for (var step = 0; step < 60; step++)
        {
            var person = people[dice.Next(3)];
            if (dice.Next(4) == 0)
            {
                var seq = dice.Next(0, events.Count + 3);
                await person.ReadUpToAsync(thread, seq);
                markers[person.Id] = Math.Max(markers[person.Id], Math.Min(seq, events.Count));
            }
            else
            {
                var kind = dice.Next(5) switch { 0 => "system", 1 => "payment", _ => "message" };
                var body = kind switch { "system" => """{"system":{"code":"test"}}"""u8.ToArray(), "payment" => """{"payment":{}}"""u8.ToArray(), _ => """{"text":"x"}"""u8.ToArray() };
                var outcome = await log.AppendAsync(new(thread, person.Id, Guid.NewGuid(), kind, body), Ct);
                Assert.Equal(events.Count + 1, outcome.Seq);
                events.Add((person.Id, kind));
            }

            var reader = people[dice.Next(3)];
            var expected = events.Skip((int)markers[reader.Id]).Count(e => e.Sender != reader.Id && e.Kind != "system");
            Assert.Equal((markers[reader.Id], (long)expected), await SeenByAsync(reader, thread));
        }
    }

    [Fact]
    public async Task The_inbox_is_paged_by_last_activity_without_holes_or_doubles()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        var threads = new List<ThreadId>();
        for (var i = 0; i < 23; i++)
        {
            await Somebody.SignUpAsync(server, $"friend{i}");
            threads.Add(await one.OpenAsync($"@friend{i}"));
            // Several in the same millisecond: the id decides.
            server.Clock.Advance(TimeSpan.FromMilliseconds(i % 3 == 0 ? 1 : 0));
        }

        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await one.SendAsync(threads[5], "newest");
        var seen = new List<string>();
        string? next = null;
        do
        {
            var page = await one.GetAsync($"/api/threads?limit=5{(next is null ? "" : "&before=" + next)}");
            seen.AddRange(page.GetProperty("threads").EnumerateArray().Select(t => t.GetProperty("id").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);

        Assert.Equal(threads[5].ToString(), seen[0]);
        Assert.Equal(threads.Select(t => t.ToString()).Order(), seen.Order());
        var first = (await one.GetAsync("/api/threads?limit=1")).GetProperty("threads")[0];
        Assert.Equal("newest", first.GetProperty("lastEvent").GetProperty("text").GetString());
        Assert.Equal("invalid_request", (await one.GetAsync("/api/threads?before=rubbish", 400)).GetProperty("code").GetString());
        Assert.Equal("invalid_request", (await one.GetAsync("/api/threads?limit=rubbish", 400)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Events_are_read_after_before_and_newest()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        for (var i = 0; i < 12; i++)
        {
            await one.SendAsync(thread, "x");
        }

        Assert.Equal(new long[] { 1L, 2, 3 }, await SeqsAsync("after=0&limit=3"));
        Assert.Equal(new long[] { 11L, 12 }, await SeqsAsync("after=10&limit=50"));
        Assert.Equal(new long[] { 7L, 8, 9 }, await SeqsAsync("before=10&limit=3"));
        Assert.Equal(new long[] { 10L, 11, 12 }, await SeqsAsync("limit=3"));
        Assert.Empty(await SeqsAsync("after=12"));
        Assert.Empty(await SeqsAsync("before=1"));
        Assert.Equal(12, (await one.GetAsync($"/api/threads/{thread}/events?after=99")).GetProperty("lastSeq").GetInt64());
        await one.GetAsync($"/api/threads/{thread}/events?after=1&before=3", 400);
        await one.GetAsync($"/api/threads/{thread}/events?after=-1", 400);

        async Task<long[]> SeqsAsync(string query) =>
            [.. (await one.GetAsync($"/api/threads/{thread}/events?{query}")).GetProperty("events").EnumerateArray().Select(e => e.GetProperty("seq").GetInt64())];
    }

    private static async Task<(long Read, long Unread)> SeenByAsync(Somebody reader, ThreadId thread)
    {
        var view = await reader.GetAsync($"/api/threads/{thread}");
        return (view.GetProperty("readSeq").GetInt64(), view.GetProperty("unread").GetInt64());
    }
}
