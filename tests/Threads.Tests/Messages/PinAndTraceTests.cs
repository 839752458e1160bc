using Xunit;

namespace Stoa.Threads.Tests.Messages;

public sealed class PinAndTraceTests
{
    [Fact]
    public async Task A_pin_stands_until_it_is_taken_away_and_fifty_are_enough()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        for (var i = 1; i <= 51; i++)
        {
            await one.SendAsync(thread, $"{i}");
        }

        var first = await other.PinAsync(thread, 1).SeqAsync();
        Assert.Equal(first, await one.PinAsync(thread, 1).SeqAsync()); // As wanted already.
        Assert.True((await one.EventAsync(thread, 1)).GetProperty("pinned").GetBoolean());
        Assert.Equal("pin", (await one.EventAsync(thread, first)).Text("kind"));
        for (var i = 2; i <= 50; i++)
        {
            await one.PinAsync(thread, i).SeqAsync();
        }

        Assert.Equal("409 too_many_pins", await one.PinAsync(thread, 51).RefusalAsync());
        await one.PinAsync(thread, 7, pinned: false).SeqAsync();
        Assert.False((await other.EventAsync(thread, 7)).Has("pinned"));
        await one.PinAsync(thread, 51).SeqAsync();
        Assert.Equal("404 message_not_found", await one.PinAsync(thread, first).RefusalAsync());
    }

    [Fact]
    public async Task In_a_group_owners_and_admins_pin()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, _) = await Cast.PairAsync(server);
        await Somebody.SignUpAsync(server, "third");
        var group = await one.OpenAsync("@other", "@third");
        await Calls.ExecuteAsync(server, "update threads.members set role = case when member_id = @One then 1 else 3 end where thread_id = @Group", new { One = one.Id.Value, Group = group.Value });
        var seq = await other.SendAsync(group, "important");

        Assert.Equal("403 admins_only", await other.PinAsync(group, seq).RefusalAsync());
        await one.PinAsync(group, seq).SeqAsync();
        Assert.Equal("403 admins_only", await other.PinAsync(group, seq, pinned: false).RefusalAsync());
    }

    [Fact]
    public async Task What_became_of_one_s_own_message_is_told_in_plain_words()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var seq = await one.SendAsync(thread, "did it arrive?");

        var trace = await one.GetAsync(Calls.Path(thread, seq, "trace"));
        Assert.Equal(["stored", "not_delivered", "not_read"], Codes());
        Assert.Equal("2026-11-20T12:00:00.000Z", trace.GetProperty("steps")[0].Text("at"));
        await one.EditAsync(thread, seq, "did it arrive at all?").SeqAsync();
        await other.ReadUpToAsync(thread, seq);

        trace = await one.GetAsync(Calls.Path(thread, seq, "trace"));
        Assert.Equal(["stored", "edited", "delivered", "read"], Codes());
        Assert.All(trace.GetProperty("steps").EnumerateArray(), step => Assert.NotEmpty(step.Text("text")!));
        var member = Assert.Single(trace.GetProperty("members").EnumerateArray());
        Assert.Equal((other.Id.ToString(), "read"), (member.Text("member"), member.Text("state")));
        await other.GetAsync(Calls.Path(thread, seq, "trace"), 403);

        IEnumerable<string> Codes() => trace.GetProperty("steps").EnumerateArray().Select(step => step.Text("code")!);
    }
}
