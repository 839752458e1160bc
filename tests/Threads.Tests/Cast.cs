using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests;

/// <summary>A signed-up person with a client of their own.</summary>
public sealed class Somebody(PersonId id, string handle, string token, StoaServer server)
{
    public const string Password = "sixteen candles, no cake";

    public PersonId Id { get; } = id;

    public string Handle { get; } = handle;

    public string Token { get; } = token;

    public HttpClient Client { get; } = server.CreateClient();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Somebody> SignUpAsync(StoaServer server, string handle, string? name = null)
    {
        using var answer = await server.Client.PostAsJsonAsync("/api/people", new { handle, name = name ?? handle, password = Password }, Ct);
        var person = await ReadAsync(answer, 201);
        return new Somebody(PersonId.Parse(person.GetProperty("id").GetString()!, null), handle, person.GetProperty("token").GetString()!, server).Signed();
    }

    /// <summary>The same person at another node.</summary>
    public Somebody At(StoaServer server) => new Somebody(Id, Handle, Token, server).Signed();

    public Task<LiveClient> ConnectAsync(object? resume = null) => LiveClient.ConnectAsync(server.Address, Token, resume);

    public async Task<ThreadId> OpenAsync(params string[] with)
    {
        using var answer = await Client.PostAsJsonAsync("/api/threads", new { with }, Ct);
        Assert.True(answer.IsSuccessStatusCode, $"Opening a thread answered {answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Ct)}\n{string.Join("\n", server.Log.Errors)}");
        return IdOf<ThreadId>(await answer.Content.ReadFromJsonAsync<JsonElement>(Ct));
    }

    public Task<HttpResponseMessage> PostAsync(ThreadId thread, object message) => Client.PostAsJsonAsync($"/api/threads/{thread}/messages", message, Ct);

    /// <returns>The number of the stored message.</returns>
    public async Task<long> SendAsync(ThreadId thread, string text, Guid? clientId = null)
    {
        using var answer = await PostAsync(thread, new { clientId = clientId ?? Guid.NewGuid(), text });
        Assert.True((int)answer.StatusCode != 500, string.Join("\n", server.Log.Errors.Take(3)));
        return (await ReadAsync(answer, 201, 200)).GetProperty("seq").GetInt64();
    }

    public async Task<JsonElement> GetAsync(string path, int status = 200)
    {
        using var answer = await Client.GetAsync(path, Ct);
        return await ReadAsync(answer, status);
    }

    public async Task ReadUpToAsync(ThreadId thread, long seq)
    {
        using var answer = await Client.PutAsJsonAsync($"/api/threads/{thread}/read", new { seq }, Ct);
        Assert.Equal(204, (int)answer.StatusCode);
    }

    /// <summary>All events of a thread, page by page.</summary>
    public async Task<List<JsonElement>> AllEventsAsync(ThreadId thread)
    {
        var events = new List<JsonElement>();
        while (true)
        {
            var page = await GetAsync($"/api/threads/{thread}/events?after={events.Count}&limit=100");
            events.AddRange(page.GetProperty("events").EnumerateArray());
            if (page.GetProperty("events").GetArrayLength() == 0)
            {
                return events;
            }
        }
    }

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, params int[] statuses)
    {
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(statuses.Contains((int)answer.StatusCode), $"Expected {string.Join(" or ", statuses)}, got {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    public static TId IdOf<TId>(JsonElement element) where TId : struct, IWireId<TId> => TId.From(long.Parse(element.GetProperty("id").GetString()!, System.Globalization.CultureInfo.InvariantCulture));

    private Somebody Signed()
    {
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return this;
    }
}

public static class Cast
{
    /// <summary>A server whose passwords cost nothing, with whatever else a test wants.</summary>
    public static Task<StoaServer> StartAsync(StoaServerOptions? options = null)
    {
        options ??= new();
        return StoaServer.StartAsync(options with
        {
            Settings = new Dictionary<string, string>(options.Settings) { ["People:PasswordIterations"] = "1" },
        });
    }

    /// <summary>Two who know each other: also where a stranger's thread is a request, this one is none.</summary>
    public static async Task<(Somebody One, Somebody Other, ThreadId Thread)> PairAsync(StoaServer server)
    {
        var one = await Somebody.SignUpAsync(server, "one", "One");
        var other = await Somebody.SignUpAsync(server, "other", "Other");
        var thread = await one.OpenAsync("@other");
        Assert.Equal(thread, await other.OpenAsync("@one"));
        return (one, other, thread);
    }
}
