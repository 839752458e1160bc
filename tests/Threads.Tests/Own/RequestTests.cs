using Dapper;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Own;

/// <summary>The first thread of a stranger is a request: read, not answered, and nothing goes back before it is accepted.</summary>
public sealed class RequestTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stranger_s_first_thread_is_a_request_that_is_read_but_not_answered()
    {
        await using var server = await Owner.StartAsync();
        var (stranger, me, thread) = await AskAsync(server);

        var view = await me.SeeAsync(thread);
        Assert.True(view.Is("request"));
        Assert.Equal(1, view.Number("unread"));
        Assert.Single(await me.AllEventsAsync(thread));
        Assert.Equal([thread.ToString()], await me.ListAsync("requests"));
        Assert.Empty(await me.ListAsync("inbox"));
        using var refused = await me.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "who are you?" });
        Assert.Equal("request_not_accepted", (await Somebody.ReadAsync(refused, 409)).GetProperty("code").GetString());
        Assert.False((await stranger.SeeAsync(thread)).Is("request"));
        Assert.Equal([thread.ToString()], await stranger.ListAsync("inbox"));
    }

    [Fact]
    public async Task Accepted_it_is_a_conversation_however_often_that_is_said()
    {
        await using var server = await Owner.StartAsync();
        var (_, me, thread) = await AskAsync(server);
        await using var desk = await me.ConnectAsync();

        await Task.WhenAll(me.AcceptAsync(thread), me.AcceptAsync(thread), me.AcceptAsync(thread));

        Assert.False((await me.SeeAsync(thread)).Is("request"));
        Assert.Equal([thread.ToString()], await me.ListAsync("inbox"));
        Assert.Empty(await me.ListAsync("requests"));
        Assert.Equal(2, await me.SendAsync(thread, "hello"));
        Assert.False((await desk.WaitAsync("thread")).GetProperty("thread").Is("request"));
    }

    [Fact]
    public async Task Refused_it_is_gone_from_every_list_and_the_stranger_is_refused_as_if_there_were_no_thread()
    {
        await using var server = await Owner.StartAsync();
        var (stranger, me, thread) = await AskAsync(server);
        await using var desk = await me.ConnectAsync();

        Assert.Equal((204, 204), (await me.RefuseAsync(thread), await me.RefuseAsync(thread)));

        Assert.Equal(thread.ToString(), (await desk.WaitAsync("left")).GetProperty("thread").GetString());
        foreach (var folder in (string[])["inbox", "requests", "archived", "unread"])
        {
            Assert.Empty(await me.ListAsync(folder));
        }

        using var refused = await stranger.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "please" });
        Assert.Equal("thread_not_found", (await Somebody.ReadAsync(refused, 404)).GetProperty("code").GetString());
        Assert.False((await stranger.SeeAsync(thread)).Is("blocked"));
        Assert.Equal(0, (await me.GetAsync("/api/threads/totals")).Number("requests"));
    }

    [Fact]
    public async Task A_refusal_can_be_taken_back_and_comes_too_late_after_an_acceptance()
    {
        await using var server = await Owner.StartAsync();
        var (stranger, me, thread) = await AskAsync(server);

        Assert.Equal(204, await me.RefuseAsync(thread));
        await me.AcceptAsync(thread);
        Assert.Equal(2, await stranger.SendAsync(thread, "thank you"));
        Assert.Equal(409, await me.RefuseAsync(thread));
        Assert.Equal(3, await me.SendAsync(thread, "welcome"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Accepting_and_refusing_at_once_on_two_nodes_ends_accepted(int seed)
    {
        await using var server = await Owner.StartAsync();
        await using var second = await Owner.StartAsync(new StoaServerOptions { Database = server.Database });
        var (stranger, me, thread) = await AskAsync(server);
        var elsewhere = me.At(second);
        var dice = new Random(seed);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            if (i == 11 || dice.Next(2) == 0)
            {
                await (i % 2 == 0 ? me : elsewhere).AcceptAsync(thread);
                return 204;
            }

            return await (i % 2 == 0 ? me : elsewhere).RefuseAsync(thread);
        }));

        Assert.All(answers, status => Assert.Contains(status, (int[])[204, 409]));
        Assert.Equal([thread.ToString()], await me.ListAsync("inbox"));
        Assert.Equal(2, await stranger.SendAsync(thread, "so?"));
        Assert.Equal(3, await me.SendAsync(thread, "yes"));
    }

    [Fact]
    public async Task Who_opens_the_thread_themselves_has_accepted_it()
    {
        await using var server = await Owner.StartAsync();
        var (_, me, thread) = await AskAsync(server);

        Assert.Equal(thread, await me.OpenAsync("@stranger"));
        Assert.Equal(2, await me.SendAsync(thread, "I was looking for you"));
    }

    [Fact]
    public async Task Two_strangers_who_open_at_the_same_moment_have_one_thread_and_can_both_write_once_both_have_opened()
    {
        await using var server = await Owner.StartAsync();
        await using var second = await Owner.StartAsync(new StoaServerOptions { Database = server.Database });
        var (one, other) = (await Somebody.SignUpAsync(server, "one"), await Somebody.SignUpAsync(server, "other"));

        var threads = await Task.WhenAll(one.OpenAsync("@other"), other.At(second).OpenAsync("@one"));

        Assert.Single(threads.Distinct());
        Assert.Equal(1, await one.SendAsync(threads[0], "hi"));
        Assert.Equal(2, await other.SendAsync(threads[0], "hi"));
    }

    [Fact]
    public async Task Nothing_goes_back_before_the_acceptance_and_the_markers_do_with_it()
    {
        await using var server = await Owner.StartAsync();
        var (stranger, me, thread) = await AskAsync(server);
        await using var theirs = await stranger.ConnectAsync();
        await using var mine = await me.ConnectAsync();
        await me.ReadUpToAsync(thread, 1);
        await mine.SendAsync(new { op = "delivered", thread = thread.ToString(), seq = 1 });
        await mine.SendAsync(new { op = "typing", thread = thread.ToString(), on = true });
        await theirs.SendAsync(new { op = "typing", thread = thread.ToString(), on = true });
        await mine.CatchUpAsync(me, thread);
        await theirs.CatchUpAsync(stranger, thread);

        Assert.Empty(theirs.Heard("receipt"));
        Assert.Empty(theirs.Heard("typing"));
        Assert.Empty(mine.Heard("typing"));
        Assert.Empty(theirs.Heard("presence").Concat(mine.Heard("presence")));
        var seen = (await stranger.SeeAsync(thread)).GetProperty("members").EnumerateArray().Single(member => member.GetProperty("handle").GetString() == "myself");
        Assert.Equal((0, 0), (seen.Number("readSeq"), seen.Number("deliveredSeq")));
        Assert.Empty((await stranger.GetAsync($"/api/presence?people={me.Id}")).GetProperty("people").EnumerateArray());

        await me.AcceptAsync(thread);

        // The two come on different ways, in either order.
        await Waiting.UntilAsync(() => Task.FromResult(theirs.Heard("receipt").Any() && theirs.Heard("presence").Any()), "markers and presence of who has accepted");
        var receipt = theirs.Heard("receipt").Single();
        Assert.Equal((me.Id.ToString(), 1, 1), (receipt.GetProperty("member").GetString(), receipt.Number("read"), receipt.Number("delivered")));
        Assert.True(theirs.Heard("presence").Single().Is("online"));
        Assert.True((await mine.WaitAsync("presence")).Is("online"));
    }

    [Fact]
    public async Task Who_shares_an_accepted_thread_is_no_stranger_and_who_only_asked_is_one()
    {
        await using var server = await Owner.StartAsync();
        var (one, other) = (await Somebody.SignUpAsync(server, "one"), await Somebody.SignUpAsync(server, "other"));
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        using var asking = await one.Client.PostAsync("/api/threads", new StringContent("""{"with":["@other"],"title":"Asked"}""", System.Text.Encoding.UTF8, "application/json"), Ct);
        var group = Somebody.IdOf<ThreadId>(await Somebody.ReadAsync(asking, 201));
        await connection.ExecuteAsync("update threads.members set is_request = @asked where thread_id = @Value and member_id = @other", new { asked = true, group.Value, other = other.Id.Value });
        Assert.True((await other.SeeAsync(await one.OpenAsync("@other"))).Is("request"));

        var (third, fourth) = (await Somebody.SignUpAsync(server, "third"), await Somebody.SignUpAsync(server, "fourth"));
        using var made = await third.Client.PostAsync("/api/threads", new StringContent("""{"with":["@fourth"],"title":"We"}""", System.Text.Encoding.UTF8, "application/json"), Ct);
        var shared = Somebody.IdOf<ThreadId>(await Somebody.ReadAsync(made, 201));
        await connection.ExecuteAsync("update threads.members set is_request = false where thread_id = @Value", new { shared.Value });
        Assert.False((await fourth.SeeAsync(await third.OpenAsync("@fourth"))).Is("request"));
    }

    [Fact]
    public async Task Who_takes_no_requests_hears_nothing_and_the_stranger_is_not_told()
    {
        await using var server = await Owner.StartAsync();
        var (stranger, me) = (await Somebody.SignUpAsync(server, "stranger"), await Somebody.SignUpAsync(server, "myself"));
        var friend = await Somebody.SignUpAsync(server, "friend");
        var known = await me.OpenAsync("@friend");
        await friend.AcceptAsync(known);
        await me.PrivacyAsync(new { requestsFromStrangers = false });
        await using var desk = await me.ConnectAsync();

        var thread = await stranger.OpenAsync("@myself");
        using var refused = await stranger.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "hello?" });
        await desk.CatchUpAsync(me, known);

        Assert.Equal("thread_not_found", (await Somebody.ReadAsync(refused, 404)).GetProperty("code").GetString());
        Assert.Empty(desk.Heard("thread"));
        Assert.Empty(await me.ListAsync("requests"));
        Assert.False((await stranger.SeeAsync(thread)).Is("blocked"));
        Assert.Equal(1, await friend.SendAsync(known, "still friends"));
        // Who turns to the stranger themselves takes it back.
        await me.OpenAsync("@stranger");
        Assert.Equal(1, await stranger.SendAsync(thread, "there you are"));
    }

    [Fact]
    public async Task A_thread_of_others_is_neither_accepted_nor_refused()
    {
        await using var server = await Owner.StartAsync();
        var (_, me, thread) = await AskAsync(server);
        var third = await Somebody.SignUpAsync(server, "third");

        await third.AcceptAsync(thread, 404);
        Assert.Equal(404, await third.RefuseAsync(thread));
        Assert.True((await me.SeeAsync(thread)).Is("request"));
    }

    [Fact]
    public async Task A_business_thread_is_no_request()
    {
        await using var server = await Owner.StartAsync(new StoaServerOptions { Services = Business.Register });
        var me = await Somebody.SignUpAsync(server, "myself");
        var thread = await me.OpenAsync("page:kiosk");

        Assert.Equal([thread.ToString()], await me.ListAsync("inbox"));
        Assert.Equal(1, await me.SendAsync(thread, "hello"));
        Assert.Equal(409, await me.RefuseAsync(thread));
    }

    /// <summary>A stranger has written one message.</summary>
    private static async Task<(Somebody Stranger, Somebody Me, ThreadId Thread)> AskAsync(StoaServer server)
    {
        var (stranger, me) = (await Somebody.SignUpAsync(server, "stranger", "Stranger"), await Somebody.SignUpAsync(server, "myself", "Myself"));
        var thread = await stranger.OpenAsync("@myself");
        Assert.Equal(1, await stranger.SendAsync(thread, "hello"));
        return (stranger, me, thread);
    }
}
