using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Stoa.Bots.Tests;

public sealed class ProfileTests(SharedWorld shared)
{
    private const string Greeting = """{"greeting":[{"locale":"default","text":"Hello {{user_first_name}}!"},{"locale":"pl_PL","text":"Cześć {{user_full_name}}!"},{"locale":"ar_AR","text":"مرحبا {{user_last_name}}"}]}""";
    private const string Menu = """{"get_started":{"payload":"START"},"persistent_menu":[{"locale":"default","composer_input_disabled":false,"call_to_actions":[{"title":"My account","type":"nested","call_to_actions":[{"title":"Pay bill","type":"postback","payload":"PAYBILL"}]},{"type":"web_url","title":"News","url":"https://x.example/news","webview_height_ratio":"full"}]}]}""";

    [Fact]
    public async Task Properties_are_set_read_and_deleted_each_alone()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        async Task<string> CallAsync(HttpMethod method, string path, string? json = null) => (await world.GraphAsync(method, path, json, bot.AccessToken)).Body.GetRawText();

        Assert.Equal("""{"data":[]}""", await CallAsync(HttpMethod.Get, "/me/messenger_profile?fields=greeting,get_started"));
        Assert.Equal("""{"result":"success"}""", await CallAsync(HttpMethod.Post, "/v2.6/me/messenger_profile", Greeting));
        Assert.Equal("""{"result":"success"}""", await CallAsync(HttpMethod.Post, "/me/messenger_profile", """{"get_started":{"payload":"START"},"whitelisted_domains":["https://x.example"]}"""));
        Assert.Equal("""{"data":[{"get_started":{"payload":"START"}}]}""", await CallAsync(HttpMethod.Get, "/me/messenger_profile?fields=get_started,persistent_menu"));
        Assert.Equal("""{"result":"success"}""", await CallAsync(HttpMethod.Delete, "/me/messenger_profile", """{"fields":["greeting"]}"""));
        Assert.Equal("""{"data":[{"get_started":{"payload":"START"},"whitelisted_domains":["https://x.example"]}]}""", await CallAsync(HttpMethod.Get, "/me/messenger_profile"));
    }

    [Fact]
    public async Task A_menu_needs_the_get_started_button_whatever_comes_first()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var alone = JsonDocument.Parse(Menu).RootElement.GetProperty("persistent_menu").GetRawText();
        const string Refused = "(#100) You must set a Get Started button if you also wish to use persistent menu";

        var (_, refused) = await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", $$"""{"persistent_menu":{{alone}}}""", bot.AccessToken);
        Assert.Equal(Refused, refused.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(HttpStatusCode.OK, (await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", Menu, bot.AccessToken)).Status);
        var (_, kept) = await world.GraphAsync(HttpMethod.Delete, "/me/messenger_profile?fields=get_started", token: bot.AccessToken);
        Assert.Equal(Refused, kept.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(HttpStatusCode.OK, (await world.GraphAsync(HttpMethod.Delete, "/me/messenger_profile?fields=get_started,persistent_menu", token: bot.AccessToken)).Status);
    }

    [Theory]
    [InlineData("""{"greeting":"hello"}""", "(#100) Param greeting must be an array.")]
    [InlineData("""{"greeting":[]}""", "(#100) param greeting must be non-empty.")]
    [InlineData("""{"greeting":[{"locale":"en_US","text":"x"}]}""", "(#100) Param greeting must have an item with the locale default.")]
    [InlineData("""{"greeting":[{"locale":"default"}]}""", "(#100) The parameter greeting[0][text] is required")]
    [InlineData("""{"get_started":{}}""", "(#100) The parameter get_started[payload] is required")]
    [InlineData("""{"get_started":"START"}""", "(#100) Param get_started must be an object.")]
    [InlineData("""{"persistent_menu":[{"locale":"default","composer_input_disabled":true}]}""", "(#100) A menu without items must leave the composer open, or nobody could say anything.")]
    [InlineData("""{"persistent_menu":[{"locale":"default","call_to_actions":[{"type":"postback","title":"x"}]}]}""", "(#100) Payload cannot be empty for postback type button")]
    [InlineData("""{"persistent_menu":[{"locale":"default","call_to_actions":[{"type":"web_url","title":"x","url":"javascript:alert(1)"}]}]}""", "(#100) persistent_menu[0][call_to_actions][0][url] should represent a valid URL")]
    [InlineData("""{"persistent_menu":[{"locale":"default","call_to_actions":[{"type":"nested","title":"x","call_to_actions":[]}]}]}""", "(#100) param persistent_menu[0][call_to_actions][0][call_to_actions] must be non-empty.")]
    [InlineData("""{"payment_settings":{"on_no_answer":"perhaps"}}""", "(#100) Param payment_settings[on_no_answer] must be one of {accept, refuse} - got \"perhaps\".")]
    public async Task A_wrong_property_is_refused_with_its_path(string json, string message)
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);

        var (status, body) = await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", json, bot.AccessToken);

        Assert.Equal((HttpStatusCode.BadRequest, message), (status, body.GetProperty("error").GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("en", "Hello Ann!")]
    [InlineData("fr-FR", "Hello Ann!")]
    [InlineData("pl", "Cześć Ann Smith!")]
    [InlineData("ar", "مرحبا Smith")]
    public async Task A_person_sees_the_page_in_their_language(string locale, string greeting)
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", Greeting, bot.AccessToken);
        await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", Menu, bot.AccessToken);
        var person = await world.SignUpAsync();
        if (locale != "fr-FR")
        {
            await world.AsAsync(person, HttpMethod.Patch, "/api/me", new { locale });
        }

        var page = await world.AsAsync(person, HttpMethod.Get, $"/api/pages/{bot.Username}", null);

        Assert.Equal(greeting, page.GetProperty("greeting").GetString());
        Assert.Equal("""{"payload":"START"}""", page.GetProperty("getStarted").GetRawText());
        Assert.Equal(
            """{"composerInputDisabled":false,"items":[{"type":"nested","title":"My account","items":[{"type":"postback","title":"Pay bill","payload":"PAYBILL"}]},{"type":"web_url","title":"News","url":"https://x.example/news"}]}""",
            page.GetProperty("menu").GetRawText());
        // The conversation shows the same page.
        var thread = await world.OpenThreadAsync(person, bot);
        Assert.Equal(greeting, (await world.AsAsync(person, HttpMethod.Get, $"/api/threads/{thread}", null)).GetProperty("page").GetProperty("greeting").GetString());
    }

    [Fact]
    public async Task Pages_are_found_by_the_beginning_of_username_or_of_a_word_of_the_name()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        await world.CreateBotAsync(receiver.Url, "harbor-air");
        await world.CreateBotAsync(receiver.Url, "night.market");
        var person = await world.SignUpAsync();
        async Task<string[]> FindAsync(string q) =>
            [.. (await world.AsAsync(person, HttpMethod.Get, $"/api/pages?q={Uri.EscapeDataString(q)}", null)).GetProperty("pages").EnumerateArray().Select(p => p.GetProperty("username").GetString()!)];

        Assert.Equal(["harbor-air", "night.market"], await FindAsync(""));
        Assert.Equal(["harbor-air"], await FindAsync("Harb"));
        Assert.Equal(["night.market"], await FindAsync("NIGHT"));
        Assert.Empty(await FindAsync("%"));
        Assert.Empty(await FindAsync("arbor"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await world.Server.Client.GetAsync("/api/pages")).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/pages/nobody") { Headers = { { "Authorization", $"Bearer {person.Token}" } } };
        var missing = await world.Server.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode.NotFound, "page_not_found"), (missing.StatusCode, (await missing.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_callback_that_does_not_agree_is_not_set()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);

        var (status, body) = await world.GraphAsync(
            HttpMethod.Post, $"/{bot.AppId}/subscriptions", JsonSerializer.Serialize(new { @object = "page", callback_url = receiver.Url, verify_token = "another", fields = "messages, message_echoes," }), $"{bot.AppId}|{bot.AppSecret}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(2200, body.GetProperty("error").GetProperty("code").GetInt32());
        Assert.StartsWith("(#2200) callback verification failed: Sent GET", body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        var (_, stays) = await world.GraphAsync(HttpMethod.Get, $"/{bot.AppId}/subscriptions", token: $"{bot.AppId}|{bot.AppSecret}");
        Assert.Equal(7, stays.GetProperty("data")[0].GetProperty("fields").GetArrayLength());
    }

    [Fact]
    public async Task Too_many_changes_of_a_profile_give_613()
    {
        await using var world = await BotWorld.StartAsync(new() { Limits = true });
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var codes = new List<int>();
        for (var i = 0; i < 11; i++)
        {
            var (status, body) = await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", """{"get_started":{"payload":"S"}}""", bot.AccessToken);
            codes.Add(status == HttpStatusCode.OK ? 0 : body.GetProperty("error").GetProperty("code").GetInt32());
        }

        Assert.Equal([.. Enumerable.Repeat(0, 10), 613], codes);
    }
}
