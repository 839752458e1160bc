using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Xunit;

namespace Stoa.Threads.Tests.Messages;

public sealed class ForwardMessageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_forward_is_a_copy_as_it_is_now_that_outlives_its_source()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, from) = await Cast.PairAsync(server);
        var third = await Somebody.SignUpAsync(server, "third");
        var into = await other.OpenAsync("@third");
        var media = await Calls.UploadAsync(server, one);
        var seq = await one.PostAsync(from, new
        {
            clientId = Guid.NewGuid(),
            text = "first",
            entities = new[] { new { type = "mention", offset = 0, length = 5, person = other.Id.ToString() } },
            attachments = new[] { new { media = media.ToString(), caption = "look" } },
            poll = new { question = "Nice?", options = new[] { "yes", "no" } },
        }).SeqAsync();
        await one.EditAsync(from, seq, "second @other", entities: [new { type = "bold", offset = 0, length = 6 }, new { type = "mention", offset = 7, length = 6, person = other.Id.ToString() }]).SeqAsync();
        await other.ReactAsync(from, seq, "👍").SeqAsync();
        await other.VoteAsync(from, seq, [0]).SeqAsync();
        var clientId = Guid.NewGuid();

        using var answer = await other.ForwardAsync(into, from, seq, clientId);
        using var again = await other.ForwardAsync(into, from, seq, clientId);
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.OK], [answer.StatusCode, again.StatusCode]);
        Assert.Equal(await answer.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
        await one.UnsendAsync(from, seq).SeqAsync();

        var copy = await third.EventAsync(into, 1);
        Assert.Equal("second @other", copy.Text("text"));
        Assert.Equal("bold", Assert.Single(copy.GetProperty("entities").EnumerateArray()).Text("type"));
        Assert.Equal("look", copy.GetProperty("attachments")[0].GetProperty("payload").Text("caption"));
        Assert.Equal("Nice?", copy.GetProperty("poll").Text("question"));
        Assert.Equal("""{"times":1,"from":"One"}""", copy.GetProperty("forwarded").GetRawText());
        Assert.False(copy.Has("reactions") || copy.Has("votes") || copy.Has("changedSeq"));
        Assert.Equal(1, await Calls.UsesAsync(server, media));
        Assert.Equal(1, await other.LastSeqAsync(into));
        await other.VoteAsync(into, 1, [1]).SeqAsync();
        Assert.Equal("409 not_editable", await other.EditAsync(into, 1, "mine now").RefusalAsync());

        var next = await third.OpenAsync("@one");
        await third.ForwardAsync(next, into, 1).SeqAsync();
        Assert.Equal("""{"times":2,"from":"One"}""", (await one.EventAsync(next, 1)).GetProperty("forwarded").GetRawText());
    }

    [Fact]
    public async Task Nobody_forwards_what_they_may_not_see()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, from) = await Cast.PairAsync(server);
        var stranger = await Somebody.SignUpAsync(server, "stranger");
        var theirs = await stranger.OpenAsync("@other");
        var into = await other.OpenAsync("@stranger");
        var seq = await one.SendAsync(from, "between us");
        var hidden = await one.SendAsync(from, "hidden");
        await other.HideAsync(from, hidden);
        var edit = await one.EditAsync(from, seq, "between us two").SeqAsync();

        Assert.Equal("404 message_not_found", await stranger.ForwardAsync(theirs, from, seq).RefusalAsync());
        Assert.Equal("404 thread_not_found", await stranger.ForwardAsync(from, from, seq).RefusalAsync());
        Assert.Equal("404 message_not_found", await other.ForwardAsync(into, from, hidden).RefusalAsync());
        Assert.Equal("404 message_not_found", await other.ForwardAsync(into, from, edit).RefusalAsync());
        Assert.Equal("404 message_not_found", await other.ForwardAsync(into, from, 99).RefusalAsync());
        Assert.Equal("400 invalid_request", await other.Client.PostAsync($"/api/threads/{into}/forwards", System.Net.Http.Json.JsonContent.Create(new { clientId = Guid.NewGuid() }), Ct).RefusalAsync());
        await Calls.ExecuteAsync(server, "update threads.members set from_seq = @seq where thread_id = @Thread and member_id = @Other", new { seq, Thread = from.Value, Other = other.Id.Value });
        Assert.Equal("404 message_not_found", await other.ForwardAsync(into, from, seq).RefusalAsync());
        await one.RetainAsync(from, 60).SeqAsync();
        var shortLived = await one.SendAsync(from, "for a minute");
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("404 message_not_found", await other.ForwardAsync(into, from, shortLived).RefusalAsync());
        Assert.Equal(0, await other.LastSeqAsync(into));
    }

    [Fact]
    public async Task Nothing_to_press_goes_along()
    {
        await using var server = await Cast.StartAsync(new() { Services = Business.Register });
        var (one, _, into) = await Cast.PairAsync(server);
        var business = await one.OpenAsync("page:" + Business.Username);
        var log = server.Services.GetRequiredService<IThreadLog>();
        var template = await log.AppendAsync(new(business, Business.Page, Guid.NewGuid(), "message",
            Encoding.UTF8.GetBytes("""{"attachments":[{"type":"template","payload":{"template_type":"generic","elements":[]}}]}""")), Ct);
        var text = await log.AppendAsync(new(business, Business.Page, Guid.NewGuid(), "message",
            Encoding.UTF8.GetBytes("""{"text":"yes?","quickReplies":[{"content_type":"text","title":"Yes","payload":"Y"}],"attachments":[{"type":"image","payload":{"url":"https://example.org/a.png"}}]}""")), Ct);

        Assert.Equal("409 not_forwardable", await one.ForwardAsync(into, business, template.Seq).RefusalAsync());
        var seq = await one.ForwardAsync(into, business, text.Seq).SeqAsync();

        var copy = await one.EventAsync(into, seq);
        Assert.Equal(("yes?", """{"times":1,"from":"The Kiosk"}"""), (copy.Text("text"), copy.GetProperty("forwarded").GetRawText()));
        Assert.True(copy.Has("attachments"));
        Assert.False(copy.Has("quickReplies"));
    }

    [Fact]
    public async Task Forwards_are_counted_on_all_nodes_together()
    {
        await using var server = await Cast.StartAsync(new() { Limits = true });
        await using var second = await Cast.StartAsync(new() { Database = server.Database, Limits = true, Settings = new Dictionary<string, string> { ["Threads:SendsPerTenSeconds"] = "1000" } });
        var (one, _, thread) = await Cast.PairAsync(server);
        var there = one.At(second);
        var seq = await one.SendAsync(thread, "pass it on");

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => (i % 2 == 0 ? one : there).ForwardAsync(thread, thread, seq)));
        Assert.Equal(20, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.Created), answer => Assert.NotNull(answer.Headers.RetryAfter));
        Assert.Equal("429 forward_limit", await there.ForwardAsync(thread, thread, seq).RefusalAsync());
        Move(TimeSpan.FromMinutes(1));

        var last = seq;
        for (var times = 1; times <= 5; times++)
        {
            last = await there.ForwardAsync(thread, thread, last).SeqAsync();
        }

        await there.ForwardAsync(thread, thread, last).SeqAsync(); // The sixth time.
        Assert.Equal("429 forward_limit", await one.ForwardAsync(thread, thread, last).RefusalAsync());
        await one.ForwardAsync(thread, thread, seq).SeqAsync(); // What is not forwarded often still goes.
        Move(TimeSpan.FromMinutes(1));
        await one.ForwardAsync(thread, thread, last).SeqAsync();

        void Move(TimeSpan by)
        {
            server.Clock.Advance(by);
            second.Clock.Advance(by);
        }
    }
}
