using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Stoa.Testing;

/// <summary>A person of a test, signed up through the API and calling with their own token.</summary>
public sealed class TestPerson : IDisposable
{
    private TestPerson(HttpClient client, string id, string handle, string token) => (Client, Id, Handle, Token) = (client, id, handle, token);

    public HttpClient Client { get; }

    public string Id { get; }

    public string Handle { get; }

    public string Token { get; }

    /// <param name="handle">Unique in the database of the test.</param>
    public static async Task<TestPerson> SignUpAsync(Uri server, string handle)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = server };
        var person = await SendAsync(client, HttpMethod.Post, "/api/people", new { handle, name = $"{char.ToUpperInvariant(handle[0])}{handle[1..]}", password = $"quarry lintel {handle}" });
        var token = person.GetProperty("token").GetString() ?? throw new InvalidOperationException("Signing up gave no token.");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new(client, person.GetProperty("id").GetString() ?? "", handle, token);
    }

    /// <summary>Finds or opens the thread with the other.</summary>
    /// <returns>The thread's id.</returns>
    public async Task<string> OpenThreadAsync(TestPerson other) =>
        (await SendAsync(Client, HttpMethod.Post, "/api/threads", new { with = new[] { $"@{other.Handle}" } })).GetProperty("id").GetString()
        ?? throw new InvalidOperationException("A thread has no id.");

    /// <summary>The body of an answer that must be a success.</summary>
    /// <exception cref="InvalidOperationException">It was not; the message holds status and problem.</exception>
    public Task<JsonElement> GetAsync(string path) => SendAsync(Client, HttpMethod.Get, path, null);

    public void Dispose() => Client.Dispose();

    private static async Task<JsonElement> SendAsync(HttpClient client, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new InvalidOperationException($"{method} {path} was answered {(int)answer.StatusCode}: {text}");
    }
}
