using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>Personas, batches, permissions by a tap, reactions: what the dialect has beside a plain send.</summary>
public sealed class PlatformTests(SharedWorld shared)
{
    [Fact]
    public async Task A_message_shows_its_persona_also_after_the_persona_is_gone()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var other = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var ids = new List<string>();
        foreach (var name in (string[])["John Mathew", "Zoë", "Łukasz"])
        {
            var (_, made) = await world.GraphAsync(HttpMethod.Post, "/v3.2/me/personas", new JsonObject { ["name"] = name, ["profile_picture_url"] = "https://x.example/j.png" }.ToJsonString(), bot.AccessToken);
            ids.Add(made.GetProperty("id").GetString()!);
        }

        var (_, read) = await world.GraphAsync(HttpMethod.Get, $"/{ids[0]}", null, bot.AccessToken);
        Assert.Equal($$"""{"name":"John Mathew","profile_picture_url":"https://x.example/j.png","id":"{{ids[0]}}"}""", read.GetRawText());
        var (_, first) = await world.GraphAsync(HttpMethod.Get, "/me/personas?limit=2", null, bot.AccessToken);
        var (_, second) = await world.GraphAsync(HttpMethod.Get, new Uri(first.GetProperty("paging").GetProperty("next").GetString()!).PathAndQuery, null, bot.AccessToken);
        Assert.Equal(ids.Order(), first.GetProperty("data").EnumerateArray().Concat(second.GetProperty("data").EnumerateArray()).Select(p => p.GetProperty("id").GetString()!));
        Assert.False(second.GetProperty("paging").TryGetProperty("next", out _));

        var send = $$$"""{"recipient":{"id":"{{{psid}}}"},"persona_id":{{{ids[0]}}},"message":{"text":"John here"}}""";
        await world.GraphAsync(HttpMethod.Post, "/me/messages", send, bot.AccessToken);
        var (_, gone) = await world.GraphAsync(HttpMethod.Delete, $"/{ids[0]}", null, bot.AccessToken);
        Assert.Equal("""{"success":true}""", gone.GetRawText());
        var (refused, _) = await world.GraphAsync(HttpMethod.Post, "/me/messages", send, bot.AccessToken);
        var (foreign, _) = await world.GraphAsync(HttpMethod.Get, $"/{ids[1]}", null, other.AccessToken);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (refused, foreign));
        Assert.Equal("""{"name":"John Mathew","picture":"https://x.example/j.png"}""", (await world.EventsAsync(person, thread))[1].GetProperty("persona").GetRawText());
    }

    [Fact]
    public async Task A_batch_runs_its_calls_in_order_and_later_ones_use_earlier_ones()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        string Send(string text) => $"recipient={Uri.EscapeDataString($$"""{"id":"{{psid}}"}""")}&message={Uri.EscapeDataString($$"""{"text":"{{text}}"}""")}";
        var batch = new JsonArray(
            new JsonObject { ["method"] = "POST", ["relative_url"] = "me/messages", ["body"] = Send("one"), ["name"] = "first", ["omit_response_on_success"] = false },
            new JsonObject { ["method"] = "GET", ["relative_url"] = "/v2.6/{result=first:$.recipient_id}?fields=first_name" },
            new JsonObject { ["method"] = "POST", ["relative_url"] = "me/messages", ["body"] = "recipient=%7B%7D&message=%7B%7D", ["name"] = "wrong" },
            new JsonObject { ["method"] = "POST", ["relative_url"] = "me/messages", ["body"] = Send("never"), ["depends_on"] = "wrong" },
            new JsonObject { ["method"] = "POST", ["relative_url"] = "me/messages", ["body"] = Send("two"), ["name"] = "omitted" },
            new JsonObject { ["method"] = "GET", ["relative_url"] = "me/telepathy" });

        var (status, answers) = await world.GraphAsync(HttpMethod.Post, "/v2.6/", new JsonObject { ["batch"] = batch, ["access_token"] = bot.AccessToken }.ToJsonString());
        var (_, bare) = await world.GraphAsync(HttpMethod.Post, $"/?access_token={bot.AccessToken}&include_headers=false&batch={Uri.EscapeDataString("""[{'method':'GET','relative_url':'me'}]""")}");
        var (tooMany, _) = await world.GraphAsync(HttpMethod.Post, "/", new JsonObject { ["batch"] = new JsonArray([.. Enumerable.Repeat(0, 51).Select(_ => new JsonObject { ["relative_url"] = "me" })]) }.ToJsonString(), bot.AccessToken);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([200, 200, 400, null, null, 400], answers.EnumerateArray().Select(a => a.ValueKind == JsonValueKind.Null ? null : (int?)a.GetProperty("code").GetInt32()));
        Assert.StartsWith($$"""{"recipient_id":"{{psid}}","message_id":"m_""", answers[0].GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.Equal("""[{"name":"Content-Type","value":"application/json; charset=UTF-8"}]""", answers[0].GetProperty("headers").GetRawText());
        Assert.Equal($$"""{"first_name":"Ann","id":"{{psid}}"}""", answers[1].GetProperty("body").GetString());
        Assert.Equal($$"""[{"code":200,"body":"{\u0022name\u0022:\u0022The {{bot.Username}}\u0022,\u0022id\u0022:\u0022{{bot.PageId}}\u0022}"}]""", bare.GetRawText());
        Assert.Equal(HttpStatusCode.BadRequest, tooMany);
        Assert.Equal(["one", "two"], (await world.EventsAsync(person, thread)).Skip(1).Select(e => e.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Notify_me_allows_one_message_and_a_subscription_one_each_time()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        await SubscribeAsync(world, bot, receiver, "messages,messaging_optins");
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        await AttachmentTests.SendAsync(world, bot, psid, """{"attachment":{"type":"template","payload":{"template_type":"one_time_notif_req","title":"Shoes are back","payload":"SHOES"}}}""");
        await AttachmentTests.SendAsync(world, bot, psid, """{"attachment":{"type":"template","payload":{"template_type":"notification_messages","title":"News","payload":"NEWS","notification_messages_frequency":"DAILY"}}}""");

        await world.SayAsync(person, thread, "Notify me", "SHOES");
        await world.SayAsync(person, thread, "Sign up", "NEWS");

        var optins = (await receiver.WaitForAsync("optin", 2)).ConvertAll(r => r.Event.GetProperty("optin"));
        Assert.Equal(("one_time_notif_req", "SHOES"), (optins[0].GetProperty("type").GetString(), optins[0].GetProperty("payload").GetString()));
        Assert.Equal(("notification_messages", "DAILY"), (optins[1].GetProperty("type").GetString(), optins[1].GetProperty("notification_messages_frequency").GetString()));
        var (once, daily) = (optins[0].GetProperty("one_time_notif_token").GetString()!, optins[1].GetProperty("notification_messages_token").GetString()!);
        world.Server.Clock.Advance(TimeSpan.FromHours(25));
        await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{"text":"the one late answer"}}""", bot.AccessToken);

        async Task<int> SendAsync(string member, string token, string key) =>
            (int)(await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""{"recipient":{"{{{member}}}":"{{{token}}}"},"message":{"text":"{{{key}}}"}}""", bot.AccessToken, key)).Status;
        var table = new (string Member, string Token, string Key, int Hours, int Status)[]
        {
            ("one_time_notif_token", once, "back", 0, 200),
            ("one_time_notif_token", once, "back", 0, 200), // The same send again.
            ("one_time_notif_token", once, "back too", 0, 400),
            ("notification_messages_token", daily, "day 1", 0, 200),
            ("notification_messages_token", daily, "an hour later", 1, 400),
            ("notification_messages_token", daily, "day 2", 22, 200),
            ("notification_messages_token", once, "another kind", 0, 400),
        };
        foreach (var row in table)
        {
            world.Server.Clock.Advance(TimeSpan.FromHours(row.Hours));
            Assert.True(row.Status == await SendAsync(row.Member, row.Token, row.Key), row.Key);
        }

        Assert.Equal(["the one late answer", "back", "day 1", "day 2"], (await world.EventsAsync(person, thread)).Skip(5).Select(e => e.GetProperty("text").GetString()));
        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
        await Dapper.SqlMapper.ExecuteAsync(connection, "update bots.optins set expires_at = created_at, next_at = created_at");
        Assert.Equal(400, await SendAsync("notification_messages_token", daily, "too late"));
    }

    [Fact]
    public async Task A_quick_reply_hands_over_what_the_person_typed_and_nothing_that_was_not_asked_for()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        await AttachmentTests.SendAsync(world, bot, psid, """{"text":"How can we reach you?","quick_replies":[{"content_type":"user_email"},{"title":"One","payload":1}]}""");

        await world.SayAsync(person, thread, "ann@example.com", "ann@example.com");
        await world.SayAsync(person, thread, "One", "1");

        var replies = (await receiver.WaitAsync("both replies", all => all.Count(r => r.Has("message")) >= 3)).Where(r => r.Has("message")).Skip(1).Select(r => r.Event.GetProperty("message")).ToList();
        Assert.Equal(["ann@example.com", "1"], replies.Select(r => r.GetProperty("quick_reply").GetProperty("payload").GetString()));
        Assert.Equal(["ann@example.com", "One"], replies.Select(r => r.GetProperty("text").GetString()));
        Assert.Equal("user_email", (await world.EventsAsync(person, thread))[2].GetProperty("press").GetProperty("shares").GetString());
        using var call = new HttpRequestMessage(HttpMethod.Post, $"/api/threads/{thread}/messages") { Content = System.Net.Http.Json.JsonContent.Create(new { clientId = Guid.NewGuid(), text = "x", payload = "+48123456789" }) };
        call.Headers.Authorization = new("Bearer", person.Token);
        Assert.Equal(HttpStatusCode.BadRequest, (await world.Server.Client.SendAsync(call)).StatusCode);
    }

    [Fact]
    public async Task A_page_reacts_and_takes_it_back()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var mid = (await world.EventsAsync(person, thread))[0].GetProperty("id").GetString();
        string React(string action, string payload) => $$$"""{"recipient":{"id":"{{{psid}}}"},"sender_action":"{{{action}}}","payload":{{{payload}}}}""";

        var (_, loved) = await world.GraphAsync(HttpMethod.Post, "/me/messages", React("react", $$"""{"message_id":"{{mid}}","reaction":"love"}"""), bot.AccessToken);
        var shown = (await world.EventsAsync(person, thread))[0].GetProperty("reactions")[0].GetProperty("emoji").GetString();
        await world.GraphAsync(HttpMethod.Post, "/me/messages", React("unreact", $$"""{"message_id":"{{mid}}"}"""), bot.AccessToken);
        var (missing, _) = await world.GraphAsync(HttpMethod.Post, "/me/messages", React("react", """{"message_id":"m_nothing","reaction":"love"}"""), bot.AccessToken);

        Assert.Equal($$"""{"recipient_id":"{{psid}}"}""", loved.GetRawText());
        Assert.Equal("❤️", shown);
        Assert.False((await world.EventsAsync(person, thread))[0].TryGetProperty("reactions", out _));
        Assert.Equal(HttpStatusCode.BadRequest, missing);
    }

    [Fact]
    public async Task An_app_may_want_every_call_proved()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var response = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(
            world.Server.Admin, "/admin/bots", new { name = "Careful", username = "careful", webhook = receiver.Url, verifyToken = BotReceiver.VerifyToken, requireProof = true });
        var made = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        var (token, secret) = (made.GetProperty("accessToken").GetString()!, made.GetProperty("appSecret").GetString()!);
        var proof = Proof(secret, token);

        var table = new (string Query, int Status)[]
        {
            ("", 400), ($"?appsecret_proof={proof}", 200), ($"?appsecret_proof={proof.ToUpperInvariant()}", 200), ($"?appsecret_proof={Proof(secret, "other")}", 400),
            ($"?appsecret_time=1700000000&appsecret_proof={Proof(secret, token + "|1700000000")}", 200),
        };
        foreach (var (query, status) in table)
        {
            Assert.Equal((query, status), (query, (int)(await world.GraphAsync(HttpMethod.Get, "/me" + query, null, token)).Status));
        }

        var (_, batch) = await world.GraphAsync(HttpMethod.Post, $"/?appsecret_proof={proof}", """{"batch":[{"relative_url":"me"}]}""", token);
        Assert.Equal(200, batch[0].GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_call_that_cannot_be_made_as_DELETE_is_made_as_POST()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", """{"get_started":{"payload":"GO"}}""", bot.AccessToken);

        var (_, deleted) = await world.GraphAsync(HttpMethod.Post, "/v2.6/me/messenger_profile?method=delete", """{"fields":["get_started"]}""", bot.AccessToken);
        var (_, left) = await world.GraphAsync(HttpMethod.Get, "/me/messenger_profile", null, bot.AccessToken);

        Assert.Equal(("""{"result":"success"}""", """{"data":[]}"""), (deleted.GetRawText(), left.GetRawText()));
    }

    internal static async Task SubscribeAsync(BotWorld world, Bot bot, BotReceiver receiver, string fields)
    {
        var (status, body) = await world.GraphAsync(
            HttpMethod.Post, $"/{bot.AppId}/subscriptions", JsonSerializer.Serialize(new { @object = "page", callback_url = receiver.Url, verify_token = BotReceiver.VerifyToken, fields }), $"{bot.AppId}|{bot.AppSecret}");
        Assert.True(status == HttpStatusCode.OK, body.GetRawText());
    }

    private static string Proof(string secret, string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret), System.Text.Encoding.UTF8.GetBytes(text)));
}
