using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>What a business sends, as people see it: personas, pictures by address, cards, and what is asked of them.</summary>
public sealed class BotCardTests(Chromium chromium)
{
    private const string Flight = """{"flight_number":"HS412","departure_airport":{"airport_code":"WAW","city":"Warsaw","gate":"B14"},"arrival_airport":{"airport_code":"ATH","city":"Athens"},"flight_schedule":{"departure_time":"2026-12-12T07:40","arrival_time":"2026-12-12T11:20"}}""";

    [Fact]
    public async Task Cards_of_every_kind_are_shown_and_answered_and_pictures_come_from_our_server()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var leila = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true, Dark = true }), $"http://localhost:{server.Address.Port}", "Leila Haddad", "ar");
        var picture = await leila.Page.ScreenshotAsync();
        var askedFor = 0;
        await using var shop = await ListenAsync(picture, () => Interlocked.Increment(ref askedFor), out var events, out var address);
        var (token, _) = await CreateBotAsync(server, address);
        var psid = await GreetAsync(server, "leila", events);
        var persona = await CallAsync(server, "/me/personas", $$"""{"name":"Mira","profile_picture_url":"{{address}}/picture.png"}""", token);

        string Template(string payload) => $$$"""{"attachment":{"type":"template","payload":{{{payload}}}}}""";
        foreach (var message in new[]
        {
            """{"text":"Good morning, I am Mira."}""",
            Template($$"""{"template_type":"list","top_element_style":"large","elements":[{"title":"Straw hat","subtitle":"EUR 19","image_url":"{{address}}/picture.png"},{"title":"Felt hat","subtitle":"EUR 39","image_url":"{{address}}/picture.png"}],"buttons":[{"type":"postback","title":"More hats","payload":"MORE"}]}"""),
            Template("""{"template_type":"coupon","title":"Ten per cent off","subtitle":"This week","coupon_code":"TENPERCENT"}"""),
            Template($$"""{"template_type":"airline_update","update_type":"gate_change","locale":"en_US","intro_message":"Please go to gate B14.","update_flight_info":{{Flight}} }"""),
            Template("""{"template_type":"button","text":"Have an account with us?","buttons":[{"type":"account_link","url":"https://shop.example/authorize"}]}"""),
            Template("""{"template_type":"one_time_notif_req","title":"When the shoes are back","payload":"SHOES"}"""),
            """{"text":"How can we reach you?","quick_replies":[{"content_type":"user_email"},{"title":"Not now","payload":"NO"}]}""",
        })
        {
            await CallAsync(server, "/me/messages", $$"""{"recipient":{"id":"{{psid}}"},"persona_id":"{{persona.GetProperty("id").GetString()}}","message":{{message}}}""", token);
        }

        await leila.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("Hats of Athens") }).ClickAsync();
        await Expect(leila.Page.GetByText("Mira", new() { Exact = true }).First).ToBeVisibleAsync();
        await Expect(leila.Button("bots", "copyCode")).ToBeVisibleAsync();
        await Expect(leila.Page.GetByText(leila.Words.Of("bots", "flight_gate_change"), new() { Exact = true })).ToBeVisibleAsync();
        await Expect(leila.Button("bots", "logIn")).ToBeVisibleAsync();
        await Expect(leila.Page.GetByRole(AriaRole.Button, new() { Name = "More hats" })).ToBeVisibleAsync();
        await leila.PictureAsync("bot-cards-phone-dark-arabic-end");
        await leila.Page.GetByText("Straw hat").First.ScrollIntoViewIfNeededAsync();
        await leila.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('article article img')].some(image => image.complete && image.naturalWidth > 0)");
        Assert.True(await leila.Page.EvaluateAsync<bool>($"() => [...document.images].every(image => !image.src.startsWith('{address}'))"));
        Assert.Equal(1, askedFor); // By the server, once for all places.
        await leila.PictureAsync("bot-cards-phone-dark-arabic-top");

        await leila.Button("bots", "notifyMe").ClickAsync();
        Assert.Equal("SHOES", (await NextAsync(events, "optin")).GetProperty("payload").GetString());
        await CallAsync(server, "/me/messages", $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{"text":"And your address?","quick_replies":[{"content_type":"user_email"}]}}""", token);
        await leila.AnswerAsync(leila.Words.Of("bots", "giveMail"));
        await leila.Page.GetByRole(AriaRole.Textbox, new() { Name = leila.Words.Of("bots", "yourMail") }).FillAsync("leila@example.com");
        await leila.PictureAsync("bot-asks-phone-dark-arabic");
        await leila.Button("bots", "give").ClickAsync();
        Assert.Equal("leila@example.com", (await NextAsync(events, "message")).GetProperty("quick_reply").GetProperty("payload").GetString());

        // A form: answered once, in one's own words, and closed from then on.
        await CallAsync(server, "/me/messages", $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{{{Template("""{"template_type":"customer_feedback","title":"How are the hats?","feedback_screens":[{"questions":[{"id":"hats","type":"csat","score_label":"poor_great","follow_up":{"type":"free_form","placeholder":"Tell us more"}}]}],"business_privacy":{"url":"https://shop.example/privacy"}}""")}}}}""", token);
        await leila.Button("bots", "form.answer").ClickAsync();
        await leila.Page.GetByRole(AriaRole.Radio).Nth(3).CheckAsync(new() { Force = true });
        await leila.Page.GetByLabel("Tell us more").FillAsync("خفيفة وأنيقة");
        await leila.PictureAsync("bot-form-phone-dark-arabic");
        await leila.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = leila.Words.Of("bots", "form.send") }).ClickAsync();
        var given = (await NextAsync(events, "messaging_feedback")).GetProperty("feedback_screens")[0].GetProperty("questions").GetProperty("hats");
        Assert.Equal(("4", "خفيفة وأنيقة"), (given.GetProperty("payload").GetString(), given.GetProperty("follow_up").GetProperty("payload").GetString()));
        await Expect(leila.Button("bots", "form.answered")).ToBeDisabledAsync();

        chromium.AssertQuiet(leila.Page);
    }

    private static async Task<(string Token, string Page)> CreateBotAsync(StoaServer server, string address)
    {
        var made = await (await server.Admin.PostAsJsonAsync("/admin/bots", new { name = "Hats of Athens", username = "hats", webhook = $"{address}/webhook", verifyToken = "v" })).Content.ReadFromJsonAsync<JsonElement>();
        var app = $"{made.GetProperty("appId").GetString()}|{made.GetProperty("appSecret").GetString()}";
        await CallAsync(server, $"/{made.GetProperty("appId").GetString()}/subscriptions", $$"""{"object":"page","callback_url":"{{address}}/webhook","verify_token":"v","fields":"messages,messaging_optins,messaging_feedback"}""", app);
        return (made.GetProperty("accessToken").GetString()!, made.GetProperty("pageId").GetString()!);
    }

    private static async Task<string> GreetAsync(StoaServer server, string handle, ChannelReader<JsonElement> events)
    {
        var token = (await (await server.Client.PostAsJsonAsync("/api/demo/sessions", new { handle })).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
        var thread = (await CallAsync(server, "/api/threads", """{"with":["page:hats"]}""", token)).GetProperty("id").GetString();
        await CallAsync(server, $"/api/threads/{thread}/messages", $$"""{"clientId":"{{Guid.NewGuid()}}","text":"Good morning"}""", token);
        return (await events.ReadAsync()).GetProperty("sender").GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> NextAsync(ChannelReader<JsonElement> events, string member)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var told in events.ReadAllAsync(patience.Token))
        {
            if (told.TryGetProperty(member, out var found))
            {
                return found;
            }
        }

        throw new TimeoutException($"No event with {member} came.");
    }

    private static async Task<JsonElement> CallAsync(StoaServer server, string path, string json, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var response = await server.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonElement.Parse(text);
    }

    /// <summary>The business's own server: its bot, and its pictures.</summary>
    private static Task<WebApplication> ListenAsync(byte[] picture, Action asked, out ChannelReader<JsonElement> events, out string address)
    {
        var heard = Channel.CreateBounded<JsonElement>(100);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/webhook", (HttpRequest request) => Results.Text(request.Query["hub.challenge"]));
        app.MapGet("/picture.png", () =>
        {
            asked();
            return Results.Bytes(picture, "image/png");
        });
        app.MapPost("/webhook", async (HttpRequest request) =>
        {
            using var body = await JsonDocument.ParseAsync(request.Body);
            await heard.Writer.WriteAsync(body.RootElement.GetProperty("entry")[0].GetProperty("messaging")[0].Clone());
            return Results.Ok();
        });
        app.StartAsync().GetAwaiter().GetResult();
        (events, address) = (heard.Reader, app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return Task.FromResult(app);
    }
}
