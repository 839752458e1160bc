using System.Text.Json;
using Xunit;

namespace Stoa.Threads.Tests.Messages;

public sealed class VoteTests
{
    [Fact]
    public async Task A_vote_counts_once_a_person_and_can_be_changed_and_taken_back()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var phone = await one.ConnectAsync();
        var seq = await one.PostAsync(thread, new { clientId = Guid.NewGuid(), poll = new { question = "Which days?", options = new[] { "Mon", "Tue", "Wed" }, multiple = true } }).SeqAsync();
        Assert.False((await other.EventAsync(thread, seq)).Has("votes"));
        var early = Guid.NewGuid();

        var first = await other.VoteAsync(thread, seq, [2, 0], early).SeqAsync();
        Assert.Equal(first, await other.VoteAsync(thread, seq, [2, 0], early).SeqAsync());
        await one.VoteAsync(thread, seq, [0]).SeqAsync();
        Assert.Equal("""{"counts":[2,0,1],"voters":2,"mine":[0,2]}""", Votes(await other.EventAsync(thread, seq)));
        var changed = await other.VoteAsync(thread, seq, [1]).SeqAsync();
        Assert.Equal(first, await other.VoteAsync(thread, seq, [2, 0], early).SeqAsync()); // Late: leaves the newer vote.
        Assert.Equal(changed, await other.VoteAsync(thread, seq, [1]).SeqAsync()); // As wanted already.
        Assert.Equal("""{"counts":[1,1,0],"voters":2,"mine":[0]}""", Votes(await one.EventAsync(thread, seq)));
        await other.VoteAsync(thread, seq, []).SeqAsync();
        Assert.Equal("""{"counts":[1,0,0],"voters":1}""", Votes(await other.EventAsync(thread, seq)));

        var told = (await phone.WaitForEventsAsync(thread.ToString(), changed)).Single(e => e.GetProperty("seq").GetInt64() == changed);
        Assert.Equal(("vote", "[1]", "[0,2]"), (told.Text("kind"), told.GetProperty("options").GetRawText(), told.GetProperty("was").GetRawText()));
    }

    [Fact]
    public async Task Two_devices_that_vote_at_once_are_one_voter()
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new() { Database = server.Database });
        var (one, other, thread) = await Cast.PairAsync(server);
        var there = other.At(second);
        var seq = await one.PostAsync(thread, new { clientId = Guid.NewGuid(), poll = new { question = "When?", options = new[] { "now", "then" } } }).SeqAsync();
        for (var i = 0; i < 10; i++)
        {
            await Task.WhenAll(other.VoteAsync(thread, seq, [0]), there.VoteAsync(thread, seq, [1]), one.VoteAsync(thread, seq, [i % 2]));

            var votes = (await one.EventAsync(thread, seq)).GetProperty("votes");
            Assert.Equal((2, 2), (votes.GetProperty("voters").GetInt32(), votes.GetProperty("counts").EnumerateArray().Sum(count => count.GetInt32())));
        }
    }

    [Fact]
    public async Task What_cannot_be_voted_says_why()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var text = await one.SendAsync(thread, "no poll");
        var seq = await one.PostAsync(thread, new { clientId = Guid.NewGuid(), poll = new { question = "When?", options = new[] { "now", "then" }, closesAt = "2026-11-20T13:00:00Z" } }).SeqAsync();

        Assert.Equal("404 message_not_found", await other.VoteAsync(thread, text, [0]).RefusalAsync());
        Assert.Equal("400 vote_invalid", await other.VoteAsync(thread, seq, [2]).RefusalAsync());
        Assert.Equal("400 vote_invalid", await other.VoteAsync(thread, seq, [-1]).RefusalAsync());
        Assert.Equal("400 vote_invalid", await other.VoteAsync(thread, seq, [0, 1]).RefusalAsync());
        Assert.Equal("400 vote_invalid", await other.VoteAsync(thread, seq, [0, 0]).RefusalAsync());
        Assert.Equal("400 vote_invalid", await other.VoteAsync(thread, seq, [.. Enumerable.Range(0, 13)]).RefusalAsync());
        Assert.Equal("400 vote_invalid", await other.PutAsync(Calls.Path(thread, seq, "vote"), new { clientId = Guid.NewGuid() }).RefusalAsync());
        await other.VoteAsync(thread, seq, [0]).SeqAsync();
        server.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("409 poll_closed", await other.VoteAsync(thread, seq, [1]).RefusalAsync());
    }

    private static string Votes(JsonElement message) => message.GetProperty("votes").GetRawText();
}
