using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>Messages are found by their words and shown where they stand.</summary>
public sealed class SearchTests(Chromium chromium)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_old_message_is_found_by_a_word_shown_in_its_place_and_left_for_the_newest()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var url = $"http://localhost:{server.Address.Port}";
        await TalkAsync(server, "The last ferry leaves at dawn", 70);
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");

        await zofia.Page.Keyboard.PressAsync("Control+k");
        await zofia.Page.GetByRole(AriaRole.Searchbox).PressSequentiallyAsync("DAWN fer");
        var hit = zofia.Page.GetByRole(AriaRole.Region, new() { Name = zofia.Words.Of("threads", "search.messages") }).GetByRole(AriaRole.Button, new() { NameRegex = new("ferry") });
        await Expect(hit).ToBeVisibleAsync();
        await zofia.PictureAsync("search-desktop-light");
        await hit.ClickAsync();

        var found = zofia.MessageWith("The last ferry leaves at dawn").First;
        await Expect(found).ToBeFocusedAsync();
        await Expect(found).ToBeInViewportAsync();
        await zofia.PictureAsync("search-desktop-light-context");
        await zofia.Page.GetByRole(AriaRole.Button, new() { NameRegex = zofia.Words.Pattern("threads", "jumpToNewest") }).First.ClickAsync();
        await Expect(zofia.MessageWith("line 70").Last).ToBeInViewportAsync();
        chromium.AssertQuiet(zofia.Page);
    }

    /// <summary>Zofia's and Leila's conversation: a message, and so many after it that it is not on the newest page.</summary>
    private static async Task TalkAsync(StoaServer server, string first, int after)
    {
        using var signedIn = await server.Client.PostAsJsonAsync("/api/demo/sessions", new { handle = "zofia" }, Ct);
        var token = (await signedIn.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("token").GetString();
        var opened = await PostAsync("/api/threads", new { with = new[] { "@leila" } });
        var messages = $"/api/threads/{opened.GetProperty("id").GetString()}/messages";
        await PostAsync(messages, new { clientId = Guid.NewGuid(), text = first });
        for (var i = 1; i <= after; i++)
        {
            await PostAsync(messages, new { clientId = Guid.NewGuid(), text = $"line {i}" });
        }

        async Task<JsonElement> PostAsync(string path, object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
            request.Headers.Authorization = new("Bearer", token);
            using var answer = await server.Client.SendAsync(request, Ct);
            answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        }
    }
}
