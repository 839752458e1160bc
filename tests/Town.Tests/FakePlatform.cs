using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Stoa.BotSdk;

namespace Stoa.Town.Tests;

/// <summary>
/// The platform as a bot sees it: an operator's socket, the Graph calls and signed deliveries. It answers what it is told to
/// answer and keeps what it was sent.
/// </summary>
internal sealed class FakePlatform : IAsyncDisposable
{
    public const string Person = "7000000000000001";
    public const string Secret = "app-secret";
    public const string Token = "page-token";

    private readonly WebApplication web;
    private readonly HttpClient http = new();
    private readonly Channel<JsonObject> sends = Channel.CreateUnbounded<JsonObject>();
    private string? callback;
    private int messages;

    private FakePlatform(WebApplication web, string socket)
    {
        this.web = web;
        Socket = socket;
    }

    public string Socket { get; }

    public Uri Address { get; private set; } = new("http://localhost");

    public int BotsMade { get; private set; }

    public int Subscriptions { get; private set; }

    public JsonObject? Profile { get; private set; }

    public bool KnowsToken { get; set; } = true;

    /// <summary>Answers the next sends with these instead of taking them.</summary>
    public ConcurrentQueue<(int Status, string Body)> Failures { get; } = new();

    public string? Callback => callback;

    public static async Task<FakePlatform> StartAsync(string folder)
    {
        var socket = Path.Combine(folder, "admin.sock");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.ListenUnixSocket(socket);
        });
        var platform = new FakePlatform(builder.Build(), socket);
        platform.web.Run(platform.AnswerAsync);
        await platform.web.StartAsync();
        platform.Address = new Uri(platform.web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(a => a.StartsWith("http://127", StringComparison.Ordinal)));
        return platform;
    }

    /// <summary>The next message to the person that is not a typing or seen mark.</summary>
    public async Task<JsonObject> NextMessageAsync(string waitingFor)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            while (true)
            {
                var sent = await sends.Reader.ReadAsync(limit.Token);
                if (sent["message"] is JsonObject message) return message;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Waited 20 s for {waitingFor}.");
        }
    }

    public int SendsWaiting => sends.Reader.Count;

    public Task<HttpResponseMessage> SayAsync(string mid, string text, string? secret = null) => DeliverAsync(new JsonObject { ["message"] = new JsonObject { ["mid"] = mid, ["text"] = text } }, secret);

    public Task<HttpResponseMessage> PressAsync(string mid, string payload) =>
        DeliverAsync(new JsonObject { ["postback"] = new JsonObject { ["mid"] = mid, ["title"] = "x", ["payload"] = payload } });

    public Task<HttpResponseMessage> PreCheckoutAsync(string booking, string amount) =>
        DeliverAsync(new JsonObject { ["pre_checkout"] = new JsonObject { ["payload"] = booking, ["amount"] = new JsonObject { ["currency"] = "EUR", ["amount"] = amount } } });

    public Task<HttpResponseMessage> PaidAsync(string booking, string amount, string id) => DeliverAsync(new JsonObject
    {
        ["payment"] = new JsonObject
        {
            ["payload"] = booking,
            ["requested_user_info"] = new JsonObject { ["contact_name"] = "Zofia Nowak" },
            ["payment_credential"] = new JsonObject { ["provider_type"] = "stripe", ["charge_id"] = "ch_1", ["fb_payment_id"] = id },
            ["amount"] = new JsonObject { ["currency"] = "EUR", ["amount"] = amount },
        },
    });

    public async Task<HttpResponseMessage> DeliverAsync(JsonObject act, string? secret = null)
    {
        act["sender"] = new JsonObject { ["id"] = Person };
        act["recipient"] = new JsonObject { ["id"] = "7100000000000001" };
        act["timestamp"] = Talk.Start.ToUnixTimeMilliseconds();
        var body = new JsonObject
        {
            ["object"] = "page",
            ["entry"] = new JsonArray(new JsonObject { ["id"] = "7100000000000001", ["time"] = Talk.Start.ToUnixTimeMilliseconds(), ["messaging"] = new JsonArray(act) }),
        };
        var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        using var request = new HttpRequestMessage(HttpMethod.Post, callback) { Content = new ByteArrayContent(bytes) };
        request.Headers.Add("X-Hub-Signature-256", WebhookSignature.Of(bytes, secret ?? Secret));
        request.Headers.Add("webhook-id", Guid.NewGuid().ToString());
        return await http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await web.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        JsonObject? body = null;
        if (context.Request.ContentLength > 0)
        {
            using var reader = new StreamReader(context.Request.Body);
            body = JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject();
        }
        switch (context.Request.Method, path)
        {
            case ("GET", "/health/ready"):
                return;
            case ("POST", "/admin/bots"):
                BotsMade++;
                await ShakeHandsAsync(body!["webhook"]!.GetValue<string>(), body["verifyToken"]!.GetValue<string>());
                KnowsToken = true;
                await AnswerAsync(context, 200, $$"""{"pageId":"7100000000000001","appId":"7200000000000001","appSecret":"{{Secret}}","accessToken":"{{Token}}"}""");
                return;
            case ("GET", "/v23.0/me"):
                await AnswerAsync(context, KnowsToken ? 200 : 400, KnowsToken ? """{"id":"7100000000000001","name":"Halcyon Air"}""" : """{"error":{"message":"Invalid OAuth access token.","type":"OAuthException","code":190}}""");
                return;
            case ("POST", "/v23.0/7200000000000001/subscriptions"):
                Subscriptions++;
                await ShakeHandsAsync(body!["callback_url"]!.GetValue<string>(), body["verify_token"]!.GetValue<string>());
                await AnswerAsync(context, 200, """{"success":true}""");
                return;
            case ("POST", "/v23.0/me/messenger_profile"):
                Profile = body;
                await AnswerAsync(context, 200, """{"result":"success"}""");
                return;
            case ("GET", "/v23.0/" + Person):
                await AnswerAsync(context, 200, $$"""{"first_name":"Zofia","last_name":"Nowak","id":"{{Person}}"}""");
                return;
            case ("POST", "/v23.0/me/messages"):
                if (body!.ContainsKey("message") && Failures.TryDequeue(out var failure))
                {
                    await AnswerAsync(context, failure.Status, failure.Body);
                    return;
                }
                if (context.Request.Headers.Authorization != "Bearer " + Token || body["recipient"]!["id"]!.GetValue<string>() != Person)
                {
                    await AnswerAsync(context, 400, """{"error":{"message":"(#100) No matching user found","type":"OAuthException","code":100,"error_subcode":2018001}}""");
                    return;
                }
                await sends.Writer.WriteAsync(body);
                await AnswerAsync(context, 200, $$"""{"recipient_id":"{{Person}}","message_id":"m_{{Interlocked.Increment(ref messages).ToString(CultureInfo.InvariantCulture)}}"}""");
                return;
            default:
                await AnswerAsync(context, 404, """{"type":"about:blank","title":"none","status":404,"code":"not_found"}""", "application/problem+json");
                return;
        }
    }

    private async Task ShakeHandsAsync(string webhook, string token)
    {
        var answer = await http.GetStringAsync($"{webhook}?hub.mode=subscribe&hub.challenge=4711&hub.verify_token={token}");
        Assert.Equal("4711", answer);
        callback = webhook;
        using var wrong = await http.GetAsync(new Uri($"{webhook}?hub.mode=subscribe&hub.challenge=4711&hub.verify_token=x{token}"));
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
    }

    private static async Task AnswerAsync(HttpContext context, int status, string body, string type = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body);
    }
}
