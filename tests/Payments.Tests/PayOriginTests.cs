using System.Text;
using System.Text.RegularExpressions;
using Stoa.Payments.Sandbox;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>The pages where cards are typed, and the ways to pay that come of them.</summary>
public sealed partial class PayOriginTests : IAsyncLifetime
{
    private Stage stage = null!; // InitializeAsync runs before every test.
    private Buyer buyer = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.StartAsync();
        buyer = await stage.SignUpAsync();
    }

    public ValueTask DisposeAsync() => stage.DisposeAsync();

    private string App => $"http://localhost:{stage.Server.Address.Port}";

    [Fact]
    public async Task The_configuration_names_the_card_page_and_its_origin()
    {
        var (_, config) = await buyer.SendAsync(HttpMethod.Get, "/api/pay/config");

        Assert.Equal(("sandbox", $"http://pay.localhost:{stage.Server.Address.Port}"), (config.Text("processor"), config.Text("origin")));
        Assert.Equal(config.Text("origin") + "/sandbox/card", config.Text("cardUrl"));
    }

    [Theory]
    [InlineData("en", "ltr")]
    [InlineData("fr", "ltr")]
    [InlineData("pl", "ltr")]
    [InlineData("he", "rtl")]
    [InlineData("ar", "rtl")]
    [InlineData("ar-EG", "rtl")]
    [InlineData("xx", "ltr")]
    public async Task The_card_page_speaks_the_payer_s_language(string language, string direction)
    {
        var (status, html) = await stage.PayOriginAsync(HttpMethod.Get, $"/sandbox/card?lang={language}&theme=dark&origin={Uri.EscapeDataString(App)}");

        Assert.Equal(200, status);
        Assert.Contains($"dir=\"{direction}\" data-theme=\"dark\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_card_page_may_be_framed_by_the_app_alone_runs_its_own_script_alone_and_can_send_nothing()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sandbox/card");
        request.Headers.Host = $"pay.localhost:{stage.Server.Address.Port}";
        using var answer = await stage.Server.Client.SendAsync(request, Stage.Ct);

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        var nonce = Regex.Match(policy, "script-src 'nonce-([0-9a-f]{32})'").Groups[1].Value;
        Assert.Equal(
            $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors {App}", policy);
        var html = await answer.Content.ReadAsStringAsync(Stage.Ct);
        Assert.Equal(2, Regex.Count(html, $"nonce=\"{nonce}\""));
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Contains($"data-parent=\"{App}\"", html, StringComparison.Ordinal);
        // No way out, by intent as well.
        Assert.DoesNotMatch("fetch\\(|XMLHttpRequest|sendBeacon|WebSocket|localStorage|\\.src\\s*=", html);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://localhost:1")]
    public async Task The_card_page_does_not_speak_to_another_origin(string origin) =>
        Assert.Equal(400, (await stage.PayOriginAsync(HttpMethod.Get, $"/sandbox/card?origin={Uri.EscapeDataString(origin)}")).Status);

    [Fact]
    public async Task The_pages_are_not_there_on_the_app_s_own_origin()
    {
        Assert.Equal(404, (int)(await stage.Server.Client.GetAsync("/sandbox/card", Stage.Ct)).StatusCode);
        Assert.Equal(404, (int)(await stage.Server.Client.GetAsync("/sandbox/challenge/00", Stage.Ct)).StatusCode);
    }

    [Fact]
    public async Task A_challenge_is_answered_by_its_own_page_only()
    {
        var (_, created) = await buyer.PayAsync(await stage.OfferAsync(buyer.Thread), await buyer.AddCardAsync("3184"));
        var waiting = await buyer.WaitForAsync(created.Text("id"), p => p.Text("state") == "requires_action");
        var path = new Uri(waiting.GetProperty("action").Text("url")).AbsolutePath;

        var (status, html) = await stage.PayOriginAsync(HttpMethod.Get, path + "?lang=he");
        Assert.Equal(200, status);
        Assert.Contains("data-amount=\"EUR 214.60\"", html, StringComparison.Ordinal);
        Assert.Equal(404, (await stage.PayOriginAsync(HttpMethod.Get, "/sandbox/challenge/00000000000000000000000000000000")).Status);
        foreach (var origin in new[] { App, "http://evil.example", "null" })
        {
            Assert.Equal(404, (await stage.PayOriginAsync(HttpMethod.Post, path, """{"approve":true}""", r =>
            {
                r.Headers.Remove("Origin");
                r.Headers.Add("Origin", origin);
            })).Status);
        }

        Assert.Equal("requires_action", (await buyer.GetAsync(created.Text("id"))).Text("state"));
        Assert.Equal(204, (await stage.PayOriginAsync(HttpMethod.Post, path, """{"approve":false}""")).Status);
        await stage.SettleAsync();
    }

    [Fact]
    public async Task The_page_and_the_sandbox_know_the_same_test_cards()
    {
        var (_, html) = await stage.PayOriginAsync(HttpMethod.Get, "/sandbox/card");
        var inPage = TestCard().Matches(html).Select(m => (m.Groups["brand"].Value, m.Groups["number"].Value)).ToList();

        Assert.Equal(SandboxCards.All.Order(), inPage.Select(c => (c.Item1, c.Item2[^4..])).Order());
        Assert.All(inPage, card => Assert.True(Guards.CardFreeBody.HasCardNumber(card.Item2), $"{card.Item2} does not pass Luhn."));
    }

    [Fact]
    public async Task Saved_cards_come_with_the_default_first_and_one_balance_per_currency_last()
    {
        var first = await buyer.AddCardAsync("4242");
        var second = await buyer.AddCardAsync("4444", "mastercard");
        await stage.GiveAsync(buyer.Id, 61_20);
        Assert.Equal([first, second, "balance:EUR"], await MethodsAsync());

        Assert.Equal(204, (await buyer.SendAsync(HttpMethod.Put, $"/api/payment-methods/{second}/default")).Status);
        Assert.Equal([second, first, "balance:EUR"], await MethodsAsync());

        Assert.Equal(204, (await buyer.SendAsync(HttpMethod.Delete, $"/api/payment-methods/{second}")).Status);
        Assert.Equal([first, "balance:EUR"], await MethodsAsync());
        Assert.Equal(404, (await buyer.SendAsync(HttpMethod.Delete, $"/api/payment-methods/{second}")).Status);

        var (_, body) = await buyer.SendAsync(HttpMethod.Get, "/api/payment-methods");
        Assert.Equal("""{"kind":"card","id":"ID","brand":"visa","last4":"4242","expMonth":8,"expYear":2029,"isDefault":true}""",
            body.GetProperty("methods")[0].GetRawText().Replace(first, "ID", StringComparison.Ordinal));
        Assert.Equal("""{"kind":"balance","id":"balance:EUR","amountMinor":6120,"currency":"EUR"}""", body.GetProperty("methods")[1].GetRawText());
    }

    [Fact]
    public async Task Another_s_card_can_be_neither_chosen_nor_deleted()
    {
        var other = await stage.SignUpAsync("piotr");
        var theirs = await other.AddCardAsync("4242");

        Assert.Equal(404, (await buyer.SendAsync(HttpMethod.Put, $"/api/payment-methods/{theirs}/default")).Status);
        Assert.Equal(404, (await buyer.SendAsync(HttpMethod.Delete, $"/api/payment-methods/{theirs}")).Status);
    }

    [Fact]
    public async Task The_same_token_twice_is_one_card()
    {
        var token = new SandboxToken(Guid.NewGuid().ToString("N"), "visa", "4242", 8, 2029).ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => buyer.SendAsync(HttpMethod.Post, "/api/payment-methods", new { token })));

        Assert.Single(answers.Select(a => a.Body.Text("id")).Distinct());
        Assert.Equal((422, "token_refused"), await buyer.SendAsync(HttpMethod.Post, "/api/payment-methods", new { token = "rubbish" }) is var (status, body) ? (status, body.Text("code")) : default);
    }

    [Fact]
    public async Task A_card_number_sent_to_the_server_is_refused_and_stays_nowhere()
    {
        const string number = "4242424242424242";
        var seq = await stage.OfferAsync(buyer.Thread);
        object[] bodies =
        [
            new { token = number }, new { token = "4242 4242 4242 4242" }, new { token = "4242-4242-4242-4242" }, new { number, cvc = "123" },
            new { key = Guid.NewGuid(), thread = buyer.Thread, seq, element = 0, button = 0, method = number },
            new { key = Guid.NewGuid(), thread = number, seq, button = 0, method = "balance:EUR" }, new { card = new { pan = number } }, new { token = "378282246310005" },
        ];
        foreach (var path in new[] { "/api/purchases", "/api/payment-methods" })
        {
            foreach (var body in bodies)
            {
                Assert.Equal((400, "card_number_refused"), await buyer.SendAsync(HttpMethod.Post, path, body) is var (status, problem) ? (status, problem.Text("code")) : default);
            }
        }

        Assert.DoesNotContain(stage.Server.Log.Lines, line => line.Contains("42424242", StringComparison.Ordinal) || line.Contains("4242 4242", StringComparison.Ordinal));
        var everything = new StringBuilder();
        var tables = await stage.AskAsync<string>(
            "select string_agg(format('%I.%I', schemaname, tablename), ' ') from pg_tables where schemaname not in ('pg_catalog', 'information_schema')") ?? "";
        foreach (var table in tables.Split(' '))
        {
            everything.AppendLine(await stage.AskAsync<string>($"select coalesce(json_agg(t)::text, '') from {table} t"));
        }

        Assert.Contains("FLIGHT_412", everything.ToString(), StringComparison.Ordinal); // The offer is there: everything was read.
        Assert.DoesNotContain(number, everything.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4242424242424242", true)]
    [InlineData("{\"a\":\"4242 4242 4242 4242\"}", true)]
    [InlineData("3782 822463 10005", true)]
    [InlineData("{\"n\":5555555555554444}", true)]
    [InlineData("4242424242424241", false)] // fails Luhn
    [InlineData("7911647371626833", false)] // an id of ours
    [InlineData("42424242-4242-4242-4242-424242424242", false)] // a UUID
    [InlineData("00000000-4242-4242-4242-424242424242", false)]
    [InlineData("sbx_pay_4242424242424242", false)] // within a word
    [InlineData("+48 600 100 200", false)]
    public void A_card_number_is_told_from_other_digits(string text, bool isCard) => Assert.Equal(isCard, Guards.CardFreeBody.HasCardNumber(text));

    private async Task<IEnumerable<string>> MethodsAsync()
    {
        var (_, body) = await buyer.SendAsync(HttpMethod.Get, "/api/payment-methods");
        return body.GetProperty("methods").EnumerateArray().Select(m => m.Text("id"));
    }

    [GeneratedRegex(@"\{ number: '(?<number>\d+)', brand: '(?<brand>\w+)'")]
    private static partial Regex TestCard();
}
