using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Stoa.Conformance.Tests;

/// <summary>Somebody with an account, as any client is: bearer token, JSON, patience where the server asks for it.</summary>
public sealed class Person
{
    private readonly HttpClient client;

    private Person(HttpClient client, string id, string handle, string name, string token) =>
        (this.client, Id, Handle, Name, Token) = (client, id, handle, name, token);

    public string Id { get; }

    public string Handle { get; }

    public string Name { get; }

    public string Token { get; }

    public Uri Server => client.BaseAddress!; // Set where the client is made.

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Person> SignUpAsync(Uri server, string name)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = server };
        var handle = $"{name.ToLowerInvariant()}_{Guid.NewGuid().ToString("n")[..12]}";
        var person = await CallAsync(client, HttpMethod.Post, "/api/people", new { handle, name, password = $"quarry lintel {handle}" }, 201);
        var token = Text(person, "token");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new(client, Text(person, "id"), handle, name, token);
    }

    /// <summary>The answer's body; fails when the status is none of those expected. Waits where the server says that it is asked too often.</summary>
    public Task<JsonElement> CallAsync(HttpMethod method, string path, object? body, params int[] statuses) => CallAsync(client, method, path, body, statuses);

    public Task<JsonElement> GetAsync(string path, params int[] statuses) => CallAsync(HttpMethod.Get, path, null, statuses is [] ? [200] : statuses);

    /// <summary>The stable code of the problem document that the call is refused with.</summary>
    public async Task<string> RefusalAsync(HttpMethod method, string path, object? body, int status)
    {
        var problem = await CallAsync(method, path, body, status);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(Text(problem, "title"));
        Assert.NotEmpty(Text(problem, "detail"));
        return Text(problem, "code");
    }

    public async Task<string> OpenAsync(params Person[] others) =>
        Text(await CallAsync(HttpMethod.Post, "/api/threads", new { with = others.Select(other => $"@{other.Handle}") }, 200, 201), "id");

    /// <returns>The number of the message.</returns>
    public async Task<long> SendAsync(string thread, string text, Guid? clientId = null) =>
        (await CallAsync(HttpMethod.Post, $"/api/threads/{thread}/messages", new { clientId = clientId ?? Guid.NewGuid(), text }, 200, 201)).GetProperty("seq").GetInt64();

    /// <summary>The whole log as this person sees it, page by page.</summary>
    public async Task<List<JsonElement>> EventsAsync(string thread)
    {
        var events = new List<JsonElement>();
        for (var after = 0L; ;)
        {
            var page = (await GetAsync(string.Create(CultureInfo.InvariantCulture, $"/api/threads/{thread}/events?after={after}&limit=100"))).GetProperty("events");
            if (page.GetArrayLength() == 0)
            {
                return events;
            }

            events.AddRange(page.EnumerateArray());
            after = events[^1].GetProperty("seq").GetInt64();
        }
    }

    public async Task<JsonElement> EventAsync(string thread, long seq) => Assert.Single(await EventsAsync(thread), e => e.GetProperty("seq").GetInt64() == seq);

    public Task<JsonElement> ThreadAsync(string thread) => GetAsync($"/api/threads/{thread}");

    public static string Text(JsonElement element, string member) => element.GetProperty(member).GetString() ?? "";

    private static async Task<JsonElement> CallAsync(HttpClient client, HttpMethod method, string path, object? body, params int[] statuses)
    {
        while (true)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            using var answer = await client.SendAsync(request, Ct);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests && !statuses.Contains(429) && answer.Headers.RetryAfter?.Delta is { } wait)
            {
                await Task.Delay(wait, Ct);
                continue;
            }

            var text = await answer.Content.ReadAsStringAsync(Ct);
            Assert.True(statuses.Contains((int)answer.StatusCode), $"{method} {path} was to answer {string.Join(" or ", statuses)}, and answered {(int)answer.StatusCode}: {text}");
            return text.Length == 0 ? default : JsonElement.Parse(text);
        }
    }
}
