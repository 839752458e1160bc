using System.Text.Json;
using Xunit;

namespace Stoa.Threads.Tests.Groups;

/// <summary>What somebody sees who came later, and somebody who has gone.</summary>
public sealed class HistoryTests(SharedServer shared)
{
    [Fact]
    public async Task Who_comes_later_sees_what_came_before_only_where_the_group_shows_it()
    {
        if (await GroupCast.SignUpManyAsync(shared.Server, "hi_a", 5) is not [var owner, var there, var added, var joined, var later])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("History", there);
        var token = await owner.InviteAsync(thread);
        await owner.SendAsync(thread, "before all");
        await owner.AddAsync(thread, added);
        await owner.SendAsync(thread, "between");
        await joined.JoinAsync(token);
        await owner.ChangeAsync(thread, new() { ["history"] = "all" });
        await later.JoinAsync(token);
        await owner.SendAsync(thread, "to all");

        Assert.Equal("1, 2, 3, 4, 5, 6, 7", await SeqsAsync(there));
        Assert.Equal("2, 3, 4, 5, 6, 7", await SeqsAsync(added));
        Assert.Equal("4, 5, 6, 7", await SeqsAsync(joined));
        Assert.Equal("1, 2, 3, 4, 5, 6, 7", await SeqsAsync(later));
        // Nothing that was sent before one came is unread.
        Assert.Equal(1, (await later.GetAsync($"/api/threads/{thread}")).GetProperty("unread").GetInt64());
        Assert.Equal(2, (await added.GetAsync($"/api/threads/{thread}")).GetProperty("unread").GetInt64());

        async Task<string> SeqsAsync(Somebody who) => string.Join(", ", (await who.EventsAsync(thread)).Select(e => e.GetProperty("seq").GetInt64()));
    }

    [Fact]
    public async Task Whoever_comes_back_sees_from_then_on_and_nothing_of_the_time_before()
    {
        if (await GroupCast.SignUpManyAsync(shared.Server, "hi_b", 2) is not [var owner, var member])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Back", member);
        var token = await owner.InviteAsync(thread);
        await owner.SendAsync(thread, "while in");
        await member.LeaveAsync(thread);
        await owner.SendAsync(thread, "while away");
        var back = await member.JoinAsync(token);
        await owner.SendAsync(thread, "while back");

        Assert.Equal("201", back.ToString());
        Assert.Equal([4, 5], (await member.EventsAsync(thread)).Select(e => e.GetProperty("seq").GetInt64()));
        Assert.Equal([4, 5], (await member.GetAsync($"/api/threads/{thread}/events?before=1000")).GetProperty("events").EnumerateArray().Select(e => e.GetProperty("seq").GetInt64()));
        await using var device = await member.ConnectAsync(new Dictionary<string, long> { [thread.ToString()] = 0 });
        Assert.Equal([4, 5], (await device.WaitForEventsAsync(thread.ToString(), 5)).Select(e => e.GetProperty("seq").GetInt64()));
    }

    [Theory]
    [InlineData("leave")]
    [InlineData("removed")]
    public async Task After_the_answer_nothing_of_the_thread_is_told_to_who_is_out(string how)
    {
        if (await GroupCast.SignUpManyAsync(shared.Server, $"hi_c_{how}_", 3) is not [var owner, var gone, var member])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Gone", gone, member);
        await using var device = await gone.ConnectAsync();
        await using var others = await member.ConnectAsync();
        await device.SettleAsync(owner, thread);
        await others.SettleAsync(owner, thread);

        var last = (how == "leave" ? await gone.LeaveAsync(thread) : await owner.RemoveAsync(thread, gone)).Seq;
        await device.WaitAsync("left", frame => frame.GetProperty("thread").GetString() == thread.ToString());
        var told = device.Seen.Count;
        // Everything that lives in a thread: a message, typing, a marker, a change of the group.
        await owner.SendAsync(thread, "without you");
        await others.SendAsync(new { op = "typing", thread = thread.ToString(), on = true });
        await member.ReadUpToAsync(thread, last + 1);
        await owner.ChangeAsync(thread, new() { ["title"] = "Without you" });
        await device.SendAsync(new { op = "typing", thread = thread.ToString(), on = true });
        await device.SendAsync(new { op = "read", thread = thread.ToString(), seq = last + 1 });
        Assert.Equal("thread_not_found", (await device.WaitAsync("error")).GetProperty("code").GetString());
        // News of another thread comes behind all that.
        var direct = await owner.OpenAsync("@" + gone.Handle);
        await device.SettleAsync(owner, direct);
        await others.SettleAsync(owner, thread);

        Assert.DoesNotContain(device.Seen.Skip(told), frame => frame.TryGetProperty("thread", out var of) && of.ValueKind == JsonValueKind.String && of.GetString() == thread.ToString());
        Assert.DoesNotContain(device.EventsOf(thread.ToString()), e => e.GetProperty("seq").GetInt64() >= last);
        Assert.DoesNotContain(others.Seen, frame => frame.GetProperty("op").GetString() == "typing" && frame.GetProperty("member").GetString() == gone.Id.ToString());
        Assert.Equal("404 thread_not_found", (await gone.CallAsync(HttpMethod.Get, $"/api/threads/{thread}/events?after=0")).ToString());
        // A device that was away learns it when it comes back.
        await using var away = await gone.ConnectAsync(new Dictionary<string, long> { [thread.ToString()] = 1 });
        await away.WaitAsync("left", frame => frame.GetProperty("thread").GetString() == thread.ToString());
    }

    [Fact]
    public async Task Who_is_added_is_told_of_the_thread_on_all_devices()
    {
        if (await GroupCast.SignUpManyAsync(shared.Server, "hi_d", 3) is not [var owner, var there, var added])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Welcome", there);
        await using var one = await added.ConnectAsync();
        await using var two = await added.ConnectAsync();
        var seq = (await owner.AddAsync(thread, added)).Seq;

        foreach (var device in new[] { one, two })
        {
            var told = await device.WaitAsync("thread", frame => frame.GetProperty("thread").GetProperty("id").GetString() == thread.ToString());
            Assert.Equal(("Welcome", seq), (told.GetProperty("thread").GetProperty("title").GetString(), told.GetProperty("thread").GetProperty("lastSeq").GetInt64()));
            await device.SettleAsync(owner, thread);
        }
    }

    [Fact]
    public async Task A_removal_at_another_node_ends_live_news_here()
    {
        await using var here = await Cast.StartAsync();
        await using var there = await Cast.StartAsync(new Stoa.Testing.StoaServerOptions { Database = here.Database });
        if (await GroupCast.SignUpManyAsync(here, "node", 3) is not [var owner, var gone, var member])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Two nodes", gone, member);
        await using var device = await gone.ConnectAsync();
        await device.SettleAsync(owner, thread);
        var removed = await owner.At(there).RemoveAsync(thread, gone);

        await member.SendAsync(thread, "without you");
        await using var others = await member.ConnectAsync();
        await others.SendAsync(new { op = "typing", thread = thread.ToString(), on = true });
        var direct = await owner.OpenAsync("@" + gone.Handle);
        await others.SettleAsync(owner, thread);
        await device.SettleAsync(owner, direct);

        Assert.DoesNotContain(device.EventsOf(thread.ToString()), e => e.GetProperty("seq").GetInt64() >= removed.Seq);
        Assert.DoesNotContain(device.Seen, frame => frame.GetProperty("op").GetString() is "typing" or "receipt");
    }
}
