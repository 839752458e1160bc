using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Stoa.Server.CommandLine;

/// <summary>What a bot under replay takes for the platform: hears its messages, answers its calls, and does nothing.</summary>
internal sealed class ReplayPlatform : IAsyncDisposable
{
    // People read it.
    private static readonly JsonSerializerOptions readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly WebApplication web;
    private readonly JsonObject person;
    private readonly Channel<string> said = Channel.CreateBounded<string>(10_000);
    private int messages;

    private ReplayPlatform(WebApplication web, JsonObject person) => (this.web, this.person) = (web, person);

    public string Address => web.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    public static async Task<ReplayPlatform> StartAsync(string address, JsonObject person)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        var platform = new ReplayPlatform(builder.Build(), person);
        platform.web.Run(platform.AnswerAsync);
        await platform.web.StartAsync();
        return platform;
    }

    /// <summary>What the bot says, until as much came as is expected, or its time is over; then whatever comes a little later.</summary>
    public async Task<IReadOnlyList<string>> HearAsync(int expected, TimeSpan patience, TimeSpan afterwards)
    {
        var heard = new List<string>();
        while (true)
        {
            using var limit = new CancellationTokenSource(heard.Count < expected ? patience : afterwards);
            try
            {
                heard.Add(await said.Reader.ReadAsync(limit.Token));
            }
            catch (OperationCanceledException)
            {
                return heard;
            }
        }
    }

    /// <summary>A message as one line with what matters of it: of pictures and files only their kind.</summary>
    public static string Normalise(JsonObject message)
    {
        var plain = new JsonObject();
        if (message["text"] is { } text)
        {
            plain["text"] = text.ToString().Normalize(NormalizationForm.FormC);
        }

        var attachments = message["attachments"]?.AsArray().Select(node => node!.AsObject()).ToList() ?? (message["attachment"] is JsonObject one ? [one] : []);
        if (attachments.Count > 0)
        {
            plain["attachments"] = new JsonArray([.. attachments.Select(attachment => attachment["type"]?.ToString() == "template"
                ? new JsonObject { ["type"] = "template", ["payload"] = Sorted(attachment["payload"]) }
                : new JsonObject { ["type"] = attachment["type"]?.ToString() })]);
        }

        if (message["quick_replies"] is JsonArray { Count: > 0 } replies)
        {
            plain["quick_replies"] = Sorted(replies);
        }

        return plain.ToJsonString(readable);
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (HttpMethods.IsPost(http.Request.Method) && path.EndsWith("/messages", StringComparison.Ordinal))
        {
            if (await ReadMessageAsync(http.Request) is { } message)
            {
                await said.Writer.WriteAsync(Normalise(message), http.RequestAborted);
            }

            await AnswerAsync(http, new JsonObject { ["recipient_id"] = person["id"]?.ToString(), ["message_id"] = $"m_replay{Interlocked.Increment(ref messages)}" });
            return;
        }

        var isPerson = HttpMethods.IsGet(http.Request.Method) && path.EndsWith("/" + person["id"], StringComparison.Ordinal);
        await AnswerAsync(http, isPerson ? person.DeepClone().AsObject() : new JsonObject { ["result"] = "success", ["success"] = true, ["data"] = new JsonArray() });
    }

    /// <summary>From JSON, a form or the query; null for a sender action.</summary>
    private static async Task<JsonObject?> ReadMessageAsync(HttpRequest request)
    {
        if (request.HasFormContentType)
        {
            return (await request.ReadFormAsync())["message"] is [{ } form] ? JsonNode.Parse(form) as JsonObject : null;
        }

        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        try
        {
            return JsonNode.Parse(body.Length > 0 ? body : "{}")?["message"] as JsonObject ?? (request.Query["message"] is [{ } query] ? JsonNode.Parse(query) as JsonObject : null);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Task AnswerAsync(HttpContext http, JsonObject answer)
    {
        http.Response.ContentType = "application/json; charset=UTF-8";
        return http.Response.WriteAsync(answer.ToJsonString());
    }

    /// <summary>Members by name: two SDKs write them in other orders.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
