using Dapper;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Groups;

/// <summary>Links into groups: who they let in, how often, until when.</summary>
public sealed class InviteTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_shows_where_it_leads_and_lets_somebody_in_as_a_member()
    {
        if (await GroupCast.SignUpManyAsync(shared.Server, "in_a", 2) is not [var owner, var guest])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupOfTwoAsync(shared.Server, "Open house");
        await owner.ChangeAsync(thread, new() { ["about"] = "Everybody is welcome" });
        var made = await owner.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/invites", new { uses = 2 });
        var token = made.Body.GetProperty("token").GetString()!;
        Assert.EndsWith("/join#" + token, made.Body.GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, made.Body.GetProperty("usesLeft").GetInt32());

        var before = await guest.GetAsync($"/api/invites/{token}");
        Assert.Equal("""{"title":"Open house","about":"Everybody is welcome","memberCount":2,"member":false}""", before.GetRawText());
        var joined = await guest.JoinAsync(token);
        Assert.Equal(("201", thread.ToString()), (joined.ToString(), joined.Body.GetProperty("id").GetString()));
        // Who is in uses nothing up, however often.
        Assert.Equal("200", (await guest.JoinAsync(token)).ToString());
        Assert.Equal("200", (await owner.JoinAsync(token)).ToString());

        var listed = (await owner.GetAsync($"/api/threads/{thread}/invites")).GetProperty("invites").EnumerateArray().Single();
        Assert.Equal((1, 2, made.Body.GetProperty("id").GetString()), (listed.GetProperty("uses").GetInt32(), listed.GetProperty("usesMax").GetInt32(), listed.GetProperty("id").GetString()));
        Assert.False(listed.TryGetProperty("token", out _));
        Assert.Equal("member", (await owner.MembersAsync(thread))[guest.Handle]);
        Assert.Equal(guest.Id.ToString(), (await owner.EventsAsync(thread))[^1].GetProperty("sender").GetString());
    }

    [Fact]
    public async Task Ten_who_join_at_once_by_a_link_for_one_are_one_and_the_others_find_it_dead()
    {
        var people = await GroupCast.SignUpManyAsync(shared.Server, "in_b", 11);
        var owner = people[0];
        var thread = await owner.MakeGroupOfTwoAsync(shared.Server, "One more");
        var token = await owner.InviteAsync(thread, new { uses = 1 });

        var said = await Task.WhenAll(people[1..].Select(person => person.JoinAsync(token)));

        Assert.Equal(["201", .. Enumerable.Repeat("404 invite_not_found", 9)], said.Select(one => one.ToString()).Order());
        Assert.Equal(3, (await owner.MembersAsync(thread)).Count);
        Assert.Empty((await owner.GetAsync($"/api/threads/{thread}/invites")).GetProperty("invites").EnumerateArray());
        Assert.Equal("404 invite_not_found", (await owner.CallAsync(HttpMethod.Get, $"/api/invites/{token}")).ToString());
    }

    [Fact]
    public async Task After_the_answer_to_taking_a_link_back_nobody_joins_by_it()
    {
        var people = await GroupCast.SignUpManyAsync(shared.Server, "in_c", 33);
        var owner = people[0];
        var thread = await owner.MakeGroupOfTwoAsync(shared.Server, "Closing");
        var made = await owner.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/invites", new { });
        var (token, id) = (made.Body.GetProperty("token").GetString()!, made.Body.GetProperty("id").GetString());

        var joining = people[1..].Select(person => person.JoinAsync(token)).ToArray();
        await joining[0];
        Assert.Equal("204", (await owner.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/invites/{id}")).ToString());
        var inThen = (await owner.GetAsync($"/api/threads/{thread}")).GetProperty("lastSeq").GetInt64();
        var said = await Task.WhenAll(joining);

        var members = await owner.MembersAsync(thread);
        Assert.Equal(inThen, members.Count - 2);
        Assert.Equal(members.Count - 2, said.Count(one => one.Status == 201));
        Assert.All(said, one => Assert.True(one.ToString() is "201" or "404 invite_not_found", one.ToString()));
        Assert.Equal("204", (await owner.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/invites/{id}")).ToString());
    }

    [Fact]
    public async Task A_link_dies_by_the_clock()
    {
        await using var server = await Cast.StartAsync();
        if (await GroupCast.SignUpManyAsync(server, "clock", 3) is not [var owner, var early, var late])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupOfTwoAsync(server, "An hour");
        var token = await owner.InviteAsync(thread, new { expiresInSeconds = 3600 });
        server.Clock.Advance(TimeSpan.FromSeconds(3599));
        Assert.Equal("201", (await early.JoinAsync(token)).ToString());
        server.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("404 invite_not_found", (await late.CallAsync(HttpMethod.Get, $"/api/invites/{token}")).ToString());
        Assert.Equal("404 invite_not_found", (await late.JoinAsync(token)).ToString());
        Assert.Empty((await owner.GetAsync($"/api/threads/{thread}/invites")).GetProperty("invites").EnumerateArray());
    }

    [Fact]
    public async Task Whoever_was_removed_comes_back_when_somebody_adds_them_and_not_by_a_link()
    {
        if (await GroupCast.SignUpManyAsync(shared.Server, "in_d", 2) is not [var owner, var member])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Out", member);
        var token = await owner.InviteAsync(thread, new { uses = 5 });
        await owner.RemoveAsync(thread, member);
        Assert.Equal("403 join_refused", (await member.JoinAsync(token)).ToString());
        Assert.Equal(0, (await owner.GetAsync($"/api/threads/{thread}/invites")).GetProperty("invites")[0].GetProperty("uses").GetInt32());
        Assert.Equal("200", (await owner.AddAsync(thread, member)).ToString());
        Assert.Equal("200", (await member.JoinAsync(token)).ToString());
        // Who left by themselves may come back by it.
        await member.LeaveAsync(thread);
        Assert.Equal("201", (await member.JoinAsync(token)).ToString());
    }

    [Theory]
    [InlineData("gi_")]
    [InlineData("x")]
    [InlineData("gi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("gi_%C3%A9AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_link_that_never_was_is_none(string token)
    {
        var one = await Somebody.SignUpAsync(shared.Server, "in_e" + Guid.NewGuid().ToString("n")[..8]);
        Assert.Equal("404 invite_not_found", (await one.CallAsync(HttpMethod.Get, $"/api/invites/{token}")).ToString());
        Assert.Equal("404 invite_not_found", (await one.JoinAsync(token)).ToString());
    }

    [Fact]
    public async Task The_token_is_stored_nowhere_and_a_group_has_fifty_links()
    {
        await using var server = await Cast.StartAsync();
        var owner = await Somebody.SignUpAsync(server, "owner");
        var thread = await owner.MakeGroupOfTwoAsync(server, "Links");
        var tokens = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => owner.InviteAsync(thread)));

        Assert.Equal("409 too_many_invites", (await owner.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/invites", new { })).ToString());
        await using var connection = server.Database.DataSource.OpenConnection();
        var rows = await connection.QueryAsync<string>("select i::text || encode(token_sha256, 'escape') from threads.invites i");
        Assert.All(rows, row => Assert.DoesNotContain(tokens, token => row.Contains(token[3..], StringComparison.Ordinal)));
        var first = (await owner.GetAsync($"/api/threads/{thread}/invites")).GetProperty("invites")[0].GetProperty("id").GetString();
        await owner.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/invites/{first}");
        await owner.InviteAsync(thread);
        Assert.Equal(50, await connection.ExecuteScalarAsync<int>("select count(*) from threads.invites"));
    }
}
