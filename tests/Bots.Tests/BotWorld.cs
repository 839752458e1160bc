using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Stoa.Bots.Apps;
using Stoa.Hosting;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>A bot with its page, as <c>POST /admin/bots</c> made it.</summary>
internal sealed record Bot(string PageId, string AppId, string AppSecret, string AccessToken, string Username);

internal sealed record Person(string Id, string Token);

/// <summary>A server, people who write to pages, and bots that answer: all of it over HTTP.</summary>
internal sealed class BotWorld : IAsyncDisposable
{
    private static int count;

    private readonly Dictionary<string, string> tokens = [];

    private BotWorld(StoaServer server) => Server = server;

    public StoaServer Server { get; }

    public static async Task<BotWorld> StartAsync(StoaServerOptions? options = null) => new(await StoaServer.StartAsync(options));

    /// <summary>A second node of the same database: it has the first one's key file, as an operator would give it.</summary>
    public static Task<BotWorld> StartNodeAsync(TestDatabase database, string keysOf) => StartAsync(new()
    {
        Database = database,
        Services = services => services.AddSingleton(new SecretKeys(Options.Create(new StoaOptions { DataDirectory = keysOf }))),
    });

    public async Task<Bot> CreateBotAsync(Uri webhook, string? username = null)
    {
        username ??= $"bot{Interlocked.Increment(ref count)}";
        var response = await Server.Admin.PostAsJsonAsync("/admin/bots", new { name = $"The {username}", username, webhook, verifyToken = BotReceiver.VerifyToken });
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        var made = await response.Content.ReadFromJsonAsync<JsonElement>();
        return new(made.GetProperty("pageId").GetString()!, made.GetProperty("appId").GetString()!, made.GetProperty("appSecret").GetString()!, made.GetProperty("accessToken").GetString()!, username);
    }

    public async Task<Person> SignUpAsync(string name = "Ann Smith")
    {
        var response = await Server.Client.PostAsJsonAsync("/api/people", new { handle = $"person{Interlocked.Increment(ref count)}", name, password = "kittens on a warm roof" });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var made = await response.Content.ReadFromJsonAsync<JsonElement>();
        var person = new Person(made.GetProperty("id").GetString()!, made.GetProperty("token").GetString()!);
        tokens[person.Id] = person.Token;
        return person;
    }

    public string TokenOf(PersonId person) => tokens[person.ToString()];

    public async Task<string> OpenThreadAsync(Person person, Bot bot)
    {
        var response = await AsAsync(person, HttpMethod.Post, "/api/threads", new { with = new[] { $"page:{bot.Username}" } });
        return response.GetProperty("id").GetString()!;
    }

    public Task<JsonElement> SayAsync(Person person, string thread, string text, string? payload = null) =>
        AsAsync(person, HttpMethod.Post, $"/api/threads/{thread}/messages", payload is null
            ? new { clientId = Guid.NewGuid(), text }
            : new { clientId = Guid.NewGuid(), text, payload });

    /// <summary>A person and a thread with the page, begun by "hello", with the page-scoped id that the bot got.</summary>
    public async Task<(Person Person, string Thread, string Psid)> MeetAsync(Bot bot, BotReceiver receiver, string name = "Ann Smith")
    {
        var person = await SignUpAsync(name);
        var thread = await OpenThreadAsync(person, bot);
        var hello = $"hello {thread}";
        await SayAsync(person, thread, hello);
        var calls = await receiver.WaitAsync($"'{hello}'", all => all.Any(r => r.Text == hello));
        return (person, thread, calls.First(r => r.Text == hello).Psid);
    }

    /// <summary>All events of a thread, page by page.</summary>
    public async Task<List<JsonElement>> EventsAsync(Person person, string thread)
    {
        var events = new List<JsonElement>();
        while (true)
        {
            var page = await AsAsync(person, HttpMethod.Get, $"/api/threads/{thread}/events?after={events.Count}&limit=100", null);
            if (page.GetProperty("events").GetArrayLength() == 0)
            {
                return events;
            }

            events.AddRange(page.GetProperty("events").EnumerateArray());
        }
    }

    public async Task<JsonElement> AsAsync(Person person, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.Token);
        var response = await Server.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path} → {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    /// <summary>A call of the Messenger dialect with a JSON body.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> GraphAsync(HttpMethod method, string path, string? json = null, string? token = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        var response = await Server.Client.SendAsync(request);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    /// <summary>A text from the bot; returns the id of the message.</summary>
    public async Task<MessageId> SendTextAsync(Bot bot, string psid, string text)
    {
        var (status, body) = await GraphAsync(HttpMethod.Post, "/v23.0/me/messages", JsonSerializer.Serialize(new { recipient = new { id = psid }, message = new { text } }), bot.AccessToken);
        Assert.True(status == HttpStatusCode.OK, body.GetRawText());
        Assert.True(MessageId.TryParse(body.GetProperty("message_id").GetString(), out var id));
        return id;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
