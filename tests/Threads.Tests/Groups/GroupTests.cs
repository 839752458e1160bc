using System.Text.Json;
using Dapper;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Groups;

/// <summary>Who may do what in a group, and what the log tells of it.</summary>
public sealed class GroupTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<Somebody[]> PeopleAsync(string prefix, int count) => GroupCast.SignUpManyAsync(shared.Server, prefix, count);

    [Fact]
    public async Task The_maker_owns_the_group_and_each_change_is_an_event_that_all_read()
    {
        if (await PeopleAsync("gt_a", 4) is not [var zofia, var piotr, var leila, var noa])
        {
            throw new InvalidOperationException();
        }

        var thread = await zofia.MakeGroupAsync("Rodos 2027", piotr, leila);
        var added = await zofia.AddAsync(thread, noa);
        Assert.Equal("200", (await zofia.SetRoleAsync(thread, piotr, "admin")).ToString());
        Assert.Equal("200", (await piotr.ChangeAsync(thread, new() { ["title"] = "Rodos 2028" })).ToString());
        Assert.Equal("200", (await piotr.ChangeAsync(thread, new() { ["about"] = "Who brings what", ["membersMayAdd"] = true })).ToString());
        Assert.Equal("200", (await piotr.RemoveAsync(thread, leila)).ToString());
        Assert.Equal("200", (await noa.LeaveAsync(thread)).ToString());

        Assert.Equal(new() { [zofia.Handle] = "owner", [piotr.Handle] = "admin" }, await zofia.MembersAsync(thread));
        Assert.Equal(["member_added", "role_changed", "title_changed", "settings_changed", "member_removed", "member_left"], await piotr.CodesAsync(thread));
        var events = await piotr.EventsAsync(thread);
        Assert.Equal(Enumerable.Range(1, 6).Select(i => (long)i), events.Select(e => e.GetProperty("seq").GetInt64()));
        var first = events[0].GetProperty("system");
        Assert.Equal((added.Seq, zofia.Id.ToString()), (1, first.GetProperty("by").GetString()));
        Assert.Equal([noa.Id.ToString()], first.GetProperty("members").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal((piotr.Id.ToString(), "admin"), (events[1].GetProperty("system").GetProperty("member").GetString(), events[1].GetProperty("system").GetProperty("role").GetString()));
        Assert.Equal("""{"code":"settings_changed","about":"Who brings what","membersMayAdd":true}""", events[3].GetProperty("system").GetRawText());
        Assert.Equal("Rodos 2028", (await zofia.GetAsync($"/api/threads/{thread}")).GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("owner", "admin", "200")]
    [InlineData("owner", "owner", "200")]
    [InlineData("owner", "member", "200")]
    [InlineData("admin", "member", "200")]
    [InlineData("admin", "admin", "403 role_too_low")]
    [InlineData("admin", "owner", "403 role_too_low")]
    [InlineData("member", "member", "403 role_too_low")]
    [InlineData("member", "owner", "403 role_too_low")]
    public async Task Whoever_removes_is_above_the_one_removed(string actor, string target, string answer)
    {
        if (await PeopleAsync($"gt_b_{actor}_{target}_", 3) is not [var owner, var one, var other])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Roles", one, other);
        await owner.SetRoleAsync(thread, one, actor);
        await owner.SetRoleAsync(thread, other, target);

        Assert.Equal(answer, (await one.RemoveAsync(thread, other)).ToString());
        Assert.Equal(answer != "200", (await owner.MembersAsync(thread)).ContainsKey(other.Handle));
    }

    public static TheoryData<string, string, string?> MembersCannot => new()
    {
        { "POST", "members", """{"clientId":"{uuid}","people":["@one"]}""" },
        { "PUT", "members/{self}/role", """{"clientId":"{uuid}","role":"owner"}""" },
        { "PATCH", "", """{"clientId":"{uuid}","title":"Mine"}""" },
        { "PATCH", "", """{"clientId":"{uuid}","announcementsOnly":false}""" },
        { "POST", "invites", """{}""" },
        { "GET", "invites", null },
        { "DELETE", "invites/7000000000000000", null },
    };

    [Theory]
    [MemberData(nameof(MembersCannot))]
    public async Task A_member_does_not_decide(string method, string path, string? body)
    {
        var name = "gt_c" + Guid.NewGuid().ToString("n")[..8];
        if (await PeopleAsync(name, 2) is not [var owner, var member])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Rules", member);
        path = $"/api/threads/{thread}/{path}".TrimEnd('/').Replace("{self}", member.Id.ToString(), StringComparison.Ordinal);
        var given = body is null ? null : (object)JsonSerializer.Deserialize<JsonElement>(body.Replace("{uuid}", Guid.NewGuid().ToString(), StringComparison.Ordinal));

        Assert.Equal("403 role_too_low", (await member.CallAsync(new HttpMethod(method), path, given)).ToString());
    }

    [Fact]
    public async Task Members_add_where_the_group_lets_them()
    {
        if (await PeopleAsync("gt_d", 3) is not [var owner, var member, var friend])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Open", member);
        Assert.Equal("403 role_too_low", (await member.AddAsync(thread, friend)).ToString());
        await owner.ChangeAsync(thread, new() { ["membersMayAdd"] = true });
        Assert.Equal("200", (await member.AddAsync(thread, friend)).ToString());
        Assert.Equal("member", (await friend.MembersAsync(thread))[friend.Handle]);
    }

    [Fact]
    public async Task The_only_owner_of_others_stays_and_the_last_member_ends_the_group()
    {
        if (await PeopleAsync("gt_e", 3) is not [var owner, var other, var friend])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Ends", other);
        await owner.SendAsync(thread, "hello");
        var token = await owner.InviteAsync(thread);
        Assert.Equal("409 owner_must_stay", (await owner.LeaveAsync(thread)).ToString());
        Assert.Equal("409 owner_must_stay", (await owner.SetRoleAsync(thread, owner, "member")).ToString());
        Assert.Equal("200", (await owner.SetRoleAsync(thread, other, "owner")).ToString());
        Assert.Equal("200", (await owner.LeaveAsync(thread)).ToString());
        Assert.Equal("200", (await other.LeaveAsync(thread)).ToString());

        foreach (var gone in new[] { owner, other })
        {
            Assert.Equal("404 thread_not_found", (await gone.CallAsync(HttpMethod.Get, $"/api/threads/{thread}/events")).ToString());
            Assert.Equal("404 thread_not_found", (await gone.CallAsync(HttpMethod.Get, $"/api/threads/{thread}")).ToString());
            Assert.DoesNotContain((await gone.GetAsync("/api/threads")).GetProperty("threads").EnumerateArray(), t => t.GetProperty("id").GetString() == thread.ToString());
        }

        Assert.Equal("404 invite_not_found", (await friend.CallAsync(HttpMethod.Get, $"/api/invites/{token}")).ToString());
        Assert.Equal("404 invite_not_found", (await friend.JoinAsync(token)).ToString());
    }

    [Fact]
    public async Task Who_has_blocked_somebody_is_not_added_by_them_and_nobody_with_them()
    {
        if (await PeopleAsync("gt_f", 4) is not [var adder, var closed, var open, var other])
        {
            throw new InvalidOperationException();
        }

        var direct = await adder.OpenAsync("@" + closed.Handle);
        using (await closed.Client.PutAsync($"/api/threads/{direct}/block", null, Ct))
        {
        }

        var thread = await adder.MakeGroupAsync("Friends", other);
        var refused = await adder.AddAsync(thread, Guid.NewGuid(), open, closed);
        Assert.Equal("403 cannot_be_added", refused.ToString());
        Assert.Contains("@" + closed.Handle, refused.Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("block", refused.Body.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, (await adder.MembersAsync(thread)).Count);
        var made = await adder.CallAsync(HttpMethod.Post, "/api/threads", new { with = new[] { "@" + closed.Handle, "@" + open.Handle } });
        Assert.Equal("403 cannot_be_added", made.ToString());
        // Somebody else may, and so may the one who blocked.
        await adder.SetRoleAsync(thread, other, "admin");
        Assert.Equal("200", (await other.AddAsync(thread, closed)).ToString());
    }

    [Fact]
    public async Task Announcements_are_written_by_owners_and_admins_alone_over_http_and_socket()
    {
        if (await PeopleAsync("gt_g", 3) is not [var owner, var admin, var member])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("News", admin, member);
        await owner.SetRoleAsync(thread, admin, "admin");
        await owner.ChangeAsync(thread, new() { ["announcementsOnly"] = true });

        Assert.Equal("403 announcements_only", (await member.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/messages", new { clientId = Guid.NewGuid(), text = "me too" })).ToString());
        await using var device = await member.ConnectAsync();
        var id = Guid.NewGuid().ToString();
        await device.SendAsync(new { op = "send", thread = thread.ToString(), clientId = id, text = "me too" });
        var error = await device.WaitAsync("error", frame => frame.GetProperty("clientId").GetString() == id);
        Assert.Equal("announcements_only", error.GetProperty("code").GetString());
        Assert.Equal(3, await admin.SendAsync(thread, "the news"));
        await owner.ChangeAsync(thread, new() { ["announcementsOnly"] = false });
        Assert.Equal(5, await member.SendAsync(thread, "thanks"));
    }

    [Fact]
    public async Task A_full_group_takes_nobody()
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions { Settings = new Dictionary<string, string> { ["Threads:GroupMembersMax"] = "3" } });
        if (await GroupCast.SignUpManyAsync(server, "full", 5) is not [var owner, var two, var three, var four, var five])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Small", two);
        var token = await owner.InviteAsync(thread);
        Assert.Equal("409 group_full", (await owner.AddAsync(thread, Guid.NewGuid(), three, four)).ToString());
        Assert.Equal("201", (await three.JoinAsync(token)).ToString());
        Assert.Equal("409 group_full", (await four.JoinAsync(token)).ToString());
        Assert.Equal("409 group_full", (await owner.AddAsync(thread, five)).ToString());
        Assert.Equal(1, await server.Database.DataSource.OpenConnection().ExecuteScalarAsync<int>("select uses from threads.invites"));
        await two.LeaveAsync(thread);
        Assert.Equal("201", (await four.JoinAsync(token)).ToString());
        Assert.Equal(3, await server.Database.DataSource.OpenConnection().ExecuteScalarAsync<int>("select member_count from threads.threads where id = @Value", new { thread.Value }));
    }

    [Fact]
    public async Task A_thread_of_two_has_nobody_to_add_or_remove()
    {
        if (await PeopleAsync("gt_h", 3) is not [var one, var two, var three])
        {
            throw new InvalidOperationException();
        }

        var thread = await one.OpenAsync("@" + two.Handle);
        foreach (var said in new[]
        {
            await one.AddAsync(thread, three), await one.RemoveAsync(thread, two), await one.LeaveAsync(thread), await one.SetRoleAsync(thread, two, "admin"),
            await one.ChangeAsync(thread, new() { ["title"] = "Ours" }), await one.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/invites", new { }),
            await one.CallAsync(HttpMethod.Get, $"/api/threads/{thread}/invites"),
        })
        {
            Assert.Equal("400 groups_only", said.ToString());
        }

        var members = (await two.GetAsync($"/api/threads/{thread}/members")).GetProperty("members").EnumerateArray().ToList();
        Assert.Equal(2, members.Count);
        Assert.All(members, member => Assert.False(member.TryGetProperty("role", out _)));
    }

    [Fact]
    public async Task Nobody_of_a_group_is_anything_to_strangers()
    {
        if (await PeopleAsync("gt_i", 3) is not [var owner, var member, var stranger])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Private", member);
        foreach (var said in new[]
        {
            await stranger.AddAsync(thread, stranger), await stranger.RemoveAsync(thread, member), await stranger.LeaveAsync(thread),
            await stranger.SetRoleAsync(thread, stranger, "owner"), await stranger.ChangeAsync(thread, new() { ["title"] = "Mine" }),
            await stranger.CallAsync(HttpMethod.Get, $"/api/threads/{thread}/members"), await stranger.CallAsync(HttpMethod.Get, $"/api/threads/{thread}/members?ids={member.Id}"),
            await stranger.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/invites", new { }), await stranger.CallAsync(HttpMethod.Get, $"/api/threads/{thread}/invites"),
            await stranger.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/invites/7000000000000000"),
        })
        {
            Assert.Equal("404 thread_not_found", said.ToString());
        }
    }

    [Fact]
    public async Task The_names_of_those_who_have_gone_are_still_told_to_members()
    {
        if (await PeopleAsync("gt_j", 4) is not [var owner, var gone, var there, var never])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Names", gone, there);
        await gone.SendAsync(thread, "bye");
        await gone.LeaveAsync(thread);

        var found = (await there.GetAsync($"/api/threads/{thread}/members?ids={gone.Id},{owner.Id},{never.Id}")).GetProperty("members").EnumerateArray()
            .ToDictionary(m => m.GetProperty("handle").GetString()!);
        Assert.Equal([owner.Handle, gone.Handle], found.Keys.Order());
        Assert.True(found[gone.Handle].GetProperty("left").GetBoolean());
        Assert.Equal("owner", found[owner.Handle].GetProperty("role").GetString());
    }

    public static TheoryData<string, string, string, string> Wrong => new()
    {
        { "POST", "members", """{"people":["@one"]}""", "400 invalid_request" },
        { "POST", "members", """{"clientId":"{uuid}"}""", "400 invalid_request" },
        { "POST", "members", """{"clientId":"{uuid}","people":[]}""", "400 invalid_request" },
        { "POST", "members", """{"clientId":"{uuid}","people":["one"]}""", "400 invalid_request" },
        { "POST", "members", """{"clientId":"{uuid}","people":[null]}""", "400 invalid_request" },
        { "POST", "members", """{"clientId":"{uuid}","people":["page:kiosk"]}""", "400 pages_not_in_groups" },
        { "POST", "members", """{"clientId":"{uuid}","people":["@nobody.at.all"]}""", "404 person_not_found" },
        { "PUT", "members/{member}/role", """{"clientId":"{uuid}","role":"king"}""", "400 invalid_request" },
        { "PUT", "members/{member}/role", """{"clientId":"{uuid}"}""", "400 invalid_request" },
        { "PUT", "members/7000000000000000/role", """{"clientId":"{uuid}","role":"admin"}""", "404 member_not_found" },
        { "PUT", "members/nobody/role", """{"clientId":"{uuid}","role":"admin"}""", "404 member_not_found" },
        { "DELETE", "members/7000000000000000", "", "404 member_not_found" },
        { "DELETE", "members/nobody", "", "404 member_not_found" },
        { "PATCH", "", """{"clientId":"{uuid}","title":"two\nlines"}""", "400 invalid_request" },
        { "PATCH", "", """{"clientId":"{uuid}","title":7}""", "400 invalid_request" },
        { "PATCH", "", """{"clientId":"{uuid}","history":"some"}""", "400 invalid_request" },
        { "PATCH", "", """{"clientId":"{uuid}","picture":"abc"}""", "400 invalid_request" },
        { "PATCH", "", """{"clientId":"{uuid}","picture":"7000000000000000"}""", "400 picture_not_found" },
        { "PATCH", "", """{"clientId":"{uuid}","owner":"me"}""", "400 unknown_member" },
        { "PATCH", "", """{"title":"Without an id"}""", "400 invalid_request" },
        { "POST", "invites", """{"uses":0}""", "400 invalid_request" },
        { "POST", "invites", """{"expiresInSeconds":-1}""", "400 invalid_request" },
        { "DELETE", "invites/7000000000000000", "", "404 invite_not_found" },
        { "DELETE", "invites/x", "", "404 invite_not_found" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_cannot_be_asked_is_refused_with_its_code(string method, string path, string body, string answer)
    {
        var name = "gt_k" + Guid.NewGuid().ToString("n")[..8];
        if (await PeopleAsync(name, 2) is not [var owner, var member])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Wrong", member);
        path = $"/api/threads/{thread}/{path}".TrimEnd('/').Replace("{member}", member.Id.ToString(), StringComparison.Ordinal);
        var given = body.Length == 0 ? null : (object)JsonSerializer.Deserialize<JsonElement>(body.Replace("{uuid}", Guid.NewGuid().ToString(), StringComparison.Ordinal));

        Assert.Equal(answer, (await owner.CallAsync(new HttpMethod(method), path, given)).ToString());
        Assert.Equal(0, (await owner.GetAsync($"/api/threads/{thread}")).GetProperty("lastSeq").GetInt64());
    }
}
