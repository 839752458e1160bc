using Xunit;

namespace Stoa.Conformance.Tests;

/// <summary>Groups: docs/protocol/http.md, Groups.</summary>
public sealed class GroupTests(ServerUnderTest server)
{
    [Fact]
    public async Task Who_joins_by_a_link_is_in_once_and_a_spent_link_lets_nobody_in()
    {
        var (owner, _, group) = await GroupAsync();
        var invite = await owner.CallAsync(HttpMethod.Post, $"/api/threads/{group}/invites", new { uses = 1 }, 201);
        var token = Person.Text(invite, "token");
        var (guest, late) = (await server.SignUpAsync("Guest"), await server.SignUpAsync("Late"));
        var join = new { clientId = Guid.NewGuid() };

        await guest.CallAsync(HttpMethod.Post, $"/api/invites/{token}", join, 201);
        await guest.CallAsync(HttpMethod.Post, $"/api/invites/{token}", join, 200, 201);

        Assert.Equal("invite_not_found", await late.RefusalAsync(HttpMethod.Post, $"/api/invites/{token}", new { clientId = Guid.NewGuid() }, 404));
        Assert.Equal(3, (await owner.ThreadAsync(group)).GetProperty("memberCount").GetInt32());
    }

    [Fact]
    public async Task Who_is_removed_reads_and_hears_nothing_from_then_on()
    {
        var (owner, member, group) = await GroupAsync();
        await using var phone = await Device.OpenAsync(member);
        await owner.SendAsync(group, "while you are here");
        await phone.NextEventAsync(group);

        await owner.CallAsync(HttpMethod.Delete, $"/api/threads/{group}/members/{member.Id}", null, 200);
        await owner.SendAsync(group, "now that you are gone");

        Assert.Equal(group, Person.Text(await phone.NextAsync("left"), "thread"));
        Assert.Equal("thread_not_found", await member.RefusalAsync(HttpMethod.Get, $"/api/threads/{group}/events", null, 404));
        Assert.Equal("thread_not_found", await member.RefusalAsync(HttpMethod.Post, $"/api/threads/{group}/messages", new { clientId = Guid.NewGuid(), text = "hello?" }, 404));
        await phone.SendAsync(new { op = "ping" });
        await phone.NextAsync("pong");
        Assert.DoesNotContain(phone.Seen, frame => frame.GetRawText().Contains("now that you are gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_joins_a_group_that_hides_its_past_sees_only_what_comes()
    {
        var (owner, _, group) = await GroupAsync();
        await owner.CallAsync(HttpMethod.Patch, $"/api/threads/{group}", new { clientId = Guid.NewGuid(), history = "from_join" }, 200);
        await owner.SendAsync(group, "before you");
        var guest = await server.SignUpAsync("Guest");

        await owner.CallAsync(HttpMethod.Post, $"/api/threads/{group}/members", new { clientId = Guid.NewGuid(), people = new[] { $"@{guest.Handle}" } }, 200);
        await owner.SendAsync(group, "after you came");

        var log = await guest.EventsAsync(group);
        Assert.DoesNotContain(log, e => e.GetRawText().Contains("before you", StringComparison.Ordinal));
        Assert.Contains(log, e => e.GetRawText().Contains("after you came", StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_a_group_for_announcements_members_read()
    {
        var (owner, member, group) = await GroupAsync();
        await owner.CallAsync(HttpMethod.Patch, $"/api/threads/{group}", new { clientId = Guid.NewGuid(), announcementsOnly = true }, 200);

        Assert.Equal("announcements_only", await member.RefusalAsync(HttpMethod.Post, $"/api/threads/{group}/messages", new { clientId = Guid.NewGuid(), text = "may I?" }, 403));
        Assert.True(await owner.SendAsync(group, "I may") > 0);
    }

    [Fact]
    public async Task The_last_owner_names_another_before_leaving()
    {
        var (owner, member, group) = await GroupAsync();

        Assert.Equal("owner_must_stay", await owner.RefusalAsync(HttpMethod.Delete, $"/api/threads/{group}/members/me", null, 409));
        await owner.CallAsync(HttpMethod.Put, $"/api/threads/{group}/members/{member.Id}/role", new { clientId = Guid.NewGuid(), role = "owner" }, 200);
        await owner.CallAsync(HttpMethod.Delete, $"/api/threads/{group}/members/me", null, 200);

        Assert.Equal("owner", Person.Text(await member.ThreadAsync(group), "role"));
        await owner.RefusalAsync(HttpMethod.Get, $"/api/threads/{group}", null, 404);
    }

    /// <summary>A group of two who know each other.</summary>
    private async Task<(Person Owner, Person Member, string Group)> GroupAsync()
    {
        var (owner, member, _) = await server.PairAsync();
        var made = await owner.CallAsync(HttpMethod.Post, "/api/threads", new { with = new[] { $"@{member.Handle}" }, title = "Harbour" }, 200, 201);
        Assert.Equal("group", Person.Text(made, "kind"));
        return (owner, member, Person.Text(made, "id"));
    }
}
