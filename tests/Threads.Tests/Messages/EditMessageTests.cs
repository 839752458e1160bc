using Xunit;

namespace Stoa.Threads.Tests.Messages;

public sealed class EditMessageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_edit_shows_on_pages_and_live_and_keeps_its_versions()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var seq = await one.SendAsync(thread, "tuesday");
        server.Clock.Advance(TimeSpan.FromHours(1));
        await using var phone = await other.ConnectAsync();

        var edit = await one.EditAsync(thread, seq, "wednesday", entities: [new { type = "bold", offset = 0, length = 9 }]).SeqAsync();

        var message = await other.EventAsync(thread, seq);
        Assert.Equal(("message", "wednesday", edit), (message.Text("kind"), message.Text("text"), message.GetProperty("changedSeq").GetInt64()));
        Assert.Equal("2026-11-20T13:00:00.000Z", message.Text("editedAt"));
        var mark = Assert.Single(message.GetProperty("entities").EnumerateArray());
        Assert.Equal(("bold", 0, 9), (mark.Text("type"), mark.GetProperty("offset").GetInt32(), mark.GetProperty("length").GetInt32()));
        var told = (await phone.WaitForEventsAsync(thread.ToString(), edit))[^1];
        Assert.Equal(("edit", "wednesday", seq), (told.Text("kind"), told.Text("text"), told.GetProperty("of").GetInt64()));
        Assert.False(told.Has("clientId"));
        var versions = (await other.GetAsync(Calls.Path(thread, seq, "versions"))).GetProperty("versions").EnumerateArray().ToList();
        Assert.Equal([("tuesday", "2026-11-20T12:00:00.000Z"), ("wednesday", "2026-11-20T13:00:00.000Z")], versions.Select(version => (version.Text("text"), version.Text("at")))!);
        Assert.Equal(2, await other.LastSeqAsync(thread));
        Assert.Equal(1, (await other.GetAsync($"/api/threads/{thread}")).GetProperty("unread").GetInt64());
    }

    [Fact]
    public async Task An_edit_sent_twice_is_one_and_a_late_repeat_leaves_the_newer_text()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var seq = await one.SendAsync(thread, "a");
        var first = Guid.NewGuid();
        using var answer = await one.EditAsync(thread, seq, "b", first);
        using var again = await one.EditAsync(thread, seq, "b", first);
        await one.EditAsync(thread, seq, "c").SeqAsync();
        using var late = await one.EditAsync(thread, seq, "b", first);
        var same = await one.EditAsync(thread, seq, "c").SeqAsync();

        var body = await answer.Content.ReadAsStringAsync(Ct);
        Assert.Equal(body, await again.Content.ReadAsStringAsync(Ct));
        Assert.Equal(body, await late.Content.ReadAsStringAsync(Ct));
        Assert.Equal("c", (await other.EventAsync(thread, seq)).Text("text"));
        Assert.Equal(3, same);
        Assert.Equal(3, await one.LastSeqAsync(thread));
    }

    [Fact]
    public async Task Two_devices_that_edit_at_once_leave_one_text_and_both_as_versions()
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new() { Database = server.Database });
        var (one, other, thread) = await Cast.PairAsync(server);
        var there = one.At(second);
        for (var i = 0; i < 10; i++)
        {
            var seq = await one.SendAsync(thread, "a");
            var seqs = await Task.WhenAll(one.EditAsync(thread, seq, "here").SeqAsync(), there.EditAsync(thread, seq, "there").SeqAsync());

            var message = await other.EventAsync(thread, seq);
            Assert.Equal(seqs.Max(), message.GetProperty("changedSeq").GetInt64());
            Assert.Equal(seqs[0] > seqs[1] ? "here" : "there", message.Text("text"));
            Assert.Equal(3, (await other.GetAsync(Calls.Path(thread, seq, "versions"))).GetProperty("versions").GetArrayLength());
        }
    }

    [Fact]
    public async Task What_cannot_be_edited_says_why()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var stranger = await Somebody.SignUpAsync(server, "stranger");
        var seq = await one.SendAsync(thread, "mine");
        var poll = await one.PostAsync(thread, new { clientId = Guid.NewGuid(), poll = new { question = "When?", options = new[] { "now", "then" } } }).SeqAsync();
        var edit = await one.EditAsync(thread, seq, "still mine").SeqAsync();

        Assert.Equal("404 thread_not_found", await stranger.EditAsync(thread, seq, "x").RefusalAsync());
        Assert.Equal("403 not_your_message", await other.EditAsync(thread, seq, "x").RefusalAsync());
        Assert.Equal("409 not_editable", await one.EditAsync(thread, poll, "x").RefusalAsync());
        Assert.Equal("409 not_editable", await one.EditAsync(thread, edit, "x").RefusalAsync());
        Assert.Equal("404 message_not_found", await one.EditAsync(thread, 99, "x").RefusalAsync());
        Assert.Equal("400 text_invalid", await one.EditAsync(thread, seq, " ").RefusalAsync());
        Assert.Equal("400 text_missing", await one.PutAsync(Calls.Path(thread, seq), new { clientId = Guid.NewGuid() }).RefusalAsync());
        Assert.Equal("400 invalid_request", await one.PutAsync(Calls.Path(thread, seq), new { text = "x" }).RefusalAsync());
        Assert.Equal("400 entities_invalid", await one.EditAsync(thread, seq, "x", entities: [new { type = "bold", offset = 0, length = 2 }]).RefusalAsync());
        server.Clock.Advance(TimeSpan.FromHours(48));
        await one.EditAsync(thread, seq, "in time").SeqAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("409 edit_too_late", await one.EditAsync(thread, seq, "x").RefusalAsync());
        Assert.Equal("in time", (await other.EventAsync(thread, seq)).Text("text"));
    }

    [Fact]
    public async Task A_message_has_a_hundred_versions_at_most()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        var seq = await one.SendAsync(thread, "0");
        for (var i = 1; i < 100; i++)
        {
            await one.EditAsync(thread, seq, $"{i}").SeqAsync();
        }

        Assert.Equal("409 edited_too_often", await one.EditAsync(thread, seq, "100").RefusalAsync());
        Assert.Equal(100, (await one.GetAsync(Calls.Path(thread, seq, "versions"))).GetProperty("versions").GetArrayLength());
    }

    [Fact]
    public async Task Who_may_not_see_a_message_is_told_nothing_of_its_edits()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, _) = await Cast.PairAsync(server);
        var late = await Somebody.SignUpAsync(server, "late");
        var thread = await one.OpenAsync("@other", "@late");
        var seq = await one.SendAsync(thread, "before late came");
        await Calls.ExecuteAsync(server, "update threads.members set from_seq = @seq where thread_id = @Thread and member_id = @Late", new { seq, Thread = thread.Value, Late = late.Id.Value });
        await using var lateDevice = await late.ConnectAsync();
        await using var otherDevice = await other.ConnectAsync();
        var hidden = await one.SendAsync(thread, "hidden by other");
        await other.HideAsync(thread, hidden);

        var first = await one.EditAsync(thread, seq, "secret").SeqAsync();
        var second = await one.EditAsync(thread, hidden, "secret too").SeqAsync();

        var toLate = await lateDevice.WaitForEventsAsync(thread.ToString(), second);
        var toOther = await otherDevice.WaitForEventsAsync(thread.ToString(), second);
        Assert.Equal([null, "secret too"], toLate.TakeLast(2).Select(e => e.Text("text")));
        Assert.Equal(["secret", null], toOther.TakeLast(2).Select(e => e.Text("text")));
        Assert.Equal((seq, "edit"), (toLate[^2].GetProperty("of").GetInt64(), toLate[^2].Text("kind")));
        Assert.Equal((null, "secret too"), ((await late.EventAsync(thread, first)).Text("text"), (await late.EventAsync(thread, second)).Text("text")));
        Assert.Equal(("secret", null), ((await other.EventAsync(thread, first)).Text("text"), (await other.EventAsync(thread, second)).Text("text")));
        Assert.Equal("404 message_not_found", await late.ReactAsync(thread, seq, "👍").RefusalAsync());
        Assert.Equal("404 message_not_found", await other.ReactAsync(thread, hidden, "👍").RefusalAsync());
        await late.GetAsync(Calls.Path(thread, seq, "versions"), 404);
        await other.GetAsync(Calls.Path(thread, hidden, "versions"), 404);
    }
}
