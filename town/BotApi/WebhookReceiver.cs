using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Stoa.Town.Airline;

namespace Stoa.Town.BotApi;

/// <summary>The airline's own small web server: the webhook, two pictures and a page that explains check-in.</summary>
internal sealed partial class WebhookReceiver(AirlineBot airline, ILogger<WebhookReceiver> log)
{
    private const int BodyMost = 1024 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/webhook", Verify);
        routes.MapPost("/webhook", ReceiveAsync);
        routes.MapGet("/halcyon.svg", (HttpContext context) => Picture(context, "halcyon.svg"));
        routes.MapGet("/economy.svg", (HttpContext context) => Picture(context, "economy.svg"));
        routes.MapGet("/check-in", (HttpContext context) => Asset(context, "check-in.html", "text/html; charset=utf-8"));
    }

    private Task Verify(HttpContext context)
    {
        var query = context.Request.Query;
        var right = query["hub.mode"] == "subscribe" && query["hub.verify_token"] == airline.VerifyToken && query["hub.challenge"].Count == 1;
        context.Response.StatusCode = right ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain";
        return right ? context.Response.WriteAsync(query["hub.challenge"].ToString()) : Task.CompletedTask;
    }

    /// <summary>200 once everything in the delivery has been decided and written; until then the platform keeps it for us.</summary>
    private async Task ReceiveAsync(HttpContext context)
    {
        var request = context.Request;
        using var body = new MemoryStream();
        if (request.ContentLength > BodyMost)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }
        await request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        if (airline.AppSecret is not { } secret || !WebhookSignature.IsRight(request.Headers["X-Hub-Signature-256"], bytes.Span, secret))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        IReadOnlyList<WebhookEvent> events;
        try
        {
            var delivery = request.Headers["webhook-id"].ToString();
            events = WebhookEvents.Read(bytes, delivery.Length > 0 ? delivery : WebhookSignature.Of(bytes.Span, ""));
        }
        catch (System.Text.Json.JsonException malformed)
        {
            LogMalformed(malformed.Message);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        bool? accepts = null;
        // Once read, a delivery is handled to its end, even if the caller has hung up: it will be repeated, and then is known.
        foreach (var received in events) accepts = await airline.HandleAsync(received) ?? accepts;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(accepts is { } answer ? answer ? """{"success":true}""" : """{"success":false}""" : "{}", context.RequestAborted);
    }

    private static Task Picture(HttpContext context, string name)
    {
        context.Response.Headers.CacheControl = "public, max-age=86400";
        return Asset(context, name, "image/svg+xml");
    }

    private static async Task Asset(HttpContext context, string name, string type)
    {
        await using var asset = Assembly.GetExecutingAssembly().GetManifestResourceStream("assets/" + name)
            ?? throw new InvalidOperationException($"The asset {name} was not built in.");
        context.Response.ContentType = type;
        context.Response.Headers["Access-Control-Allow-Origin"] = "*";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await asset.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    [LoggerMessage(1, LogLevel.Warning, "A signed delivery was no JSON: {Reason}")]
    private partial void LogMalformed(string reason);
}
