using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>The calls of the Messenger dialect: how they may be written, and every error that they can give.</summary>
public sealed class GraphTests(SharedWorld shared)
{
    private const string Policy = "Learn more about the new policy here: https://developers.facebook.com/docs/messenger-platform/policy-overview";

    [Fact]
    public async Task Every_way_of_writing_a_send_is_understood_and_no_token_is_logged()
    {
        // The most talkative that an operator may set it.
        await using var world = await BotWorld.StartAsync(new() { Settings = new Dictionary<string, string> { ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace" } });
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var token = bot.AccessToken;
        string Send(string text) => $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{"text":"{{{text}}}"}}""";
        string Recipient() => Uri.EscapeDataString($$"""{"id":"{{psid}}"}""");
        string Message(string text) => Uri.EscapeDataString($$"""{"text":"{{text}}"}""");
        var table = new (string Name, string Path, HttpContent? Body, bool Header)[]
        {
            ("json, token in query", $"/v2.6/me/messages?access_token={token}", Json(Send("json, token in query")), false),
            ("no version", $"/me/messages?access_token={token}", Json(Send("no version")), false),
            ("page id", $"/v24.0/{bot.PageId}/messages?access_token={token}", Json(Send("page id")), false),
            ("token in header", "/v23.0/me/messages", Json(Send("token in header")), true),
            ("token in body", "/v23.0/me/messages", Json(Send("token in body").Replace("{\"recipient\"", $"{{\"access_token\":\"{token}\",\"recipient\"", StringComparison.Ordinal)), false),
            ("token twice", $"/v23.0/me/messages?access_token={token}", Json(Send("token twice")), true),
            ("form", "/v23.0/me/messages", new StringContent($"recipient={Recipient()}&messaging_type=RESPONSE&message={Message("form")}&access_token={token}", Encoding.UTF8, "application/x-www-form-urlencoded"), false),
            ("multipart", "/v23.0/me/messages", new MultipartFormDataContent { { new StringContent($$"""{"id":"{{psid}}"}"""), "recipient" }, { new StringContent("""{"text":"multipart"}"""), "message" } }, true),
            ("query only", $"/v23.0/me/messages?recipient={Recipient()}&message={Message("query only")}&messaging_type=RESPONSE&access_token={token}", null, false),
            ("query with an empty json body", $"/v23.0/me/messages?recipient={Recipient()}&message={Message("query with an empty json body")}&access_token={token}", Json(""), false),
            ("single quotes", "/v23.0/me/messages", new StringContent($"recipient={{'id':'{psid}'}}&message={{'text':'single quotes'}}&access_token={token}", Encoding.UTF8, "application/x-www-form-urlencoded"), false),
            ("json in json", "/v23.0/me/messages", Json(new JsonObject { ["recipient"] = $$"""{"id":"{{psid}}"}""", ["message"] = """{"text":"json in json"}""" }.ToJsonString()), true),
            ("id as a number", "/v23.0/me/messages", Json($$$"""{"recipient":{"id":{{{psid}}}},"message":{"text":"id as a number"}}"""), true),
            ("words in any case", "/v23.0/me/messages", Json($$$"""{"recipient":{"id":"{{{psid}}}"},"messaging_type":"response","notification_type":"silent_push","message":{"text":"words in any case"}}"""), true),
            ("unknown members", "/v23.0/me/messages", Json($$$"""{"id":"{{{bot.PageId}}}","x":{"y":[1]},"recipient":{"id":"{{{psid}}}","z":1},"message":{"text":"unknown members","w":null}}"""), true),
            ("plain text type", "/v23.0/me/messages", new StringContent(Send("plain text type"), Encoding.UTF8, "text/plain"), true),
        };

        foreach (var (name, path, body, header) in table)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
            request.Headers.Authorization = header ? new AuthenticationHeaderValue("Bearer", token) : null;
            var response = await world.Server.Client.SendAsync(request);
            var answer = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{name}: {answer}");
            Assert.Equal("application/json; charset=UTF-8", response.Content.Headers.ContentType?.ToString());
            Assert.Matches($$"""^\{"recipient_id":"{{psid}}","message_id":"m_[A-Za-z0-9_-]{22}"\}$""", answer);
        }

        Assert.Equal(table.Select(t => t.Name), (await world.EventsAsync(person, thread)).Skip(1).Select(e => e.GetProperty("text").GetString()));
        Assert.DoesNotContain(world.Server.Log.Lines, line => line.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_error_has_the_documented_envelope()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var other = await world.CreateBotAsync(receiver.Url);
        var (_, _, psid) = await world.MeetAsync(bot, receiver);
        var (_, _, othersPsid) = await world.MeetAsync(other, receiver);
        var (token, appToken) = (bot.AccessToken, $"{bot.AppId}|{bot.AppSecret}");
        var text = """{"recipient":{"id":"PSID"},"message":{"text":"x"}}""".Replace("PSID", psid, StringComparison.Ordinal);
        var table = new (string Method, string Path, string? Json, string? Token, string Error)[]
        {
            // Who is calling.
            ("POST", "/me/messages", text, null, """{"message":"An access token is required to request this resource.","type":"OAuthException","code":190"""),
            ("POST", "/me/messages", text, "stoa_page_wrong", """{"message":"Invalid OAuth access token.","type":"OAuthException","code":190"""),
            ("POST", "/me/messages", text, $"{bot.AppId}|wrong", """{"message":"Invalid OAuth access token.","type":"OAuthException","code":190"""),
            ("POST", "/me/messages?appsecret_proof=00ff", text, token, """{"message":"(#100) Invalid appsecret_proof provided in the API argument","type":"GraphMethodException","code":100"""),
            // For whom, and what there is.
            ("POST", $"/{other.PageId}/messages", text, token, Unsupported("post", other.PageId)),
            ("POST", "/me/messages", text, appToken, Unsupported("post", "me")),
            ("POST", "/7000000000000001/messages", text, token, Unsupported("post", "7000000000000001")),
            ("GET", "/me/messages", null, token, Unsupported("get", "me")),
            ("DELETE", "/v23.0/me/messages", null, token, Unsupported("delete", "me")),
            ("POST", "/v23.0/me/telepathy", "{}", token, Unsupported("post", "me")),
            ("GET", "/v23.0/nowhere", null, token, Unsupported("get", "nowhere")),
            ("GET", "/7000000000000001", null, token, Unsupported("get", "7000000000000001")),
            ("GET", $"/{othersPsid}", null, token, Unsupported("get", othersPsid)),
            ("GET", $"/{other.AppId}/subscriptions", null, appToken, Unsupported("get", other.AppId)),
            ("GET", $"/{bot.AppId}/subscriptions", null, token, Unsupported("get", bot.AppId)),
            // What is sent.
            ("POST", "/me/messages", "{", token, """{"message":"(#100) The request could not be read: the body is no JSON.","type":"OAuthException","code":100"""),
            ("POST", "/me/messages", "[]", token, """{"message":"(#100) The request could not be read: the body must be a JSON object.","type":"OAuthException","code":100"""),
            ("POST", "/me/messages", """{"message":{"text":"x"}}""", token, """{"message":"(#100) The parameter recipient is required","type":"OAuthException","code":100,"error_data":"recipient"""),
            ("POST", "/me/messages", $$$"""{"recipient":{"id":"{{{psid}}}"}}""", token, """{"message":"(#100) Must send either message or state","type":"OAuthException","code":100,"error_subcode":2018015,"error_data":"message"""),
            ("POST", "/me/messages", text.Replace("\"x\"", "7", StringComparison.Ordinal), token, """{"message":"(#100) Param message[text] must be a string.","type":"OAuthException","code":100,"error_data":"message[text]"""),
            ("POST", "/me/messages", text.Replace("\"x\"", "\"\\u0000\"", StringComparison.Ordinal), token, """{"message":"(#100) Param message[text] must be valid UTF-8 text without the character U+0000.","type":"OAuthException","code":100,"error_data":"message[text]"""),
            ("POST", "/me/messages", text.Replace("\"x\"", "\"\\ud83d\"", StringComparison.Ordinal), token, """{"message":"(#100) Param message[text] must be valid UTF-8 text without the character U+0000.","type":"OAuthException","code":100,"error_data":"message[text]"""),
            ("POST", "/me/messages", text.Replace("{\"text\":\"x\"}", "{\"text\":\"x\"},\"reply_to\":{\"mid\":\"m_nothing\"}", StringComparison.Ordinal), token, """{"message":"(#100) There is no message with this id in the conversation.","type":"OAuthException","code":100,"error_data":"reply_to[mid]"""),
            // To whom.
            ("POST", "/me/messages", text.Replace(psid, "7000000000000001", StringComparison.Ordinal), token, """{"message":"(#100) No matching user found","type":"OAuthException","code":100,"error_subcode":2018001,"error_data":"recipient[id]"""),
            ("POST", "/me/messages", text.Replace(psid, othersPsid, StringComparison.Ordinal), token, """{"message":"(#100) No matching user found","type":"OAuthException","code":100,"error_subcode":2018001,"error_data":"recipient[id]"""),
            // The profile and subscriptions.
            ("POST", "/me/messenger_profile", "{}", token, """{"message":"(#100) Requires one of the params: greeting, get_started, persistent_menu, payment_settings, whitelisted_domains, account_linking_url, target_audience, home_url, ice_breakers, commands, description, title","type":"OAuthException","code":100"""),
            ("DELETE", "/me/messenger_profile", null, token, """{"message":"(#100) The parameter fields is required","type":"OAuthException","code":100,"error_data":"fields"""),
            ("POST", $"/{bot.AppId}/subscriptions", """{"object":"page","verify_token":"t"}""", appToken, """{"message":"(#100) The parameter callback_url is required","type":"OAuthException","code":100,"error_data":"callback_url"""),
        };

        foreach (var (method, path, json, given, error) in table)
        {
            var (status, body) = await world.GraphAsync(new HttpMethod(method), path, json, given);
            var raw = body.GetRawText();
            Assert.True(status == HttpStatusCode.BadRequest, $"{method} {path} {json}: {status} {raw}");
            Assert.StartsWith("{\"error\":" + error, raw, StringComparison.Ordinal);
            Assert.Equal(11, body.GetProperty("error").GetProperty("fbtrace_id").GetString()!.Length);
        }

        Assert.Empty(world.Server.Log.Errors);
    }

    [Fact]
    public async Task A_body_of_any_size_gets_an_answer()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);

        var (status, body) = await world.GraphAsync(HttpMethod.Post, "/me/messages", $$"""{"x":"{{new string('x', 200_000)}}"}""", bot.AccessToken);

        Assert.Equal((HttpStatusCode.BadRequest, 100), (status, body.GetProperty("error").GetProperty("code").GetInt32()));
    }

    [Fact]
    public async Task Templates_stand_in_the_conversation_as_they_were_sent()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var attachment = """{"type":"template","payload":{"template_type":"generic","elements":[{"title":"HS 412","subtitle":"Zürich / Łódź 😀","x_unknown":[1,2],"buttons":[{"type":"postback","title":"Choose","payload":"C"}]}]}}""";
        var replies = """[{"content_type":"text","title":"Later","payload":"L"}]""";

        await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{"attachment":{{{attachment}}},"quick_replies":{{{replies}}}}}""", bot.AccessToken);

        var stored = (await world.EventsAsync(person, thread))[1];
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse($"[{attachment}]"), JsonNode.Parse(stored.GetProperty("attachments").GetRawText())), stored.GetRawText());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(replies), JsonNode.Parse(stored.GetProperty("quickReplies").GetRawText())), stored.GetRawText());
    }

    [Fact]
    public async Task A_send_repeated_with_its_key_stands_once()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var json = $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{"text":"once"}}""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => world.GraphAsync(HttpMethod.Post, "/me/messages", json, bot.AccessToken, "order-7-confirmed")));

        Assert.Single(answers.Select(a => a.Body.GetProperty("message_id").GetString()).Distinct());
        Assert.Equal(2, (await world.EventsAsync(person, thread)).Count);
        await world.GraphAsync(HttpMethod.Post, "/me/messages", json, bot.AccessToken);
        Assert.Equal(3, (await world.EventsAsync(person, thread)).Count);
    }

    [Fact]
    public async Task A_business_writes_for_a_day_then_answers_once_and_then_waits_for_the_person()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var tagged = $$$"""{"recipient":{"id":"{{{psid}}}"},"messaging_type":"MESSAGE_TAG","tag":"CONFIRMED_EVENT_UPDATE","message":{"text":"Gate D57"}}""";
        var plain = $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{"text":"offer"}}""";

        // Left unanswered for a day: one late answer, whoever asks first, and the same one when asked again with its key.
        world.Server.Clock.Advance(TimeSpan.FromHours(24));
        var late = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => world.GraphAsync(HttpMethod.Post, "/me/messages", plain, bot.AccessToken, $"late-{i}")));
        Assert.Single(late, a => a.Status == HttpStatusCode.OK);
        Assert.All(late.Where(a => a.Status != HttpStatusCode.OK), a => AssertError(a, 10, 2018278, $"(#10) This message is sent outside of allowed window. {Policy}"));
        var taken = Array.FindIndex(late, a => a.Status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await world.GraphAsync(HttpMethod.Post, "/me/messages", plain, bot.AccessToken, $"late-{taken}")).Status);
        Assert.Equal(2, (await world.EventsAsync(person, thread)).Count);
        AssertError(await world.GraphAsync(HttpMethod.Post, "/me/messages", tagged, bot.AccessToken), 10, 2018278, null);

        // A word of the person opens the day anew, at once: the bot need not have heard of it.
        await world.SayAsync(person, thread, "still there?");
        Assert.Equal(HttpStatusCode.OK, (await world.GraphAsync(HttpMethod.Post, "/me/messages", plain, bot.AccessToken)).Status);

        // A purchase grants updates, and nothing else, for thirty days.
        await WebhookEventTests.CaptureAsync(world, bot, person, thread);
        await receiver.WaitForAsync("payment", 1);
        await DeliveryTests.DrainedAsync(world);
        world.Server.Clock.Advance(TimeSpan.FromDays(2));
        AssertError(await world.GraphAsync(HttpMethod.Post, "/me/messages", plain, bot.AccessToken), 10, 2018278, null);
        Assert.Equal(HttpStatusCode.OK, (await world.GraphAsync(HttpMethod.Post, "/me/messages", tagged, bot.AccessToken)).Status);
        world.Server.Clock.Advance(TimeSpan.FromDays(29));
        AssertError(await world.GraphAsync(HttpMethod.Post, "/me/messages", tagged, bot.AccessToken), 10, 2018278, null);
    }

    [Fact]
    public async Task A_business_cannot_write_to_who_only_opened_the_conversation()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, bot);
        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
        // A page-scoped id without a word said: as after a purchase elsewhere.
        await Dapper.SqlMapper.ExecuteAsync(connection, "insert into bots.page_scoped_ids (page_id, person_id, psid) values (@page, @person, 7000000000000777)", new { page = long.Parse(bot.PageId, null), person = long.Parse(person.Id, null) });

        AssertError(await world.GraphAsync(HttpMethod.Post, "/me/messages", """{"recipient":{"id":"7000000000000777"},"message":{"text":"hi"}}""", bot.AccessToken), 10, 2018278, null);
        Assert.Empty(await world.EventsAsync(person, thread));
    }

    [Fact]
    public async Task Sender_actions_show_reading_and_typing_and_answer_without_a_message()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        foreach (var action in (string[])["TYPING_ON", "typing_off", "mark_seen"])
        {
            var (status, body) = await world.GraphAsync(HttpMethod.Post, "/me/messages", $$"""{"recipient":{"id":"{{psid}}"},"sender_action":"{{action}}","messaging_type":"RESPONSE"}""", bot.AccessToken);
            Assert.Equal((HttpStatusCode.OK, $$"""{"recipient_id":"{{psid}}"}"""), (status, body.GetRawText()));
        }

        await Waiting.UntilAsync(
            async () => (await world.AsAsync(person, HttpMethod.Get, $"/api/threads/{thread}", null)).GetProperty("members").EnumerateArray()
                .Any(m => m.GetProperty("id").GetString() == bot.PageId && m.GetProperty("readSeq").GetInt64() == 1),
            "the page has read message 1");
        Assert.Single(await world.EventsAsync(person, thread));
    }

    [Fact]
    public async Task A_page_may_know_a_persons_name_and_language()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, _, psid) = await world.MeetAsync(bot, receiver, "Anna Maria Nowak");
        await world.AsAsync(person, HttpMethod.Patch, "/api/me", new { locale = "pl" });

        Assert.Equal(
            $$"""{"first_name":"Anna","last_name":"Maria Nowak","locale":"pl_PL","id":"{{psid}}"}""",
            (await world.GraphAsync(HttpMethod.Get, $"/v2.6/{psid}", token: bot.AccessToken)).Body.GetRawText());
        Assert.Equal(
            $$"""{"first_name":"Anna","id":"{{psid}}"}""",
            (await world.GraphAsync(HttpMethod.Get, $"/{psid}?fields=first_name, gender,&access_token={bot.AccessToken}")).Body.GetRawText());
    }

    [Fact]
    public async Task A_right_proof_passes_in_query_and_body()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var proof = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(bot.AppSecret), Encoding.UTF8.GetBytes(bot.AccessToken)));

        Assert.Equal(HttpStatusCode.OK, (await world.GraphAsync(HttpMethod.Get, $"/me?appsecret_proof={proof}", token: bot.AccessToken)).Status);
        AssertError(await world.GraphAsync(HttpMethod.Get, $"/me?appsecret_proof={proof.Replace(proof[0], proof[0] == 'a' ? 'b' : 'a')}", token: bot.AccessToken), 100, null, null);
    }

    [Fact]
    public async Task Too_many_sends_in_a_second_give_613()
    {
        await using var world = await BotWorld.StartAsync(new() { Limits = true, Settings = new Dictionary<string, string> { ["Bots:SendsPerSecondAndPage"] = "2" } });
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var text = """{"recipient":{"id":"7000000000000001"},"message":{"text":"x"}}""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => world.GraphAsync(HttpMethod.Post, "/me/messages", text, bot.AccessToken)));

        AssertError(answers.First(a => a.Body.GetProperty("error").GetProperty("code").GetInt32() == 613), 613, null, "(#613) Calls to this api have exceeded the rate limit.");
    }

    private static void AssertError((HttpStatusCode Status, JsonElement Body) answer, int code, int? subcode, string? message)
    {
        Assert.True(answer.Status == HttpStatusCode.BadRequest, answer.Body.GetRawText());
        var error = answer.Body.GetProperty("error");
        Assert.Equal((code, subcode), (error.GetProperty("code").GetInt32(), error.TryGetProperty("error_subcode", out var sub) ? sub.GetInt32() : null));
        if (message is not null)
        {
            Assert.Equal(message, error.GetProperty("message").GetString());
        }
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static string Unsupported(string method, string node) =>
        $$"""{"message":"Unsupported {{method}} request. Object with ID '{{node}}' does not exist, cannot be loaded due to missing permissions, or does not support this operation","type":"GraphMethodException","code":100,"error_subcode":33""";
}
