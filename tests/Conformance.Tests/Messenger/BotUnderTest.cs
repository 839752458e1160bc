using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Stoa.Conformance.Tests.Messenger;

/// <summary>
/// A page with a bot that asks for its events, and a person who has written to it. On our own server it is made; for a server that <c>STOA_URL</c> names,
/// <c>STOA_BOT</c> names the bot: <c>username,page token,app id,app secret</c>, made with <c>polling</c>.
/// </summary>
public sealed class BotUnderTest
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient client;
    private readonly List<string> told = [];
    private string? cursor;

    private BotUnderTest(HttpClient client) => this.client = client;

    public required string Token { get; init; }

    public required string App { get; init; }

    public required string Secret { get; init; }

    public required string Page { get; init; }

    public required string Username { get; init; }

    public required Person Person { get; init; }

    public required string Thread { get; init; }

    public string Psid { get; private set; } = "";

    /// <summary>Of the person's first message.</summary>
    public string Mid { get; private set; } = "";

    public string AppToken => $"{App}|{Secret}";

    public static async Task<BotUnderTest> OpenAsync(ServerUnderTest server)
    {
        var client = new HttpClient { BaseAddress = server.Address };
        var (username, token, app, secret) = await CredentialsAsync(server);
        var person = await server.SignUpAsync("Ann");
        var thread = Person.Text(await person.CallAsync(HttpMethod.Post, "/api/threads", new { with = new[] { $"page:{username}" } }, 200, 201), "id");
        var page = JsonElement.Parse(await SendAsync(client, HttpMethod.Get, "/me", null, token)).GetProperty("id").GetString() ?? "";
        var bot = new BotUnderTest(client) { Token = token, App = app, Secret = secret, Page = page, Username = username, Person = person, Thread = thread };
        await bot.CallAsync("POST", $"/{app}/subscriptions", """{"object":"page","fields":"messages,messaging_postbacks,message_reads,message_deliveries,message_echoes,message_edits,message_reactions,messaging_optins,messaging_account_linking,messaging_referrals,messaging_feedback,messaging_customer_information"}""", bot.AppToken);
        var hello = $"hello {Guid.NewGuid():n}";
        await person.SendAsync(thread, hello);
        var first = JsonElement.Parse(await bot.HearAsync(hello));
        (bot.Psid, bot.Mid) = (first.GetProperty("sender").GetProperty("id").GetString() ?? "", first.GetProperty("message").GetProperty("mid").GetString() ?? "");
        return bot;
    }

    /// <summary>A call with the page's token, or another; the stand-ins of <see cref="Fill"/> are put in.</summary>
    public Task<string> CallAsync(string method, string path, string? json = null, string? token = null) => SendAsync(client, new(method), Fill(path), json is null ? null : Fill(json), token ?? Token);

    /// <summary>A send of this message to the person.</summary>
    public Task<string> SayAsync(string message) => CallAsync("POST", "/v23.0/me/messages", $$"""{"recipient":{"id":"{psid}"},"message":{{message}}}""");

    /// <summary>Sends a template.</summary>
    /// <returns>The number of its message in the conversation.</returns>
    public async Task<long> AskAsync(string template)
    {
        var id = Person.Text(JsonElement.Parse(await SayAsync($$$"""{"attachment":{"type":"template","payload":{{{template}}} } }""")), "message_id");
        var events = (await Person.CallAsync(HttpMethod.Get, $"/api/threads/{Thread}/events?limit=100&before=1000000", null, 200)).GetProperty("events");
        return events.EnumerateArray().First(e => Person.Text(e, "id") == id).GetProperty("seq").GetInt64();
    }

    public async Task<string> FormAsync(string path, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Fill(path)) { Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, Fill(f.Value)))) };
        return await (await client.SendAsync(request)).Content.ReadAsStringAsync();
    }

    public async Task<string> UploadAsync(string path, string message, byte[] content)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(Fill("""{"id":"{psid}"}""")), "recipient" }, { new StringContent(message), "message" },
            { new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } }, "filedata", "a.txt" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, Fill(path)) { Content = form };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return await (await client.SendAsync(request)).Content.ReadAsStringAsync();
    }

    public string Proof() => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(Token)));

    public string Fill(string text) => text.Replace("{psid}", Psid, StringComparison.Ordinal).Replace("{page}", Page, StringComparison.Ordinal).Replace("{app}", App, StringComparison.Ordinal)
        .Replace("{mid}", Mid, StringComparison.Ordinal).Replace("{thread}", Thread, StringComparison.Ordinal).Replace("{token}", Token, StringComparison.Ordinal);

    /// <summary>Waits for the first event, of those not yet heard of, that contains this text.</summary>
    public async Task<string> HearAsync(string text)
    {
        using var limit = new CancellationTokenSource(patience);
        while (true)
        {
            if (told.Find(e => e.Contains(text, StringComparison.Ordinal)) is { } found)
            {
                told.Remove(found);
                return found;
            }

            Assert.False(limit.IsCancellationRequested, $"Waited {patience.TotalSeconds:0} s for an event with '{text}'.");
            var answer = JsonElement.Parse(await CallAsync("GET", $"/me/updates?timeout=5{(cursor is null ? "" : $"&after={Uri.EscapeDataString(cursor)}")}"));
            foreach (var update in answer.GetProperty("data").EnumerateArray())
            {
                told.Add(update.GetProperty("update").GetProperty("entry")[0].GetProperty("messaging")[0].GetRawText());
            }

            cursor = answer.TryGetProperty("paging", out var paging) ? paging.GetProperty("cursors").GetProperty("after").GetString() : cursor;
        }
    }

    private static async Task<(string Username, string Token, string App, string Secret)> CredentialsAsync(ServerUnderTest server)
    {
        if (server.Admin is not { } admin)
        {
            return Environment.GetEnvironmentVariable("STOA_BOT")?.Split(',') is [var name, var token, var app, var secret]
                ? (name, token, app, secret)
                : throw new InvalidOperationException("STOA_URL is set, so STOA_BOT must name a bot there: username,page token,app id,app secret. Make it with POST /admin/bots and polling.");
        }

        var username = $"c{Guid.NewGuid().ToString("n")[..12]}";
        var made = await (await admin.PostAsJsonAsync("/admin/bots", new { name = "Conformance", username, polling = true })).Content.ReadFromJsonAsync<JsonElement>();
        return (username, Person.Text(made, "accessToken"), Person.Text(made, "appId"), Person.Text(made, "appSecret"));
    }

    private static async Task<string> SendAsync(HttpClient client, HttpMethod method, string path, string? json, string token)
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await (await client.SendAsync(request)).Content.ReadAsStringAsync();
    }
}
