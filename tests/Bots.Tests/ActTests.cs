using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>What a person does beside writing: coming by a link, answering a form, saying stop.</summary>
public sealed class ActTests(SharedWorld shared)
{
    private const string Fields = "messages,messaging_postbacks,messaging_referrals,messaging_feedback,messaging_customer_information,messaging_optins";
    private const string Feedback =
        """{"attachment":{"type":"template","payload":{"template_type":"customer_feedback","title":"Rate us","feedback_screens":[{"questions":[{"id":"q1","type":"nps","follow_up":{"type":"free_form"}}]}],"business_privacy":{"url":"https://x.example/"}}}}""";

    [Fact]
    public async Task How_somebody_came_stands_in_their_first_act_and_later_is_told_at_once()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        await PlatformTests.SubscribeAsync(world, bot, receiver, Fields);
        await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", """{"get_started":{"payload":"START"}}""", bot.AccessToken);
        var (ann, ben) = (await world.SignUpAsync(), await world.SignUpAsync());

        await ComeAsync(ann, bot, Guid.NewGuid(), "MESSENGER_CODE", "old");
        await ComeAsync(ann, bot, Guid.NewGuid(), "SHORTLINK", "poster");
        var thread = await world.OpenThreadAsync(ann, bot);
        await world.SayAsync(ann, thread, "Get started", "START");
        var first = (await receiver.WaitForAsync("postback", 1))[0].Event.GetProperty("postback");
        Assert.Equal("""{"ref":"poster","source":"SHORTLINK","type":"OPEN_THREAD"}""", first.GetProperty("referral").GetRawText());

        var twice = Guid.NewGuid();
        await ComeAsync(ann, bot, twice, "ADS", null, "604");
        await ComeAsync(ann, bot, twice, "ADS", null, "604");
        await world.SayAsync(ann, thread, "and now");
        await receiver.WaitAsync("the message after it", all => all.Any(r => r.Text == "and now"));
        Assert.Equal(["""{"source":"ADS","type":"OPEN_THREAD","ad_id":"604"}"""], receiver.Accepted.Where(r => r.Has("referral")).Select(r => r.Event.GetProperty("referral").GetRawText()));
        Assert.False(receiver.Accepted.First(r => r.Text == "and now").Event.GetProperty("message").TryGetProperty("referral", out _));

        await ComeAsync(ben, bot, Guid.NewGuid(), "CUSTOMER_CHAT_PLUGIN", null);
        await world.SayAsync(ben, await world.OpenThreadAsync(ben, bot), "from your site");
        var message = (await receiver.WaitAsync("the first message", all => all.Any(r => r.Text == "from your site"))).First(r => r.Text == "from your site").Event.GetProperty("message");
        Assert.Equal("CUSTOMER_CHAT_PLUGIN", message.GetProperty("referral").GetProperty("source").GetString());
    }

    [Theory]
    [InlineData("SHORTLINK", null)]
    [InlineData("SHORTLINK", "a b")]
    [InlineData("ELSEWHERE", "x")]
    public async Task A_referral_that_is_none_is_refused(string source, string? reference)
    {
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await shared.World.CreateBotAsync(receiver.Url);
        Assert.Equal((400, "invalid_referral"), await TryAsync(await shared.World.SignUpAsync(), HttpMethod.Post, $"/api/pages/{bot.PageId}/referrals", new { clientId = Guid.NewGuid(), source, @ref = reference }));
        Assert.Equal((404, "page_not_found"), await TryAsync(await shared.World.SignUpAsync(), HttpMethod.Post, "/api/pages/7000000000000001/referrals", new { clientId = Guid.NewGuid(), source = "ADS" }));
    }

    [Fact]
    public async Task A_form_is_answered_once_while_it_is_open_by_the_person_it_asks()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        await PlatformTests.SubscribeAsync(world, bot, receiver, Fields);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var path = $"/api/threads/{thread}/forms/{await SendAsync(world, bot, psid, Feedback)}";
        var stranger = await world.SignUpAsync();
        Assert.Equal((404, "form_not_found"), await TryAsync(stranger, HttpMethod.Post, path, new { clientId = Guid.NewGuid(), score = 9 }, world));
        Assert.Equal((404, "form_not_found"), await TryAsync(person, HttpMethod.Post, $"/api/threads/{thread}/forms/1", new { clientId = Guid.NewGuid(), score = 9 }, world));
        foreach (var wrong in (object[])[new { clientId = Guid.NewGuid() }, new { clientId = Guid.NewGuid(), score = 11 }, new { clientId = Guid.NewGuid(), score = -1 },
            new { clientId = Guid.NewGuid(), score = 9, followUp = new string('x', 401) }, new { clientId = Guid.NewGuid(), score = 9, values = new { email = "a" } }])
        {
            Assert.Equal((400, "invalid_answer"), await TryAsync(person, HttpMethod.Post, path, wrong, world));
        }

        // The same answer several times at once is one; another is late.
        var answer = new { clientId = Guid.NewGuid(), score = 9, followUp = "good" };
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TryAsync(person, HttpMethod.Post, path, answer, world))), outcome => Assert.Equal(204, outcome.Status));
        Assert.Equal((409, "form_answered"), await TryAsync(person, HttpMethod.Post, path, new { clientId = Guid.NewGuid(), score = 1 }, world));
        Assert.True((await world.AsAsync(person, HttpMethod.Get, path, null)).GetProperty("answered").GetBoolean());
        await world.SayAsync(person, thread, "done");
        await receiver.WaitAsync("what comes after", all => all.Any(r => r.Text == "done"));
        Assert.Equal(
            ["""{"feedback_screens":[{"screen_id":0,"questions":{"q1":{"type":"nps","payload":"9","follow_up":{"type":"free_form","payload":"good"}}}}]}"""],
            receiver.Accepted.Where(r => r.Has("messaging_feedback")).Select(r => r.Event.GetProperty("messaging_feedback").GetRawText()));

        var late = $"/api/threads/{thread}/forms/{await SendAsync(world, bot, psid, Feedback)}";
        world.Server.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal((409, "form_closed"), await TryAsync(person, HttpMethod.Post, late, answer, world));
        Assert.Equal(204, (await TryAsync(person, HttpMethod.Post, path, answer, world)).Status); // A repeat, late.
    }

    [Fact]
    public async Task Stop_is_one_call_and_holds_until_the_person_acts_again()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        await PlatformTests.SubscribeAsync(world, bot, receiver, Fields);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        await SendAsync(world, bot, psid, """{"attachment":{"type":"template","payload":{"template_type":"notification_messages","title":"News","payload":"NEWS"}}}""");
        await world.SayAsync(person, thread, "Sign up", "NEWS");
        var token = (await receiver.WaitForAsync("optin", 1))[0].Event.GetProperty("optin").GetProperty("notification_messages_token").GetString();
        Assert.Equal("""true within_24_hours""", await OutlookAsync(world, bot, thread));

        await world.AsAsync(person, HttpMethod.Put, $"/api/pages/{bot.PageId}/stop", null);
        await world.AsAsync(person, HttpMethod.Put, $"/api/pages/{bot.PageId}/stop", null);

        var stopped = (await receiver.WaitForAsync("optin", 2))[1].Event.GetProperty("optin");
        Assert.Equal((token, "STOP NOTIFICATIONS"), (stopped.GetProperty("notification_messages_token").GetString(), stopped.GetProperty("notification_messages_status").GetString()));
        Assert.Equal("false stopped", await OutlookAsync(world, bot, thread));
        foreach (var (recipient, more) in ((string, string)[])[($$"""{"id":"{{psid}}"}""", ""), ($$"""{"id":"{{psid}}"}""", ""","messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT" """), ($$"""{"notification_messages_token":"{{token}}"}""", "")])
        {
            var (_, refused) = await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""{"recipient":{{{recipient}}},"message":{"text":"still there?"} {{{more}}} }""", bot.AccessToken);
            Assert.Equal(2018278, refused.GetProperty("error").GetProperty("error_subcode").GetInt32());
        }

        world.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.SayAsync(person, thread, "one more thing");
        await DeliveryTests.DrainedAsync(world);
        await world.SendTextAsync(bot, psid, "yes?");
        Assert.Equal(2, receiver.Accepted.Count(r => r.Has("optin")));
    }

    [Fact]
    public async Task A_page_reads_whether_until_when_and_why_it_may_write()
    {
        await using var world = await BotWorld.StartAsync(new() { Settings = new Dictionary<string, string> { ["Bots:Policy"] = "Messenger" } });
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        await PlatformTests.SubscribeAsync(world, bot, receiver, Fields);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var (_, open) = await world.GraphAsync(HttpMethod.Get, $"/t_{thread}?fields=can_reply_until", null, bot.AccessToken);
        Assert.Equal(world.Server.Clock.GetUtcNow().AddDays(1), DateTimeOffset.Parse(open.GetProperty("can_reply_until").GetString()!, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromSeconds(1));

        world.Server.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal("false window_is_over", await OutlookAsync(world, bot, thread));
        var (_, refused) = await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{"text":"late"}}""", bot.AccessToken);
        Assert.Equal((2018278, "window_is_over"), (refused.GetProperty("error").GetProperty("error_subcode").GetInt32(), refused.GetProperty("error").GetProperty("error_data").GetString()));
        var (tagged, _) = await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{"text":"sent"},"messaging_type":"MESSAGE_TAG","tag":"POST_PURCHASE_UPDATE"}""", bot.AccessToken);
        Assert.Equal(HttpStatusCode.OK, tagged);

        // A link opens the window as a message does.
        await world.AsAsync(person, HttpMethod.Post, $"/api/pages/{bot.PageId}/referrals", new { clientId = Guid.NewGuid(), source = "SHORTLINK", @ref = "x" });
        Assert.Equal("true within_24_hours", await OutlookAsync(world, bot, thread));
        await world.SendTextAsync(bot, psid, "welcome back");
    }

    [Fact]
    public async Task Extensions_open_only_on_domains_that_the_page_has_named()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (_, _, psid) = await world.MeetAsync(bot, receiver);
        var send = $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{"attachment":{"type":"template","payload":{"template_type":"button","text":"x","buttons":[{"type":"web_url","title":"Open","url":"https://shop.example/cart","messenger_extensions":true}]} } } }""";

        var (_, refused) = await world.GraphAsync(HttpMethod.Post, "/me/messages", send, bot.AccessToken);
        await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", """{"whitelisted_domains":["https://shop.example"]}""", bot.AccessToken);
        var (status, _) = await world.GraphAsync(HttpMethod.Post, "/me/messages", send, bot.AccessToken);

        Assert.Equal((100, HttpStatusCode.OK), (refused.GetProperty("error").GetProperty("code").GetInt32(), status));
        Assert.Contains("whitelisted_domains", refused.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private async Task ComeAsync(Person person, Bot bot, Guid clientId, string source, string? reference, string? adId = null) =>
        Assert.Equal(204, (await TryAsync(person, HttpMethod.Post, $"/api/pages/{bot.PageId}/referrals", new { clientId, source, @ref = reference, adId })).Status);

    private static async Task<string> OutlookAsync(BotWorld world, Bot bot, string thread)
    {
        var (_, shown) = await world.GraphAsync(HttpMethod.Get, $"/t_{thread}?fields=can_reply,can_reply_reason", null, bot.AccessToken);
        return $"{shown.GetProperty("can_reply").GetRawText()} {shown.GetProperty("can_reply_reason").GetString()}";
    }

    private static async Task<long> SendAsync(BotWorld world, Bot bot, string psid, string message)
    {
        var (status, body) = await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{{{message}}} }""", bot.AccessToken);
        Assert.True(status == HttpStatusCode.OK, body.GetRawText());
        Assert.True(Kernel.MessageId.TryParse(body.GetProperty("message_id").GetString(), out var id));
        return id.Seq;
    }

    private async Task<(int Status, string? Code)> TryAsync(Person person, HttpMethod method, string path, object? body, BotWorld? world = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.Token);
        using var answer = await (world ?? shared.World).Server.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonElement.Parse(text).GetProperty("code").GetString());
    }
}
