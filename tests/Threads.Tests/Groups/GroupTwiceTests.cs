using System.Text.Json;
using Xunit;

namespace Stoa.Threads.Tests.Groups;

/// <summary>Whatever is asked twice happens once, and is answered alike.</summary>
public sealed class GroupTwiceTests(SharedServer shared)
{
    [Fact]
    public async Task Each_change_with_the_same_client_id_is_one_event_with_one_answer()
    {
        if (await GroupCast.SignUpManyAsync(shared.Server, "tw_a", 4) is not [var owner, var admin, var member, var friend])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Twice", admin, member);
        var token = await owner.InviteAsync(thread);
        (string What, Func<Guid, Task<Said>> Call)[] changes =
        [
            ("add", id => owner.AddAsync(thread, friend, id)),
            ("role", id => owner.SetRoleAsync(thread, admin, "admin", id)),
            ("title", id => admin.ChangeAsync(thread, new() { ["title"] = "Once" }, id)),
            ("remove", id => admin.RemoveAsync(thread, member, id)),
            ("leave", id => friend.LeaveAsync(thread, id)),
            ("join", id => friend.JoinAsync(token, id)),
        ];
        var expected = 0L;
        foreach (var (what, call) in changes)
        {
            var id = Guid.NewGuid();
            var answers = await Task.WhenAll(call(id), call(id), call(id));
            var again = await call(id);
            expected++;
            if (what == "join")
            {
                Assert.Equal(["200", "200", "201"], answers.Select(answer => answer.ToString()).Order());
                Assert.Equal("200", again.ToString());
            }
            else
            {
                Assert.All([.. answers, again], answer => Assert.Equal((what, "200", expected), (what, answer.ToString(), answer.Seq)));
                Assert.Single(answers.Select(answer => answer.Body.GetRawText()).Distinct());
            }

            Assert.Equal(expected, (await owner.GetAsync($"/api/threads/{thread}")).GetProperty("lastSeq").GetInt64());
        }
    }

    [Fact]
    public async Task What_is_as_wanted_already_is_answered_without_an_event()
    {
        if (await GroupCast.SignUpManyAsync(shared.Server, "tw_b", 3) is not [var owner, var member, var gone])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("As it is", member, gone);
        var removal = await owner.RemoveAsync(thread, gone);
        await owner.SendAsync(thread, "on we go");

        Assert.Equal(("200", 2), As(await owner.AddAsync(thread, member)));
        Assert.Equal(("200", 2), As(await owner.AddAsync(thread, owner)));
        Assert.Equal(("200", 2), As(await owner.SetRoleAsync(thread, member, "member")));
        Assert.Equal(("200", 2), As(await owner.ChangeAsync(thread, new() { ["title"] = "As it is", ["history"] = "from_join", ["about"] = null })));
        // Removed once, with the number of that removal.
        Assert.Equal(("200", removal.Seq), As(await owner.RemoveAsync(thread, gone)));
        Assert.Equal(("200", removal.Seq), As(await gone.LeaveAsync(thread)));
        Assert.Equal(2, (await member.EventsAsync(thread)).Count);

        static (string, long) As(Said said) => (said.ToString(), said.Seq);
    }

    [Fact]
    public async Task A_late_repeat_of_leaving_does_not_leave_again()
    {
        if (await GroupCast.SignUpManyAsync(shared.Server, "tw_c", 2) is not [var owner, var member])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Late", member);
        var (key, joinId, token) = (Guid.NewGuid(), Guid.NewGuid(), await owner.InviteAsync(thread));
        var left = await member.LeaveAsync(thread, key);
        Assert.Equal("201", (await member.JoinAsync(token, joinId)).ToString());

        Assert.Equal(left.Seq, (await member.LeaveAsync(thread, key)).Seq);
        Assert.Equal(2, (await owner.MembersAsync(thread)).Count);
        // And a late repeat of the join does not join again.
        await member.LeaveAsync(thread);
        Assert.Equal("409 already_used", (await member.JoinAsync(token, joinId)).ToString());
        Assert.Single(await owner.MembersAsync(thread));
        Assert.Equal("201", (await member.JoinAsync(token)).ToString());
    }

    [Fact]
    public async Task Making_a_group_twice_with_one_client_id_makes_one()
    {
        if (await GroupCast.SignUpManyAsync(shared.Server, "tw_d", 3) is not [var maker, var one, var two])
        {
            throw new InvalidOperationException();
        }

        var body = new { with = new[] { "@" + one.Handle, "@" + two.Handle }, title = "Once", clientId = Guid.NewGuid() };
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => maker.CallAsync(HttpMethod.Post, "/api/threads", body)));

        Assert.Equal(["200", "200", "200", "200", "200", "201"], made.Select(said => said.ToString()).Order());
        Assert.Single(made.Select(said => said.Body.GetProperty("id").GetString()).Distinct());
        Assert.Single((await one.GetAsync("/api/threads")).GetProperty("threads").EnumerateArray().ToArray());
    }
}
