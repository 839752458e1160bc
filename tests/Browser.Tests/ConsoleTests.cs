using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>A developer and their bot, as the console shows it.</summary>
public sealed class ConsoleTests(Chromium chromium)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bot_is_made_connected_read_and_told_again()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var isOut = true;
        await using var bot = await ListenAsync(() => isOut);
        var address = $"{bot.Urls.First()}/webhook";
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");

        // Made, and its secrets shown once.
        await zofia.Button("app", "settings").ClickAsync();
        await zofia.Page.GetByRole(AriaRole.Menuitem, new() { Name = zofia.Words.Of("app", "bots") }).ClickAsync();
        await zofia.Button("console", "newBot").ClickAsync();
        await zofia.Page.GetByLabel(zofia.Words.Of("console", "name"), new() { Exact = true }).FillAsync("Ferry Times");
        await Expect(zofia.Page.GetByLabel(zofia.Words.Of("console", "username"))).ToHaveValueAsync("ferry-times");
        await zofia.PictureAsync("console-new-bot-desktop");
        await zofia.Button("console", "make").ClickAsync();
        await Expect(zofia.Page.GetByText("stoa_page_")).ToBeVisibleAsync();
        await zofia.Button("console", "kept").ClickAsync();
        await Expect(zofia.Page.GetByText(zofia.Words.Of("console", "noneYet"))).ToBeVisibleAsync();

        // Connected, once it answers as it must.
        await zofia.Page.GetByRole(AriaRole.Link, new() { Name = zofia.Words.Of("console", "connection") }).ClickAsync();
        await zofia.Page.GetByLabel(zofia.Words.Of("console", "url")).FillAsync(address + "-that-is-not-there");
        await zofia.Page.GetByLabel(zofia.Words.Of("console", "verifyToken")).FillAsync("ferry");
        await zofia.Button("console", "connect").ClickAsync();
        await Expect(zofia.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Came back 404");
        await zofia.PictureAsync("console-connection-refused-desktop");
        await zofia.Page.GetByLabel(zofia.Words.Of("console", "url")).FillAsync(address);
        await zofia.Button("console", "connect").ClickAsync();
        await Expect(zofia.Page.GetByText(zofia.Words.Of("console", "verified"))).ToBeVisibleAsync();

        // Told, refused, told again by hand.
        await WriteAsync(server, "leila", "ferry-times", "When does the next ferry go?");
        await zofia.Page.GetByRole(AriaRole.Link, new() { Name = zofia.Words.Of("console", "deliveries") }).ClickAsync();
        await zofia.Page.GetByRole(AriaRole.Button, new() { Name = "messages", Exact = true }).ClickAsync();
        var inspector = zofia.Page.GetByRole(AriaRole.Complementary, new() { Name = zofia.Words.Of("console", "delivery") });
        await Expect(inspector.GetByText("When does the next ferry go?")).ToBeVisibleAsync();
        await inspector.GetByText(zofia.Words.Of("console", "answer"), new() { Exact = true }).ClickAsync();
        await Expect(inspector.GetByText("The ferry is at sea.")).ToBeVisibleAsync();
        await zofia.PictureAsync("console-deliveries-desktop");
        isOut = false;
        await inspector.GetByRole(AriaRole.Button, new() { Name = zofia.Words.Of("console", "resend") }).ClickAsync();
        await Expect(inspector.GetByText(zofia.Words.Of("console", "state.answered"), new() { Exact = true })).ToBeVisibleAsync();
        await Expect(inspector.GetByText("Taken aboard.")).ToBeVisibleAsync();

        // Tokens: one more, and the first taken back.
        await zofia.Page.GetByRole(AriaRole.Link, new() { Name = zofia.Words.Of("console", "tokens") }).ClickAsync();
        await zofia.Button("console", "revoke").ClickAsync();
        await zofia.Page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = zofia.Words.Of("console", "revoke") }).ClickAsync();
        await Expect(zofia.Button("console", "revoke")).ToHaveCountAsync(0);
        await zofia.PictureAsync("console-tokens-desktop");

        // On a phone, in the other direction and in the dark.
        var phone = await chromium.OpenWindowAsync(new() { Phone = true, Dark = true });
        var path = new Uri(zofia.Page.Url).AbsolutePath;
        var leila = await Journey.SignInAsync(phone, url, "Leila Haddad", "ar");
        await leila.Page.GotoAsync(url + path);
        await Expect(leila.Page.GetByText(leila.Words.Of("console", "botMissing"))).ToBeVisibleAsync();
        await leila.Page.GotoAsync($"{url}/bots");
        await Expect(leila.Page.GetByText(leila.Words.Of("console", "none"))).ToBeVisibleAsync();
        await leila.PictureAsync("console-none-phone-dark-arabic");
        await leila.Button("console", "newBot").ClickAsync();
        await leila.Page.GetByLabel(leila.Words.Of("console", "name"), new() { Exact = true }).FillAsync("مواعيد العبّارات");
        await leila.Page.GetByLabel(leila.Words.Of("console", "username"), new() { Exact = true }).FillAsync("ferry-times");
        await leila.Button("console", "make").ClickAsync();
        await Expect(leila.Page.GetByText(leila.Words.Of("console", "usernameTaken"))).ToBeVisibleAsync();
        await leila.PictureAsync("console-new-bot-phone-dark-arabic");
        await leila.Page.GetByLabel(leila.Words.Of("console", "username"), new() { Exact = true }).FillAsync("ferries-ar");
        await leila.Button("console", "make").ClickAsync();
        await leila.Button("console", "kept").ClickAsync();
        await WriteAsync(server, "tomek", "ferries-ar", "متى العبّارة التالية؟");
        await Expect(leila.Page.GetByText(leila.Words.Of("console", "state.unasked"))).ToBeVisibleAsync();
        await leila.PictureAsync("console-deliveries-phone-dark-arabic");

        // By the link that the console gives.
        await leila.Page.GotoAsync($"{url}/m/ferry-times?ref=poster");
        await Expect(leila.Page.GetByRole(AriaRole.Heading, new() { Name = "Ferry Times" }).First).ToBeVisibleAsync();
        await leila.Page.GotoAsync($"{url}/m/no-such-ferry");
        await Expect(leila.Page.GetByText(leila.Words.Of("bots", "linkMissing"))).ToBeVisibleAsync();
    }

    private static async Task WriteAsync(StoaServer server, string handle, string username, string text)
    {
        using var session = await server.Client.PostAsJsonAsync("/api/demo/sessions", new { handle }, Ct);
        var token = (await session.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("token").GetString();
        var thread = await PostAsync("/api/threads", new { with = new[] { $"page:{username}" } });
        await PostAsync($"/api/threads/{thread.GetProperty("id").GetString()}/messages", new { clientId = Guid.NewGuid(), text });

        async Task<JsonElement> PostAsync(string path, object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await server.Client.SendAsync(request, Ct);
            answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        }
    }

    /// <summary>The bot: agrees to be called, and is out as long as the test says so.</summary>
    private static async Task<WebApplication> ListenAsync(Func<bool> isOut)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/webhook", (HttpRequest request) => Results.Text(request.Query["hub.challenge"]));
        app.MapPost("/webhook", () => isOut() ? Results.Text("The ferry is at sea.", statusCode: 503) : Results.Text("Taken aboard."));
        await app.StartAsync(Ct);
        return app;
    }
}
