using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.Town.BotApi;

/// <summary>What became of a call.</summary>
internal abstract record GraphOutcome
{
    public sealed record Done(JsonElement Body) : GraphOutcome;

    /// <summary>Asking again will not help.</summary>
    public sealed record Refused(int Code, int? Subcode, string Message) : GraphOutcome;

    /// <summary>No answer, overload, or a fault that passes.</summary>
    public sealed record Later(string Reason) : GraphOutcome;
}

/// <summary>The few calls of the Messenger-compatible API that a bot needs.</summary>
internal sealed class GraphClient(HttpClient http, Uri server)
{
    private const string Version = "v23.0";
    private const int InvalidToken = 190;

    /// <summary>1, 2, −1, 1200: faults that pass. 4, 17, 32, 613: too fast.</summary>
    private static readonly HashSet<int> Passing = [-1, 1, 2, 4, 17, 32, 613, 1200];

    /// <summary>Sends one message or sender action. The platform knows no key for repeats, so after <c>Later</c> it may have arrived.</summary>
    /// <param name="body">JSON with <c>message</c> or <c>sender_action</c>.</param>
    public Task<GraphOutcome> SendAsync(string token, string person, string body, CancellationToken cancellation)
    {
        var call = JsonNode.Parse(body)!.AsObject(); // made by Messages, always an object
        call["recipient"] = new JsonObject { ["id"] = person };
        if (call.ContainsKey("message")) call["messaging_type"] = "RESPONSE";
        return CallAsync(HttpMethod.Post, "me/messages", token, call, cancellation);
    }

    public Task<GraphOutcome> ReadPersonAsync(string token, string person, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Get, $"{Uri.EscapeDataString(person)}?fields=first_name,last_name", token, null, cancellation);

    public Task<GraphOutcome> SetProfileAsync(string token, JsonObject settings, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Post, "me/messenger_profile", token, settings, cancellation);

    /// <summary>Points the app's webhook to a new address; the platform shakes hands with it before it answers.</summary>
    public Task<GraphOutcome> SubscribeAsync(string appId, string appSecret, string callback, string verifyToken, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Post, $"{Uri.EscapeDataString(appId)}/subscriptions", $"{appId}|{appSecret}", new JsonObject
        {
            ["object"] = "page",
            ["callback_url"] = callback,
            ["verify_token"] = verifyToken,
            ["fields"] = Fields,
            ["include_values"] = true,
        }, cancellation);

    /// <summary>Whether the token is still good; null when nobody could say.</summary>
    public async Task<bool?> KnowsTokenAsync(string token, CancellationToken cancellation) => await CallAsync(HttpMethod.Get, "me", token, null, cancellation) switch
    {
        GraphOutcome.Done => true,
        GraphOutcome.Refused { Code: InvalidToken } => false,
        _ => null,
    };

    public const string Fields = "messages,messaging_postbacks,messaging_payments,messaging_pre_checkouts";

    private async Task<GraphOutcome> CallAsync(HttpMethod method, string path, string token, JsonObject? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(server, $"/{Version}/{path}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellation);
            return Outcome(response.StatusCode, bytes);
        }
        catch (HttpRequestException failure)
        {
            return new GraphOutcome.Later(failure.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new GraphOutcome.Later("no answer in time");
        }
    }

    private static GraphOutcome Outcome(HttpStatusCode status, byte[] bytes)
    {
        JsonElement body;
        try
        {
            using var document = JsonDocument.Parse(bytes);
            body = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return (int)status is >= 400 and < 500 and not (408 or 429)
                ? new GraphOutcome.Refused(0, null, $"HTTP {(int)status} without a JSON body")
                : new GraphOutcome.Later($"HTTP {(int)status} without a JSON body");
        }
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            var code = error.TryGetProperty("code", out var c) && c.TryGetInt32(out var number) ? number : 0;
            int? subcode = error.TryGetProperty("error_subcode", out var s) && s.TryGetInt32(out var sub) ? sub : null;
            var message = error.TryGetProperty("message", out var m) ? m.GetString() ?? "" : "";
            var passes = Passing.Contains(code) || (error.TryGetProperty("is_transient", out var transient) && transient.ValueKind == JsonValueKind.True);
            return passes || (int)status >= 500 ? new GraphOutcome.Later(message) : new GraphOutcome.Refused(code, subcode, message);
        }
        return (int)status < 300 ? new GraphOutcome.Done(body) : (int)status is >= 500 or 408 or 429 ? new GraphOutcome.Later($"HTTP {(int)status}") : new GraphOutcome.Refused(0, null, $"HTTP {(int)status}");
    }
}
