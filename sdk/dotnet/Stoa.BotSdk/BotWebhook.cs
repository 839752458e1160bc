using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Stoa.BotSdk;

/// <summary>The bot's endpoint: handshake, signature, then every event of the delivery, then the acknowledgement.</summary>
public static class BotWebhook
{
    private const int BodyMost = 1024 * 1024;

    /// <summary>Answers at the path: 200 once everything in a delivery was handled; until then the platform keeps it.</summary>
    public static IEndpointConventionBuilder MapBot(this IEndpointRouteBuilder routes, string path, Bot bot) => routes.MapMethods(path, ["GET", "POST"], http =>
        HttpMethods.IsGet(http.Request.Method) ? ShakeHandsAsync(http, bot.Options.VerifyToken) : ReceiveAsync(http, bot));

    private static Task ShakeHandsAsync(HttpContext http, string verifyToken)
    {
        var query = http.Request.Query;
        var right = verifyToken.Length > 0 && query["hub.mode"] == "subscribe" && query["hub.verify_token"] == verifyToken && query["hub.challenge"].Count == 1;
        http.Response.StatusCode = right ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden;
        http.Response.ContentType = "text/plain";
        return right ? http.Response.WriteAsync(query["hub.challenge"].ToString()) : Task.CompletedTask;
    }

    private static async Task ReceiveAsync(HttpContext http, Bot bot)
    {
        if (await ReadAsync(http.Request) is not { } body)
        {
            http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        if (!WebhookSignature.IsRight(http.Request.Headers["X-Hub-Signature-256"], body.Span, bot.Options.AppSecret))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        IReadOnlyList<BotEvent> events;
        try
        {
            var delivery = http.Request.Headers["webhook-id"].ToString();
            events = ReadEvents.From(body, delivery.Length > 0 ? delivery : WebhookSignature.Of(body.Span, "delivery"));
        }
        catch (JsonException)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        bool? accepts = null;
        foreach (var happened in events)
        {
            try
            {
                // Once read, a delivery is handled to its end, even if the caller has hung up: it will be repeated, and then is known.
                accepts = await bot.HandleAsync(happened, CancellationToken.None) ?? accepts;
            }
#pragma warning disable CA1031 // What a handler throws is its author's; the platform is told that the delivery failed, and the log why.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                bot.Complain(failure, happened.Id);
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            }
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(accepts switch { true => """{"success":true}""", false => """{"success":false}""", null => "{}" }, http.RequestAborted);
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
        {
            if (body.Length + read > BodyMost)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
