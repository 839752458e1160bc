using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Groups;

/// <summary>A group is a request to strangers of whoever adds them: they read, and decide before they write.</summary>
public sealed class GroupRequestTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stranger_reads_accepts_and_then_writes_and_a_friend_is_not_asked()
    {
        await using var server = await StartAsync();
        if (await GroupCast.SignUpManyAsync(server, "who", 4) is not [var owner, var friend, var stranger, var made])
        {
            throw new InvalidOperationException();
        }

        await KnowAsync(owner, friend);
        var thread = await owner.MakeGroupAsync("Requests", friend, made);
        await owner.AddAsync(thread, stranger);
        await owner.SendAsync(thread, "welcome");

        Assert.Equal(3, await friend.SendAsync(thread, "hello"));
        foreach (var asked in new[] { stranger, made })
        {
            Assert.True((await asked.GetAsync($"/api/threads/{thread}")).GetProperty("request").GetBoolean());
            Assert.Contains("welcome", (await asked.EventsAsync(thread)).Select(e => e.TryGetProperty("text", out var text) ? text.GetString() : null));
            Assert.Equal("409 request_not_accepted", (await SayAsync(asked)).ToString());
            Assert.Equal("409 request_not_accepted", (await asked.AddAsync(thread, friend)).ToString());
            Assert.Equal("409 member_not_accepted", (await owner.SetRoleAsync(thread, asked, "owner")).ToString());
            Assert.Equal("204", (await asked.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/accept")).ToString());
            Assert.Equal("201", (await SayAsync(asked)).ToString());
        }

        Task<Said> SayAsync(Somebody who) => who.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/messages", new { clientId = Guid.NewGuid(), text = "me too" });
    }

    [Fact]
    public async Task Who_refuses_is_out_and_the_others_write_on()
    {
        await using var server = await StartAsync();
        if (await GroupCast.SignUpManyAsync(server, "no", 3) is not [var owner, var stranger, var leaver])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Not for me", stranger, leaver);
        await using var device = await stranger.ConnectAsync();
        Assert.Equal("204", (await stranger.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/accept")).ToString());
        await device.WaitAsync("left", frame => frame.GetProperty("thread").GetString() == thread.ToString());
        Assert.Equal("404 thread_not_found", (await stranger.CallAsync(HttpMethod.Get, $"/api/threads/{thread}")).ToString());
        // Leaving is refusing, too.
        Assert.Equal("200", (await leaver.LeaveAsync(thread)).ToString());
        Assert.Equal(["member_left", "member_left"], await owner.CodesAsync(thread));
        Assert.Equal(3, await owner.SendAsync(thread, "nobody"));
        // An acceptance stands.
        await owner.AddAsync(thread, stranger);
        await stranger.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/accept");
        Assert.Equal("409 already_accepted", (await stranger.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/accept")).ToString());
        Assert.Equal(2, (await owner.MembersAsync(thread)).Count);
    }

    [Fact]
    public async Task Who_takes_no_requests_is_added_by_friends_alone()
    {
        await using var server = await StartAsync();
        if (await GroupCast.SignUpManyAsync(server, "shy", 3) is not [var owner, var friend, var shy])
        {
            throw new InvalidOperationException();
        }

        await KnowAsync(owner, friend);
        await KnowAsync(friend, shy);
        await shy.CallAsync(HttpMethod.Put, "/api/me/privacy", new { requestsFromStrangers = false });
        var thread = await owner.MakeGroupAsync("Shy", friend);
        await owner.SetRoleAsync(thread, friend, "admin");

        Assert.Equal("403 cannot_be_added", (await owner.AddAsync(thread, shy)).ToString());
        Assert.Equal("403 cannot_be_added", (await owner.CallAsync(HttpMethod.Post, "/api/threads", new { with = new[] { "@" + shy.Handle }, title = "Us" })).ToString());
        Assert.Equal("200", (await friend.AddAsync(thread, shy)).ToString());
        Assert.Equal(3, await shy.SendAsync(thread, "hello"));
    }

    [Fact]
    public async Task Coming_by_a_link_accepts()
    {
        await using var server = await StartAsync();
        if (await GroupCast.SignUpManyAsync(server, "link", 2) is not [var owner, var stranger])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("By link", stranger);
        var token = await owner.InviteAsync(thread, new { uses = 1 });

        Assert.Equal("200", (await stranger.JoinAsync(token)).ToString());
        Assert.Equal(1, await stranger.SendAsync(thread, "here I am"));
        Assert.Equal(0, (await owner.GetAsync($"/api/threads/{thread}/invites")).GetProperty("invites")[0].GetProperty("uses").GetInt32());
    }

    private static Task<StoaServer> StartAsync() => Cast.StartAsync(new StoaServerOptions { Settings = new Dictionary<string, string> { ["Threads:Requests"] = "true" } });

    private static async Task KnowAsync(Somebody one, Somebody other)
    {
        var thread = await one.OpenAsync("@" + other.Handle);
        using var answer = await other.Client.PutAsync($"/api/threads/{thread}/accept", null, Ct);
        Assert.Equal(204, (int)answer.StatusCode);
    }
}
