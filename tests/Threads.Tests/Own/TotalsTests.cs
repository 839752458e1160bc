using Dapper;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Own;

public sealed class TotalsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Muted_archived_and_asked_for_threads_count_for_themselves_alone()
    {
        await using var server = await Owner.StartAsync();
        var (me, threads) = await HearFromAsync(server, "loud", "muted", "later", "archived", "marked", "read");
        var stranger = await Somebody.SignUpAsync(server, "stranger");
        await stranger.SendAsync(await stranger.OpenAsync("@myself"), "hello");
        await me.SetAsync(threads["muted"], new { mutedUntil = "always" });
        await me.SetAsync(threads["later"], new { mutedUntil = server.Clock.GetUtcNow().AddHours(1) });
        await me.SetAsync(threads["archived"], new { archived = true });
        foreach (var read in (string[])["marked", "read"])
        {
            await me.ReadUpToAsync(threads[read], 2);
        }

        await me.SetAsync(threads["marked"], new { markedUnread = true });

        Assert.Equal((2, 2, 0, 1), await TotalsAsync(me));
        Assert.Equal(2, (await me.SeeAsync(threads["muted"])).Number("unread"));
        server.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal((4, 3, 0, 1), await TotalsAsync(me));
        Assert.Equal(["loud", "muted", "later", "marked"], Names(threads, await me.ListAsync("unread")));
    }

    [Fact]
    public async Task Mentions_count_until_they_are_read_whoever_is_named_with_everybody()
    {
        await using var server = await Cast.StartAsync();
        var (me, threads) = await HearFromAsync(server, "a", "b");
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        // As a message leaves it that names somebody; 0 is everybody.
        await connection.ExecuteAsync("insert into threads.mentions (thread_id, seq, member_id) values (@a, 1, @me), (@a, 2, 0), (@a, 2, @me), (@b, 1, 7)",
            new { a = threads["a"].Value, b = threads["b"].Value, me = me.Id.Value });

        Assert.Equal(2, (await me.SeeAsync(threads["a"])).Number("mentions"));
        Assert.Equal(0, (await me.SeeAsync(threads["b"])).Number("mentions"));
        Assert.Equal((4, 2, 2, 0), await TotalsAsync(me));
        await me.ReadUpToAsync(threads["a"], 1);
        Assert.Equal(1, (await me.SeeAsync(threads["a"])).Number("mentions"));
        await me.ReadUpToAsync(threads["a"], 2);
        Assert.Equal((2, 1, 0, 0), await TotalsAsync(me));
    }

    [Fact]
    public async Task Marking_all_read_reads_all_threads_on_all_devices_but_no_request_and_nothing_that_comes_after()
    {
        await using var server = await Owner.StartAsync();
        var (me, threads) = await HearFromAsync(server, "a", "b", "muted", "archived", "marked");
        var stranger = await Somebody.SignUpAsync(server, "stranger");
        var asked = await stranger.OpenAsync("@myself");
        await stranger.SendAsync(asked, "hello");
        await me.SetAsync(threads["muted"], new { mutedUntil = "always" });
        await me.SetAsync(threads["archived"], new { archived = true });
        await me.ReadUpToAsync(threads["marked"], 2);
        await me.SetAsync(threads["marked"], new { markedUnread = true });
        await using var desk = await me.ConnectAsync();

        await me.PutAsync("/api/threads/read", null);

        Assert.Equal((0, 0, 0, 1), await TotalsAsync(me));
        Assert.Empty(await me.ListAsync("unread"));
        Assert.Equal(0, (await me.SeeAsync(threads["archived"])).Number("unread"));
        Assert.Equal(1, (await me.SeeAsync(asked)).Number("unread"));
        await desk.CatchUpAsync(me, threads["a"]);
        Assert.Equal(4, desk.Heard("receipt").Count(frame => frame.GetProperty("member").GetString() == me.Id.ToString()));
        await me.PutAsync("/api/threads/read", null);
    }

    [Fact]
    public async Task Messages_that_come_while_all_is_marked_read_are_unread_or_before_it()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(other.PutAsync("/api/threads/read", null), one.SendAsync(thread, "x"), other.PutAsync("/api/threads/read", null));
            var view = await other.SeeAsync(thread);
            Assert.Equal(view.Number("lastSeq") - view.Number("readSeq"), view.Number("unread"));
        }
    }

    /// <summary>Somebody with a thread of each of these names, two messages in each.</summary>
    private static async Task<(Somebody Me, Dictionary<string, ThreadId> Threads)> HearFromAsync(StoaServer server, params string[] names)
    {
        var me = await Somebody.SignUpAsync(server, "myself");
        var threads = new Dictionary<string, ThreadId>();
        foreach (var name in names.Reverse())
        {
            var friend = await Somebody.SignUpAsync(server, $"friend_{name}");
            threads[name] = await me.OpenAsync($"@friend_{name}");
            await friend.AcceptAsync(threads[name]);
            await friend.SendAsync(threads[name], "1");
            await friend.SendAsync(threads[name], "2");
            server.Clock.Advance(TimeSpan.FromMilliseconds(2));
        }

        return (me, threads);
    }

    private static IEnumerable<string> Names(Dictionary<string, ThreadId> threads, List<string> listed) =>
        listed.Select(id => threads.Single(thread => thread.Value.ToString() == id).Key);

    private static async Task<(long Unread, long Threads, long Mentions, long Requests)> TotalsAsync(Somebody me)
    {
        var totals = await me.GetAsync("/api/threads/totals");
        return (totals.Number("unread"), totals.Number("threads"), totals.Number("mentions"), totals.Number("requests"));
    }
}
