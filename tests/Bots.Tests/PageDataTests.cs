using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>What a page keeps and reads: settings old and new, labels, conversations, ids, tokens, accounts.</summary>
public sealed class PageDataTests(SharedWorld shared)
{
    [Fact]
    public async Task Settings_of_2016_write_the_profile_and_answer_to_the_letter()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var table = new (string Method, string Json, string Answer)[]
        {
            ("POST", """{"setting_type":"greeting","greeting":{"text":"Hello"}}""", "Successfully updated greeting"),
            ("POST", """{"setting_type":"call_to_actions","thread_state":"existing_thread","call_to_actions":[{"type":"postback","title":"Help","payload":"HELP"}]}""", "Successfully added structured menu CTAs"),
            ("POST", """{"setting_type":"call_to_actions","thread_state":"new_thread","call_to_actions":[{"payload":"GET_STARTED"}]}""", "Successfully added new_thread's CTAs"),
            ("POST", """{"setting_type":"domain_whitelisting","whitelisted_domains":["https://a.example","https://b.example"],"domain_action_type":"add"}""", "Successfully updated whitelisted domains"),
            ("POST", """{"setting_type":"domain_whitelisting","whitelisted_domains":["https://a.example"],"domain_action_type":"remove"}""", "Successfully updated whitelisted domains"),
            ("POST", """{"setting_type":"account_linking","account_linking_url":"https://b.example/authorize"}""", "Successfully updated account_linking_url"),
            ("POST", """{"setting_type":"payment","payment_dev_mode_action":"ADD","payment_testers":["1","2"]}""", "Successfully updated payment settings"),
            ("DELETE", """{"setting_type":"greeting"}""", "Successfully deleted greeting"),
            ("DELETE", """{"setting_type":"call_to_actions","thread_state":"new_thread"}""", "Successfully deleted all new_thread's CTAs"),
        };
        foreach (var (method, json, answer) in table)
        {
            var (status, body) = await world.GraphAsync(new(method), "/v2.6/me/thread_settings", json, bot.AccessToken);
            Assert.True(status == HttpStatusCode.OK, $"{json}: {body.GetRawText()}");
            Assert.Equal(answer, body.GetProperty("result").GetString());
        }

        var (_, profile) = await world.GraphAsync(HttpMethod.Get, "/me/messenger_profile", null, bot.AccessToken);
        Assert.Equal(
            """{"data":[{"persistent_menu":[{"locale":"default","call_to_actions":[{"type":"postback","title":"Help","payload":"HELP"}]}],"payment_settings":{"testers":["1","2"],"test_users":["1","2"]},"whitelisted_domains":["https://b.example"],"account_linking_url":"https://b.example/authorize"}]}""",
            profile.GetRawText());
    }

    [Theory]
    [InlineData("""{"whitelisted_domains":["http://a.example"]}""")]
    [InlineData("""{"whitelisted_domains":["https://127.0.0.1"]}""")]
    [InlineData("""{"ice_breakers":[{"question":"Q","payload":"1"},{"question":"Q","payload":"2"},{"question":"Q","payload":"3"},{"question":"Q","payload":"4"},{"question":"Q","payload":"5"}]}""")]
    [InlineData("""{"ice_breakers":[{"question":"Q"}]}""")]
    [InlineData("""{"commands":[{"locale":"default","commands":[{"name":"n"}]}]}""")]
    [InlineData("""{"home_url":{"url":"https://a.example","webview_height_ratio":"full"}}""")]
    [InlineData("""{"target_audience":{"audience_type":"some"}}""")]
    public async Task Wrong_properties_are_refused(string json)
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);

        Assert.Equal(100, (await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", json, bot.AccessToken)).Body.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Ice_breakers_and_a_persons_own_menu_are_shown_and_can_be_pressed()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var (_, other, _) = await world.MeetAsync(bot, receiver);
        await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", """{"ice_breakers":[{"question":"Where are you?","payload":"WHERE"}]}""", bot.AccessToken);
        var (_, set) = await world.GraphAsync(
            HttpMethod.Post, "/me/custom_user_settings", $$"""{"psid":"{{psid}}","persistent_menu":[{"locale":"default","call_to_actions":[{"type":"postback","title":"Only you","payload":"OWN"}]}]}""", bot.AccessToken);
        Assert.Equal("""{"result":"success"}""", set.GetRawText());

        var page = (await world.AsAsync(person, HttpMethod.Get, $"/api/threads/{thread}", null)).GetProperty("page");
        Assert.Equal("""[{"question":"Where are you?","payload":"WHERE"}]""", page.GetProperty("iceBreakers").GetRawText());
        Assert.Equal("Only you", page.GetProperty("menu").GetProperty("items")[0].GetProperty("title").GetString());
        await world.SayAsync(person, thread, "Where are you?", "WHERE");
        await world.SayAsync(person, thread, "Only you", "OWN");
        Assert.Equal(["WHERE", "OWN"], (await receiver.WaitForAsync("postback", 2)).Select(r => r.Event.GetProperty("postback").GetProperty("payload").GetString()!));
        Assert.NotEqual(thread, other);

        await world.GraphAsync(HttpMethod.Delete, $"/me/custom_user_settings?psid={psid}&params=[\"persistent_menu\"]", null, bot.AccessToken);
        Assert.False((await world.AsAsync(person, HttpMethod.Get, $"/api/threads/{thread}", null)).GetProperty("page").TryGetProperty("menu", out _));
    }

    [Fact]
    public async Task Labels_are_given_listed_and_taken_and_are_the_pages_own()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var (bot, other) = (await world.CreateBotAsync(receiver.Url), await world.CreateBotAsync(receiver.Url));
        var (_, _, psid) = await world.MeetAsync(bot, receiver);
        async Task<string> CallAsync(HttpMethod method, string path, string? json, Bot by) => (await world.GraphAsync(method, path, json, by.AccessToken)).Body.GetRawText();
        var label = JsonDocument.Parse(await CallAsync(HttpMethod.Post, "/me/custom_labels", """{"name":"regular"}""", bot)).RootElement.GetProperty("id").GetString();

        Assert.Equal($$"""{"id":"{{label}}"}""", await CallAsync(HttpMethod.Post, "/v12.0/me/custom_labels", """{"page_label_name":"regular"}""", bot));
        Assert.Equal("""{"success":true}""", await CallAsync(HttpMethod.Post, $"/{label}/label", $$"""{"user":{{psid}}}""", bot));
        Assert.Contains($$"""[{"name":"regular","page_label_name":"regular","id":"{{label}}"}]""", await CallAsync(HttpMethod.Get, $"/{psid}/custom_labels?fields=name", null, bot), StringComparison.Ordinal);
        Assert.Contains("regular", await CallAsync(HttpMethod.Get, $"/{label}?fields=name", null, bot), StringComparison.Ordinal);
        foreach (var (method, path) in new[] { (HttpMethod.Get, $"/{label}"), (HttpMethod.Delete, $"/{label}"), (HttpMethod.Post, $"/{label}/label?user={psid}"), (HttpMethod.Get, $"/{psid}/custom_labels") })
        {
            Assert.Contains("\"error_subcode\":33", await CallAsync(method, path, null, other), StringComparison.Ordinal);
        }

        Assert.Equal("""{"success":true}""", await CallAsync(HttpMethod.Delete, $"/{label}/label", $$"""{"user":"{{psid}}"}""", bot));
        Assert.Equal("""{"data":[]}""", await CallAsync(HttpMethod.Get, $"/{psid}/custom_labels", null, bot));
        Assert.Equal("""{"success":true}""", await CallAsync(HttpMethod.Delete, $"/{label}", null, bot));
        Assert.Equal("""{"data":[]}""", await CallAsync(HttpMethod.Get, "/me/custom_labels", null, bot));
    }

    [Fact]
    public async Task A_page_reads_its_own_conversations_and_nobody_elses()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var (bot, other) = (await world.CreateBotAsync(receiver.Url), await world.CreateBotAsync(receiver.Url));
        var (_, thread, psid) = await world.MeetAsync(bot, receiver);
        await world.MeetAsync(bot, receiver);
        var sent = await world.SendTextAsync(bot, psid, "how can I help?");

        var (_, list) = await world.GraphAsync(HttpMethod.Get, "/me/conversations?platform=messenger&limit=1", null, bot.AccessToken);
        var (_, next) = await world.GraphAsync(HttpMethod.Get, new Uri(list.GetProperty("paging").GetProperty("next").GetString()!).PathAndQuery, null, bot.AccessToken);
        var (_, one) = await world.GraphAsync(HttpMethod.Get, $"/me/conversations?user_id={psid}&fields=participants,message_count", null, bot.AccessToken);
        var (_, messages) = await world.GraphAsync(HttpMethod.Get, $"/t_{thread}/messages?fields=message,from", null, bot.AccessToken);
        var (_, message) = await world.GraphAsync(HttpMethod.Get, $"/{sent}?fields=message,from,to", null, bot.AccessToken);
        var (_, key) = await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""{"recipient":{"thread_key":"t_{{{thread}}}"},"message":{"text":"by its key"}}""", bot.AccessToken);

        Assert.Equal(2, list.GetProperty("data").EnumerateArray().Concat(next.GetProperty("data").EnumerateArray()).Select(c => c.GetProperty("id").GetString()).Distinct().Count());
        var conversation = one.GetProperty("data")[0];
        Assert.Equal((2, $"t_{thread}"), (conversation.GetProperty("message_count").GetInt32(), conversation.GetProperty("id").GetString()));
        Assert.Equal([psid, bot.PageId], conversation.GetProperty("participants").GetProperty("data").EnumerateArray().Select(p => p.GetProperty("id").GetString()));
        Assert.Equal(["how can I help?", $"hello {thread}"], messages.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("message").GetString()));
        Assert.Equal((bot.PageId, psid), (message.GetProperty("from").GetProperty("id").GetString(), message.GetProperty("to").GetProperty("data")[0].GetProperty("id").GetString()));
        Assert.Equal(psid, key.GetProperty("recipient_id").GetString());
        foreach (var path in new[] { $"/t_{thread}", $"/t_{thread}/messages", $"/{sent}" })
        {
            Assert.Equal(33, (await world.GraphAsync(HttpMethod.Get, path, null, other.AccessToken)).Body.GetProperty("error").GetProperty("error_subcode").GetInt32());
        }
    }

    [Fact]
    public async Task Tokens_are_told_to_their_own_app_and_given_for_its_secret()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var (bot, other) = (await world.CreateBotAsync(receiver.Url), await world.CreateBotAsync(receiver.Url));
        string App(Bot b) => $"{b.AppId}|{b.AppSecret}";

        var (_, mine) = await world.GraphAsync(HttpMethod.Get, $"/debug_token?input_token={bot.AccessToken}", null, App(bot));
        var (_, theirs) = await world.GraphAsync(HttpMethod.Get, $"/debug_token?input_token={bot.AccessToken}", null, App(other));
        var (_, token) = await world.GraphAsync(HttpMethod.Get, $"/v3.0/oauth/access_token?client_id={bot.AppId}&client_secret={bot.AppSecret}&grant_type=client_credentials");
        var text = await world.Server.Client.GetStringAsync($"/oauth/access_token?client_id={bot.AppId}&client_secret={bot.AppSecret}&grant_type=client_credentials");
        var (_, wrong) = await world.GraphAsync(HttpMethod.Get, $"/v3.0/oauth/access_token?client_id={bot.AppId}&client_secret=x&grant_type=client_credentials");

        Assert.Equal((true, bot.PageId), (mine.GetProperty("data").GetProperty("is_valid").GetBoolean(), mine.GetProperty("data").GetProperty("profile_id").GetString()));
        Assert.False(theirs.GetProperty("data").GetProperty("is_valid").GetBoolean());
        Assert.Equal($$"""{"access_token":"{{App(bot)}}","token_type":"bearer"}""", token.GetRawText());
        Assert.Equal($"access_token={App(bot)}", text);
        Assert.Equal(101, wrong.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Ids_are_matched_among_the_pages_of_one_app_with_the_proof()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (_, _, psid) = await world.MeetAsync(bot, receiver);
        var proof = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(bot.AppSecret), Encoding.UTF8.GetBytes(bot.AccessToken)));

        var (_, matched) = await world.GraphAsync(HttpMethod.Get, $"/{psid}/ids_for_pages?appsecret_proof={proof}", null, bot.AccessToken);
        var (_, apps) = await world.GraphAsync(HttpMethod.Get, $"/{psid}/ids_for_apps?appsecret_proof={proof}", null, bot.AccessToken);
        var (unproved, _) = await world.GraphAsync(HttpMethod.Get, $"/{psid}/ids_for_pages", null, bot.AccessToken);

        Assert.Equal((psid, bot.PageId), (matched.GetProperty("data")[0].GetProperty("id").GetString(), matched.GetProperty("data")[0].GetProperty("page").GetProperty("id").GetString()));
        Assert.Equal("""{"data":[]}""", apps.GetRawText());
        Assert.Equal(HttpStatusCode.BadRequest, unproved);
    }

    [Fact]
    public async Task An_account_is_linked_once_and_unlinked()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        await PlatformTests.SubscribeAsync(world, bot, receiver, "messages,messaging_account_linking");
        var (person, _, psid) = await world.MeetAsync(bot, receiver);
        await AttachmentTests.SendAsync(world, bot, psid, """{"attachment":{"type":"template","payload":{"template_type":"button","text":"Log in","buttons":[{"type":"account_link","url":"https://shop.example/authorize?x=1"}]}}}""");

        var begun = new Uri((await world.AsAsync(person, HttpMethod.Post, $"/api/pages/{bot.PageId}/account-link?url={Uri.EscapeDataString("https://shop.example/authorize?x=1")}", null)).GetProperty("url").GetString()!);

        Assert.StartsWith("https://shop.example/authorize?x=1&account_linking_token=", begun.AbsoluteUri, StringComparison.Ordinal);
        var query = begun.Query.TrimStart('?').Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1]));
        var (_, who) = await world.GraphAsync(HttpMethod.Get, $"/me?fields=recipient&account_linking_token={query["account_linking_token"]}", null, bot.AccessToken);
        Assert.Equal($$"""{"recipient":"{{psid}}","id":"{{bot.PageId}}"}""", who.GetRawText());
        var (_, nobody) = await world.GraphAsync(HttpMethod.Get, "/me?fields=recipient&account_linking_token=x", null, bot.AccessToken);
        Assert.Equal(10303, nobody.GetProperty("error").GetProperty("code").GetInt32());
        var back = new Uri(query["redirect_uri"]).PathAndQuery + "&authorization_code=CODE";
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => world.Server.Client.GetAsync(back)));
        await world.AsAsync(person, HttpMethod.Delete, $"/api/pages/{bot.PageId}/account-link", null);
        await world.AsAsync(person, HttpMethod.Delete, $"/api/pages/{bot.PageId}/account-link", null);

        await DeliveryTests.DrainedAsync(world);
        var told = (await receiver.WaitForAsync("account_linking", 2)).ConvertAll(r => r.Event.GetProperty("account_linking").GetRawText());
        Assert.Equal(["""{"status":"linked","authorization_code":"CODE"}""", """{"status":"unlinked"}"""], told);
    }
}
