using System.Net;
using Dapper;
using Xunit;

namespace Stoa.Threads.Tests.Messages;

public sealed class UnsendMessageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_of_an_unsent_message_is_left_anywhere()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var media = await Calls.UploadAsync(server, one);
        var seq = await one.PostAsync(thread, new
        {
            clientId = Guid.NewGuid(),
            text = "canary one @other",
            entities = new[] { new { type = "mention", offset = 11, length = 6, person = other.Id.ToString() } },
            attachments = new[] { new { media = media.ToString(), caption = "canary two" } },
        }).SeqAsync();
        await one.EditAsync(thread, seq, "canary three").SeqAsync();
        await other.ReactAsync(thread, seq, "🐤").SeqAsync();
        await other.PinAsync(thread, seq).SeqAsync();
        var answer = await other.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "answer", replyTo = seq, quote = "canary three" }).SeqAsync();
        Assert.Equal("canary three", (await one.EventAsync(thread, answer)).Text("quote"));
        Assert.Equal(1, await Calls.UsesAsync(server, media));

        var unsent = await one.UnsendAsync(thread, seq).SeqAsync();

        var message = await other.EventAsync(thread, seq);
        Assert.Equal(["seq", "id", "kind", "sender", "at", "unsent", "changedSeq"], message.EnumerateObject().Select(member => member.Name));
        Assert.Equal(unsent, message.GetProperty("changedSeq").GetInt64());
        Assert.Null((await one.EventAsync(thread, answer)).Text("quote"));
        Assert.Equal("answer", (await one.EventAsync(thread, answer)).Text("text"));
        Assert.Equal(0, await Calls.UsesAsync(server, media));
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        // The index of the search forgets behind the log; its own tests hold it to that.
        foreach (var table in await connection.QueryAsync<string>(
            "select table_name from information_schema.tables where table_schema = 'threads' and table_type = 'BASE TABLE' and table_name not like 'search%'"))
        {
            Assert.Equal((table, 0L), (table, await connection.ExecuteScalarAsync<long>($"select count(*) from threads.{table} x where x::text like '%canary%'")));
        }

        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("select (select count(*) from threads.pins) + (select count(*) from threads.reactions) + (select count(*) from threads.mentions)"));
        await other.GetAsync(Calls.Path(thread, seq, "versions"), 404);
        await other.GetAsync(Calls.Path(thread, seq, "reactions"), 404);
    }

    [Fact]
    public async Task Unsending_twice_is_once_and_nothing_can_be_done_to_it_afterwards()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var third = await one.OpenAsync("@other", "@other");
        var seq = await one.SendAsync(thread, "regret");
        var edit = Guid.NewGuid();
        await one.EditAsync(thread, seq, "regret it", edit).SeqAsync();

        Assert.Equal(3, await one.UnsendAsync(thread, seq).SeqAsync());
        Assert.Equal(3, await one.UnsendAsync(thread, seq).SeqAsync());
        Assert.Equal(3, await one.UnsendAsync(thread, seq, Guid.NewGuid()).SeqAsync());
        Assert.Equal(2, await one.EditAsync(thread, seq, "regret it", edit).SeqAsync()); // The late repeat is answered, and changes nothing.

        Assert.Equal("404 message_not_found", await one.EditAsync(thread, seq, "back").RefusalAsync());
        Assert.Equal("404 message_not_found", await other.ReactAsync(thread, seq, "👍").RefusalAsync());
        Assert.Equal("404 message_not_found", await other.PinAsync(thread, seq).RefusalAsync());
        Assert.Equal("404 message_not_found", await one.ForwardAsync(third, thread, seq).RefusalAsync());
        Assert.Equal("400 quote_not_found", await other.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "you said", replyTo = seq, quote = "regret" }).RefusalAsync());
        var answer = await other.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "what was it?", replyTo = seq }).SeqAsync();
        Assert.Equal(seq, (await one.EventAsync(thread, answer)).GetProperty("replyTo").GetInt64());
        Assert.True((await other.EventAsync(thread, seq)).GetProperty("unsent").GetBoolean());
        Assert.Equal(4, await one.LastSeqAsync(thread));
    }

    [Fact]
    public async Task One_s_own_or_any_as_an_admin_of_the_group()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, direct) = await Cast.PairAsync(server);
        var third = await Somebody.SignUpAsync(server, "third");
        var group = await one.OpenAsync("@other", "@third");
        await Calls.ExecuteAsync(server, "update threads.members set role = case when member_id = @One then 1 else 3 end where thread_id = @Group", new { One = one.Id.Value, Group = group.Value });
        var theirs = await other.SendAsync(group, "theirs");
        var directTheirs = await other.SendAsync(direct, "theirs");

        Assert.Equal("403 not_your_message", await third.UnsendAsync(group, theirs).RefusalAsync());
        Assert.Equal("403 not_your_message", await one.UnsendAsync(direct, directTheirs).RefusalAsync());
        await one.UnsendAsync(group, theirs).SeqAsync();

        Assert.True((await other.EventAsync(group, theirs)).GetProperty("unsent").GetBoolean());
        Assert.Equal("400 invalid_request", await one.DeleteAsync(Calls.Path(direct, directTheirs)).RefusalAsync());
        Assert.Equal("400 invalid_request", await one.DeleteAsync(Calls.Path(direct, directTheirs) + "?for=nobody").RefusalAsync());
    }

    [Fact]
    public async Task An_unsending_that_races_with_edits_wins_for_ever()
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new() { Database = server.Database });
        var (one, other, thread) = await Cast.PairAsync(server);
        var there = one.At(second);
        for (var i = 0; i < 15; i++)
        {
            var seq = await one.SendAsync(thread, "racing");
            var edits = Enumerable.Range(0, 4).Select(n => (n % 2 == 0 ? one : there).EditAsync(thread, seq, $"racing {n}")).ToList();
            var unsend = there.UnsendAsync(thread, seq).SeqAsync();
            var statuses = (await Task.WhenAll(edits)).Select(answer => answer.StatusCode).ToList();
            await unsend;

            Assert.All(statuses, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{status}"));
            Assert.True((await other.EventAsync(thread, seq)).GetProperty("unsent").GetBoolean());
            Assert.DoesNotContain(await other.AllEventsAsync(thread), e => e.Text("kind") == "edit" && e.Has("text"));
        }
    }

    [Fact]
    public async Task What_one_deletes_for_oneself_is_gone_on_one_s_devices_and_nowhere_else()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var tablet = await other.ConnectAsync();
        var seq = await one.SendAsync(thread, "seen and forgotten");

        using var gone = await other.HideAsync(thread, seq);
        using var again = await other.HideAsync(thread, seq);

        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.NoContent], [gone.StatusCode, again.StatusCode]);
        var frame = await tablet.WaitAsync("own");
        Assert.Equal((thread.ToString(), seq), (frame.Text("thread"), frame.GetProperty("hidden")[0].GetInt64()));
        Assert.Equal(["seq", "id", "kind", "sender", "at", "hidden"], (await other.EventAsync(thread, seq)).EnumerateObject().Select(member => member.Name));
        Assert.Equal("seen and forgotten", (await one.EventAsync(thread, seq)).Text("text"));
        Assert.Equal("404 message_not_found", await other.HideAsync(thread, 99).RefusalAsync());
        Assert.Equal("404 thread_not_found", await (await Somebody.SignUpAsync(server, "stranger")).HideAsync(thread, seq).RefusalAsync());
        Assert.Equal(1, await one.LastSeqAsync(thread));
    }
}
