using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests;

public sealed class SendMessageTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_stored_told_and_read_back()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var phone = await other.ConnectAsync();
        await using var mine = await one.ConnectAsync();

        var clientId = Guid.NewGuid();
        using var answer = await one.PostAsync(thread, new { clientId, text = "zażółć 👍🏽" });
        var sent = await Somebody.ReadAsync(answer, 201);

        Assert.Equal(1, sent.GetProperty("seq").GetInt64());
        Assert.StartsWith("m_", sent.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", sent.GetProperty("at").GetString());
        var told = (await phone.WaitForEventsAsync(thread.ToString(), 1))[0];
        Assert.Equal("zażółć 👍🏽", told.GetProperty("text").GetString());
        Assert.Equal(one.Id.ToString(), told.GetProperty("sender").GetString());
        Assert.False(told.TryGetProperty("clientId", out _));
        var own = (await mine.WaitForEventsAsync(thread.ToString(), 1))[0];
        Assert.Equal(clientId.ToString(), own.GetProperty("clientId").GetString());

        var read = (await other.GetAsync($"/api/threads/{thread}/events")).GetProperty("events")[0];
        Assert.Equal(told.GetRawText(), read.GetRawText());
        Assert.Equal(own.GetRawText(), (await one.GetAsync($"/api/threads/{thread}/events?after=0")).GetProperty("events")[0].GetRawText());
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_repeat_is_answered_with_the_first_result()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var clientId = Guid.NewGuid();

        using var first = await one.PostAsync(thread, new { clientId, text = "once" });
        server.Clock.Advance(TimeSpan.FromMinutes(5));
        using var second = await one.PostAsync(thread, new { clientId, text = "once" });

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await second.Content.ReadAsStringAsync(Ct));
        // Another's id of the same value is another message.
        Assert.Equal(2, await other.SendAsync(thread, "mine", clientId));
        Assert.Equal(2, (await one.AllEventsAsync(thread)).Count);
    }

    public static TheoryData<string, int, string?> Bodies => new()
    {
        // As written in JSON; {id} is a fresh client id. The order is that of the checks.
        { """{"clientId":"{id}","text":"fine"}""", 201, null },
        { """{"clientId":"{id}","text":"line\nfeed\tand tab"}""", 201, null },
        { """{"clientId":"{id}","text":"e\u0301"}""", 201, null },
        { """{"clientId":"{id}","text":"fine","attachments":[]}""", 201, null },
        { """{"clientId":"{id}","text":"fine","attachments":null,"payload":null,"replyTo":null}""", 201, null },
        { """{"text":"no client id"}""", 400, "invalid_request" },
        { """{"clientId":"00000000-0000-0000-0000-000000000000","text":"x"}""", 400, "invalid_request" },
        { """{"clientId":"not a uuid","text":"x"}""", 400, "invalid_request" },
        { """{"clientId":"{id}"}""", 400, "text_missing" },
        { """{"clientId":"{id}","text":""}""", 400, "text_invalid" },
        { """{"clientId":"{id}","text":"  \n "}""", 400, "text_invalid" },
        { """{"clientId":"{id}","text":"nul\u0000"}""", 400, "text_invalid" },
        { """{"clientId":"{id}","text":"bell\u0007"}""", 400, "text_invalid" },
        { """{"clientId":"{id}","text":"carriage\r\nreturn"}""", 400, "text_invalid" },
        { """{"clientId":"{id}","text":"c1\u0085"}""", 400, "text_invalid" },
        { """{"clientId":"{id}","text":"half \ud83d"}""", 400, null },
        { """{"clientId":"{id}","text":"half \udc00 too"}""", 400, null },
        { """{"clientId":"{id}","text":"x","attachments":[{"type":"image"}]}""", 400, "attachments_invalid" },
        { """{"clientId":"{id}","text":"x","replyTo":0}""", 400, "reply_not_found" },
        { """{"clientId":"{id}","text":"x","replyTo":99}""", 400, "reply_not_found" },
        { """{"clientId":"{id}","text":"x","payload":"NEVER_OFFERED"}""", 400, "payload_not_offered" },
        { """{"clientId":"{id}","text":"x","sender":"7"}""", 400, "unknown_member" },
        { """{"clientId":"{id}","text":"x","text":"y"}""", 400, "repeated_member" },
        { """{"clientId":"{id}","text":7}""", 400, "invalid_request" },
        { """{"clientId":"{id}","text":"x"}{}""", 400, "malformed_json" },
        { """{"clientId":"{id}","text":"x""", 400, "malformed_json" },
        { "", 400, "malformed_json" },
        { "null", 400, null },
        { "[]", 400, null },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task What_may_be_written(string body, int status, string? code)
    {
        var (one, thread) = (shared.One, shared.Thread);

        using var content = new StringContent(body.Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal), Encoding.UTF8, "application/json");
        using var answer = await one.Client.PostAsync($"/api/threads/{thread}/messages", content, Ct);
        var problem = await Somebody.ReadAsync(answer, status);

        if (status >= 400)
        {
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.NotEmpty(problem.GetProperty("fix").GetString()!);
            Assert.Equal(code ?? problem.GetProperty("code").GetString(), problem.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Text_is_stored_in_one_normal_form_and_up_to_16_kilobytes()
    {
        var (one, thread) = (shared.One, shared.Thread);

        var seq = await one.SendAsync(thread, "cafe\u0301");
        var most = new string('ע', 8 * 1024);
        var longest = await one.SendAsync(thread, most);
        using var tooLong = await one.PostAsync(thread, new { clientId = Guid.NewGuid(), text = most + "!" });

        Assert.Equal("caf\u00e9", await TextAsync(one, thread, seq));
        Assert.Equal(most, await TextAsync(one, thread, longest));
        Assert.Equal("text_invalid", (await Somebody.ReadAsync(tooLong, 400)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_oversized_body_and_a_form_are_refused()
    {
        var (one, thread) = (shared.One, shared.Thread);

        using var large = await one.PostAsync(thread, new { clientId = Guid.NewGuid(), text = new string('x', 70_000) });
        using var form = await one.Client.PostAsync($"/api/threads/{thread}/messages", new FormUrlEncodedContent([new("text", "x")]), Ct);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, $"/api/threads/{thread}/messages") { Content = new StreamContent(new MemoryStream(new byte[100_000])) };
        chunked.Content.Headers.ContentType = new("application/json");
        chunked.Headers.TransferEncodingChunked = true;
        using var streamed = await one.Client.SendAsync(chunked, Ct);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, streamed.StatusCode);
    }

    [Fact]
    public async Task An_answer_names_an_earlier_event_of_the_thread()
    {
        var (one, thread) = (shared.One, shared.Thread);
        var seq = await one.SendAsync(thread, "question");

        using var answer = await one.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "answer", replyTo = seq });
        var sent = await Somebody.ReadAsync(answer, 201);

        var stored = (await one.GetAsync($"/api/threads/{thread}/events?after={sent.GetProperty("seq").GetInt64() - 1}&limit=1")).GetProperty("events")[0];
        Assert.Equal(seq, stored.GetProperty("replyTo").GetInt64());
    }

    [Fact]
    public async Task Who_sends_too_fast_is_told_when_to_come_back()
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions { Limits = true });
        var (one, other, thread) = await Cast.PairAsync(server);
        for (var i = 0; i < 30; i++)
        {
            await one.SendAsync(thread, "fast");
        }

        using var refused = await one.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "too fast" });
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter?.Delta);
        await other.SendAsync(thread, "others may");

        server.Clock.Advance(TimeSpan.FromSeconds(10));
        await one.SendAsync(thread, "again");
    }

    private static async Task<string?> TextAsync(Somebody reader, Kernel.ThreadId thread, long seq) =>
        (await reader.GetAsync($"/api/threads/{thread}/events?after={seq - 1}&limit=1")).GetProperty("events")[0].GetProperty("text").GetString();
}
