using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.BotSdk;

/// <summary>The calls of the Messenger-compatible API that a bot needs, and <see cref="CallAsync"/> for all others.</summary>
/// <param name="http">The bot's own; its time-out is that of a call.</param>
public sealed class GraphClient(HttpClient http, BotOptions options)
{
    private const string Version = "v23.0";
    private const int InvalidToken = 190;

    /// <summary>1, 2, −1, 1200: faults that pass. 4, 17, 32, 613: too fast.</summary>
    private static readonly HashSet<int> passing = [-1, 1, 2, 4, 17, 32, 613, 1200];

    /// <summary>Sends one message or sender action.</summary>
    /// <param name="person">Page-scoped id.</param>
    /// <param name="body">With <c>message</c> or <c>sender_action</c>; <c>recipient</c> and, for messages, <c>messaging_type</c> are added.</param>
    /// <param name="key">The same key is one message, however often it is sent. Null: after <see cref="GraphOutcome.Later"/> it may have arrived.</param>
    public Task<GraphOutcome> SendAsync(string person, JsonObject body, string? key, CancellationToken cancellation)
    {
        body["recipient"] = new JsonObject { ["id"] = person };
        if (body.ContainsKey("message"))
        {
            body.TryAdd("messaging_type", "RESPONSE");
        }

        return CallAsync(HttpMethod.Post, "me/messages", body, cancellation, key);
    }

    /// <summary>Sends one message.</summary>
    /// <inheritdoc cref="SendAsync(string, JsonObject, string?, CancellationToken)"/>
    public Task<GraphOutcome> SendAsync(string person, Message message, string? key, CancellationToken cancellation) =>
        SendAsync(person, new JsonObject { ["message"] = message.ToJson() }, key, cancellation);

    /// <summary><c>first_name</c>, <c>last_name</c>, <c>locale</c> of somebody who has written to the page.</summary>
    public Task<GraphOutcome> ReadPersonAsync(string person, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Get, $"{Uri.EscapeDataString(person)}?fields=first_name,last_name,locale", null, cancellation);

    /// <summary>Greeting, get-started button, menu …: the members named are replaced, the others stay.</summary>
    public Task<GraphOutcome> SetProfileAsync(JsonObject settings, CancellationToken cancellation) => CallAsync(HttpMethod.Post, "me/messenger_profile", settings, cancellation);

    /// <summary>Points the app's webhook to a new address; the server shakes hands with it before it answers.</summary>
    /// <param name="fields">Kinds of events, as <c>messages,messaging_postbacks</c>.</param>
    public Task<GraphOutcome> SubscribeAsync(string appId, string callback, string fields, CancellationToken cancellation) => CallAsync(
        HttpMethod.Post, $"{Uri.EscapeDataString(appId)}/subscriptions",
        new JsonObject { ["object"] = "page", ["callback_url"] = callback, ["verify_token"] = options.VerifyToken, ["fields"] = fields, ["include_values"] = true },
        cancellation, token: $"{appId}|{options.AppSecret}");

    /// <summary>Whether the token is still good; null when nobody could say.</summary>
    public async Task<bool?> KnowsTokenAsync(CancellationToken cancellation) => await CallAsync(HttpMethod.Get, "me", null, cancellation) switch
    {
        GraphOutcome.Done => true,
        GraphOutcome.Refused { Code: InvalidToken } => false,
        _ => null,
    };

    /// <summary>Any call.</summary>
    /// <param name="path">Without version, with its query.</param>
    /// <param name="key">For sends: makes twice once.</param>
    /// <param name="token">Null: the page's.</param>
    public async Task<GraphOutcome> CallAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation, string? key = null, string? token = null)
    {
        token ??= options.AccessToken;
        var address = $"/{Version}/{path}";
        if (options.AppSecret.Length > 0)
        {
            address += $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}appsecret_proof={Proof(token)}";
        }

        using var request = new HttpRequestMessage(method, new Uri(options.Server, address));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        try
        {
            using var response = await http.SendAsync(request, cancellation);
            return Outcome(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation));
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

    private string Proof(string token) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.AppSecret), Encoding.UTF8.GetBytes(token)));

    private static GraphOutcome Outcome(HttpStatusCode status, byte[] bytes)
    {
        JsonElement body;
        try
        {
            body = JsonElement.Parse(bytes);
        }
        catch (JsonException)
        {
            return Passes(status) ? new GraphOutcome.Later($"HTTP {(int)status} without a JSON body") : new GraphOutcome.Refused(0, null, $"HTTP {(int)status} without a JSON body");
        }

        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            var code = error.TryGetProperty("code", out var c) && c.TryGetInt32(out var number) ? number : 0;
            int? subcode = error.TryGetProperty("error_subcode", out var s) && s.TryGetInt32(out var sub) ? sub : null;
            var message = error.TryGetProperty("message", out var m) ? m.GetString() ?? "" : "";
            return passing.Contains(code) || (error.TryGetProperty("is_transient", out var transient) && transient.ValueKind == JsonValueKind.True) || Passes(status)
                ? new GraphOutcome.Later(message) : new GraphOutcome.Refused(code, subcode, message);
        }

        return (int)status < 300 ? new GraphOutcome.Done(body) : Passes(status) ? new GraphOutcome.Later($"HTTP {(int)status}") : new GraphOutcome.Refused(0, null, $"HTTP {(int)status}");
    }

    private static bool Passes(HttpStatusCode status) => (int)status is < 400 or >= 500 or 408 or 429;
}
