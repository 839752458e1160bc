using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.People.Tests;

internal static class PeopleServer
{
    public const string Password = "sixteen candles, no cake";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A server whose passwords cost nothing.</summary>
    public static Task<StoaServer> StartAsync(StoaServerOptions? options = null)
    {
        options ??= new();
        return StoaServer.StartAsync(options with { Settings = new Dictionary<string, string>(options.Settings) { ["People:PasswordIterations"] = options.Settings.GetValueOrDefault("People:PasswordIterations", "1") } });
    }

    public static Task<HttpResponseMessage> SignUpAsync(this StoaServer server, string handle, string name = "Name", string password = Password) =>
        server.Client.PostAsJsonAsync("/api/people", new { handle, name, password }, Ct);

    /// <returns>The token.</returns>
    public static async Task<string> JoinAsync(this StoaServer server, string handle, string name = "Name")
    {
        using var answer = await server.SignUpAsync(handle, name);
        return (await ReadAsync(answer, 201)).GetProperty("token").GetString()!;
    }

    public static Task<HttpResponseMessage> SignInAsync(this StoaServer server, string handle, string password = Password) =>
        server.Client.PostAsJsonAsync("/api/sessions", new { handle, password }, Ct);

    public static async Task<HttpResponseMessage> CallAsync(this StoaServer server, HttpMethod method, string path, string? token = null, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await server.Client.SendAsync(request, Ct);
    }

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(status == (int)answer.StatusCode, $"Expected {status}, got {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    public static async Task<string?> CodeAsync(HttpResponseMessage answer, int status) => (await ReadAsync(answer, status)).GetProperty("code").GetString();
}
