using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>The card page in a frame of the app's origin, as the pay sheet opens it: what it says to its parent, and what never leaves it.</summary>
public sealed class CardPageTests(Chromium chromium)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_test_card_becomes_a_token_that_the_server_takes_and_its_number_is_never_sent()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var page = await chromium.OpenWindowAsync();
        var sent = new List<string>();
        page.Request += (_, request) => sent.Add(request.Url + request.PostData);
        var frame = await FrameAsync(page, server, "sandbox/card?lang=en&theme=light");
        await Expect(frame.GetByLabel("Card number")).ToBeVisibleAsync();
        await HeardAsync(page, "stoa.card.ready");
        await HeardAsync(page, "stoa.card.height");

        await frame.GetByLabel("Card number").PressSequentiallyAsync("4111111111111111");
        await frame.GetByLabel("Expiry").FocusAsync();
        await Expect(frame.GetByText("The sandbox knows test cards only.")).ToBeVisibleAsync();
        await Expect(frame.GetByLabel("Card number")).ToHaveValueAsync("4111 1111 1111 1111");

        await frame.GetByRole(AriaRole.Button, new() { Name = "American Express 0005" }).ClickAsync();
        await Expect(frame.GetByLabel("Card number")).ToHaveValueAsync("3782 822463 10005");
        await HeardAsync(page, "stoa.card.valid");
        await page.EvaluateAsync("document.querySelector('iframe').contentWindow.postMessage({type: 'stoa.card.submit'}, '*')");
        var token = await HeardAsync(page, "stoa.card.token");

        Assert.Equal(("amex", "0005"), (token.GetProperty("brand").GetString(), token.GetProperty("last4").GetString()));
        Assert.DoesNotContain(sent, request => request.Contains("4111", StringComparison.Ordinal) || request.Contains("37828", StringComparison.Ordinal));
        Assert.Equal(201, await SaveAsync(server, token.GetProperty("token").GetString() ?? ""));
    }

    [Fact]
    public async Task The_card_page_tells_what_is_wrong_and_gives_no_token()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var page = await chromium.OpenWindowAsync();
        var frame = await FrameAsync(page, server, "sandbox/card?lang=he&theme=dark");
        await HeardAsync(page, "stoa.card.ready");

        await frame.GetByLabel("מספר כרטיס").PressSequentiallyAsync("4242424242424241");
        await page.EvaluateAsync("document.querySelector('iframe').contentWindow.postMessage({type: 'stoa.card.submit'}, '*')");

        Assert.Equal("invalid", (await HeardAsync(page, "stoa.card.error")).GetProperty("code").GetString());
        await Expect(frame.GetByText("זה לא מספר כרטיס.")).ToBeVisibleAsync();
        await Expect(frame.GetByLabel("מספר כרטיס")).ToHaveAttributeAsync("aria-invalid", "true");
        Assert.False(await page.EvaluateAsync<bool>("window.heard.some(m => m.type === 'stoa.card.token')"));
    }

    [Theory]
    [InlineData("Approve", "captured")]
    [InlineData("Decline", "failed")]
    public async Task A_press_on_the_bank_s_page_reaches_the_sandbox_and_the_parent_is_told(string press, string status)
    {
        await using var server = await StoaServer.StartAsync(new() { RunningClock = true });
        await using (var pending = server.Database.DataSource.CreateCommand(
            """
            insert into payments.sandbox_cards (ref, customer, token, brand, last4, exp_month, exp_year) values ('card', 1, 't', 'visa', '3184', 8, 2099);
            insert into payments.sandbox_payments (ref, request_key, request_hash, reference, card, amount_minor, currency, status, challenge, challenge_expires_at, created_at)
            values ('pay', 'k', '', 'r', 'card', 21460, 'EUR', 'requires_action', 'abc', now() + interval '10 years', now());
            """))
        {
            await pending.ExecuteNonQueryAsync(Ct);
        }

        var page = await chromium.OpenWindowAsync();
        var frame = await FrameAsync(page, server, "sandbox/challenge/abc?lang=en&theme=light");
        await Expect(frame.GetByText("EUR 214.60")).ToBeVisibleAsync();
        await frame.GetByRole(AriaRole.Button, new() { Name = press }).ClickAsync();
        await HeardAsync(page, "stoa.challenge.done");

        await using var ask = server.Database.DataSource.CreateCommand("select status from payments.sandbox_payments");
        Assert.Equal(status, await ask.ExecuteScalarAsync(Ct));
    }

    // A parent at the app's own origin, under the app's own policy: the page speaks to nobody else.
    private static async Task<IFrameLocator> FrameAsync(IPage page, StoaServer server, string path)
    {
        var app = $"http://localhost:{server.Address.Port}";
        var pay = $"http://pay.localhost:{server.Address.Port}";
        await page.GotoAsync($"{app}/health/live");
        await page.EvaluateAsync(
            """
            ([pay, src]) => {
              window.heard = [];
              addEventListener('message', (e) => e.origin === pay && heard.push(e.data));
              const frame = document.createElement('iframe');
              frame.width = 400;
              frame.height = 560;
              frame.sandbox = 'allow-scripts allow-forms allow-same-origin';
              frame.src = src;
              document.body.append(frame);
            }
            """, new[] { pay, $"{pay}/{path}&origin={Uri.EscapeDataString(app)}" });
        return page.FrameLocator("iframe");
    }

    private static async Task<JsonElement> HeardAsync(IPage page, string type)
    {
        await page.WaitForFunctionAsync("type => window.heard.some(m => m.type === type)", type);
        return JsonElement.Parse(await page.EvaluateAsync<string>("type => JSON.stringify(window.heard.findLast(m => m.type === type))", type));
    }

    private static async Task<int> SaveAsync(StoaServer server, string token)
    {
        using var signedIn = await server.Client.PostAsJsonAsync("/api/demo/sessions", new { handle = "zofia" }, Ct);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/payment-methods") { Content = JsonContent.Create(new { token }) };
        request.Headers.Authorization = new("Bearer", (await signedIn.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("token").GetString());
        using var answer = await server.Client.SendAsync(request, Ct);
        return (int)answer.StatusCode;
    }
}
