using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Groups;

/// <summary>What happens at once, from two nodes on one database: the thread's lock decides, and what it decided is whole.</summary>
public sealed class GroupRaceTests
{
    private const int Rounds = 12;

    [Fact]
    public async Task Two_owners_who_remove_each_other_at_once_leave_one()
    {
        await using var nodes = await TwoNodes.StartAsync();
        for (var i = 0; i < Rounds; i++)
        {
            var (one, two, thread) = await nodes.TwoOwnersAsync($"rm{i}");
            var said = await Task.WhenAll(one.RemoveAsync(thread, two), nodes.There(two).RemoveAsync(thread, one));

            Assert.Equal(["200", "404 thread_not_found"], said.Select(answer => answer.ToString()).Order());
            var left = said[0].Status == 200 ? one : two;
            Assert.Equal("owner", (await left.MembersAsync(thread))[left.Handle]);
            Assert.Single(await left.CodesAsync(thread), code => code == "member_removed");
        }
    }

    [Fact]
    public async Task Of_two_owners_who_leave_at_once_one_stays()
    {
        await using var nodes = await TwoNodes.StartAsync();
        for (var i = 0; i < Rounds; i++)
        {
            var (one, two, thread) = await nodes.TwoOwnersAsync($"lv{i}");
            var said = await Task.WhenAll(one.LeaveAsync(thread), nodes.There(two).LeaveAsync(thread));

            Assert.Equal(["200", "409 owner_must_stay"], said.Select(answer => answer.ToString()).Order());
            var left = said[0].Status == 200 ? two : one;
            Assert.Equal("owner", (await left.MembersAsync(thread))[left.Handle]);
        }
    }

    [Fact]
    public async Task Two_owners_who_make_each_other_members_at_once_leave_one()
    {
        await using var nodes = await TwoNodes.StartAsync();
        for (var i = 0; i < Rounds; i++)
        {
            var (one, two, thread) = await nodes.TwoOwnersAsync($"rl{i}");
            var said = await Task.WhenAll(one.SetRoleAsync(thread, two, "member"), nodes.There(two).SetRoleAsync(thread, one, "member"));

            Assert.Equal(["200", "403 role_too_low"], said.Select(answer => answer.ToString()).Order());
            Assert.Single((await one.MembersAsync(thread)).Values, role => role == "owner");
        }
    }

    [Fact]
    public async Task Somebody_whom_two_admins_add_at_once_comes_in_once()
    {
        await using var nodes = await TwoNodes.StartAsync();
        for (var i = 0; i < Rounds; i++)
        {
            var (one, two, thread) = await nodes.TwoOwnersAsync($"ad{i}");
            var friend = await Somebody.SignUpAsync(nodes.First, $"friend{i}");
            var said = await Task.WhenAll(one.AddAsync(thread, friend), nodes.There(two).AddAsync(thread, friend));

            Assert.All(said, answer => Assert.Equal("200", answer.ToString()));
            Assert.Single(await one.CodesAsync(thread), code => code == "member_added");
            Assert.Equal("member", (await friend.MembersAsync(thread))[friend.Handle]);
        }
    }

    [Fact]
    public async Task A_send_stands_before_the_sender_s_removal_or_nowhere()
    {
        await using var nodes = await TwoNodes.StartAsync();
        for (var i = 0; i < Rounds; i++)
        {
            var (owner, member, thread) = await nodes.TwoOwnersAsync($"sn{i}");
            var there = nodes.There(member);
            var sends = Enumerable.Range(0, 20).Select(n => (n % 2 == 0 ? member : there).CallAsync(
                HttpMethod.Post, $"/api/threads/{thread}/messages", new { clientId = Guid.NewGuid(), text = $"{n}" })).ToList();
            await Task.WhenAny(sends);
            var removal = await owner.RemoveAsync(thread, member);
            var said = await Task.WhenAll(sends);

            Assert.Equal("200", removal.ToString());
            Assert.All(said, answer => Assert.True(answer.Status == 201 ? answer.Seq < removal.Seq : answer.ToString() == "404 thread_not_found", answer.ToString()));
            var events = await owner.EventsAsync(thread);
            Assert.Equal(removal.Seq, events[^1].GetProperty("seq").GetInt64());
            Assert.Equal(said.Count(answer => answer.Status == 201), events.Count(e => e.GetProperty("kind").GetString() == "message"));
        }
    }

    [Fact]
    public async Task Roles_that_many_set_at_once_are_what_the_log_says_last()
    {
        await using var nodes = await TwoNodes.StartAsync();
        var (one, two, thread) = await nodes.TwoOwnersAsync("many");
        var friend = await Somebody.SignUpAsync(nodes.First, "friend");
        await one.AddAsync(thread, friend);
        string[] roles = ["admin", "member", "owner"];

        var said = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => (i % 2 == 0 ? one : nodes.There(two)).SetRoleAsync(thread, friend, roles[i % 3])));

        Assert.All(said, answer => Assert.Equal("200", answer.ToString()));
        var changes = (await one.EventsAsync(thread)).Select(e => e.GetProperty("system")).Where(s => s.GetProperty("code").GetString() == "role_changed")
            .Where(s => s.GetProperty("member").GetString() == friend.Id.ToString()).Select(s => s.GetProperty("role").GetString()!).ToList();
        Assert.Equal((await one.MembersAsync(thread))[friend.Handle], changes[^1]);
        // What was so already made no event: no two alike follow one another.
        Assert.All(changes.Zip(changes.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    /// <summary>Two servers on one database.</summary>
    private sealed class TwoNodes(StoaServer first, StoaServer second) : IAsyncDisposable
    {
        public StoaServer First => first;

        public static async Task<TwoNodes> StartAsync()
        {
            var first = await Cast.StartAsync();
            return new(first, await Cast.StartAsync(new StoaServerOptions { Database = first.Database }));
        }

        public Somebody There(Somebody person) => person.At(second);

        public async Task<(Somebody One, Somebody Two, ThreadId Thread)> TwoOwnersAsync(string prefix)
        {
            var (one, two) = (await Somebody.SignUpAsync(first, prefix + "_one"), await Somebody.SignUpAsync(first, prefix + "_two"));
            var thread = await one.MakeGroupAsync("Two owners", two, await Somebody.SignUpAsync(first, prefix + "_three"));
            Assert.Equal("200", (await one.SetRoleAsync(thread, two, "owner")).ToString());
            return (one, two, thread);
        }

        public async ValueTask DisposeAsync()
        {
            await second.DisposeAsync();
            await first.DisposeAsync();
        }
    }
}
