using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.Town.Friends;

/// <summary>A call of the people's interface that did not succeed.</summary>
internal sealed class PeopleApiException(HttpStatusCode status, string code) : Exception($"HTTP {(int)status} {code}")
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>Whether the same call may succeed later.</summary>
    public bool Passes => (int)Status >= 500 || Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;
}

/// <summary>The few calls that a simulated person makes, each as any client would.</summary>
internal sealed class PeopleApi(HttpClient http, Uri server)
{
    public Uri Live { get; } = new UriBuilder(new Uri(server, "/live")) { Scheme = server.Scheme == "https" ? "wss" : "ws" }.Uri;

    public async Task<string> SignInAsync(string handle, CancellationToken cancellation) =>
        (await CallAsync(HttpMethod.Post, "/api/demo/sessions", null, new JsonObject { ["handle"] = handle }, cancellation)).GetProperty("token").GetString()
        ?? throw new JsonException("A session without a token.");

    public async Task<string> MyIdAsync(string token, CancellationToken cancellation) =>
        (await CallAsync(HttpMethod.Get, "/api/me", token, null, cancellation)).GetProperty("id").GetString() ?? throw new JsonException("A person without an id.");

    /// <summary>The newest threads, as the server shows them; what strangers ask first.</summary>
    public async Task<IReadOnlyList<JsonElement>> ThreadsAsync(string token, CancellationToken cancellation)
    {
        var asked = await CallAsync(HttpMethod.Get, "/api/threads?limit=50&folder=requests", token, null, cancellation);
        var known = await CallAsync(HttpMethod.Get, "/api/threads?limit=50", token, null, cancellation);
        return [.. asked.GetProperty("threads").EnumerateArray(), .. known.GetProperty("threads").EnumerateArray()];
    }

    public Task<JsonElement> ThreadAsync(string token, string thread, CancellationToken cancellation) => CallAsync(HttpMethod.Get, $"/api/threads/{thread}", token, null, cancellation);

    public async Task<IReadOnlyList<HeardMessage>> NewestAsync(string token, string thread, int limit, CancellationToken cancellation) =>
        Messages(await CallAsync(HttpMethod.Get, $"/api/threads/{thread}/events?limit={limit}", token, null, cancellation));

    public async Task<HeardMessage?> MessageAsync(string token, string thread, long seq, CancellationToken cancellation) =>
        Messages(await CallAsync(HttpMethod.Get, $"/api/threads/{thread}/events?after={seq - 1}&limit=1", token, null, cancellation)).FirstOrDefault(message => message.Seq == seq);

    public async Task<string> OpenAsync(string token, string handle, CancellationToken cancellation) =>
        (await CallAsync(HttpMethod.Post, "/api/threads", token, new JsonObject { ["with"] = new JsonArray("@" + handle) }, cancellation)).GetProperty("id").GetString()
        ?? throw new JsonException("A thread without an id.");

    /// <summary>A stranger's request becomes a conversation; one that is no request stays as it is.</summary>
    public Task AcceptAsync(string token, string thread, CancellationToken cancellation) => CallAsync(HttpMethod.Put, $"/api/threads/{thread}/accept", token, null, cancellation);

    public Task SendAsync(string token, string thread, Guid clientId, string text, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Post, $"/api/threads/{thread}/messages", token, new JsonObject { ["clientId"] = clientId.ToString(), ["text"] = text }, cancellation);

    internal static HeardMessage? Heard(JsonElement item)
    {
        if (item.GetProperty("kind").GetString() != "message") return null;
        var text = item.TryGetProperty("text", out var t) && t.ValueKind == JsonValueKind.String ? t.GetString()! : ""; // a string by the check before it
        var clientId = item.TryGetProperty("clientId", out var c) && c.ValueKind == JsonValueKind.String ? c.GetString() : null;
        return new HeardMessage(
            item.GetProperty("seq").GetInt64(), item.GetProperty("id").ToString(), item.GetProperty("sender").ToString(), item.GetProperty("at").GetDateTimeOffset(), text, clientId);
    }

    private static List<HeardMessage> Messages(JsonElement answer) => [.. answer.GetProperty("events").EnumerateArray().Select(Heard).OfType<HeardMessage>()];

    private async Task<JsonElement> CallAsync(HttpMethod method, string path, string? token, JsonObject? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(server, path));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, cancellation);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellation);
        JsonElement answer = default;
        if (bytes.Length > 0 && response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true)
        {
            using var document = JsonDocument.Parse(bytes);
            answer = document.RootElement.Clone();
        }
        if (response.IsSuccessStatusCode) return answer;
        throw new PeopleApiException(response.StatusCode, answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("code", out var code) ? code.ToString() : "");
    }
}
