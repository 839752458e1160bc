using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Bots.Apps;
using Stoa.Bots.Webhooks;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;

namespace Stoa.Bots.Console;

/// <summary>
/// <c>PUT /api/bots/{app}/webhook</c>: where the bot is called, once it has agreed; <c>DELETE</c>: it asks for its events again.
/// What waited meanwhile goes to the new place, in order.
/// </summary>
internal static class ConnectWebhook
{
    public sealed record WebhookChange(string? Url = null, string? VerifyToken = null);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/api/bots/{app}/webhook", ConnectAsync).ForDeveloper("connectWebhook", "Where it is called; a refusal says what was sent, what came back and what helps")
            .Accepts<WebhookChange>("application/json");
        routes.MapDelete("/api/bots/{app}/webhook", DisconnectAsync).ForDeveloper("disconnectWebhook", "It is called no more and asks for its events");
    }

    private static async Task<Ok<BotView>> ConnectAsync(
        string app, HttpContext context, OwnBots own, ReadBots bots, CallbackHandshake handshake, Deliveries deliveries, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var id = await own.DemandAsync(context.Person(), app, cancellationToken);
        var change = await JsonBody.ReadAsync(context, BotsJson.Default.WebhookChange);
        if (!Uri.TryCreate(change.Url, UriKind.Absolute, out _) || change.VerifyToken is not { Length: >= 1 and <= 200 } verifyToken)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "'url' is an absolute address, and 'verifyToken' has 1 to 200 characters.", "Send both."));
        }

        if (await handshake.VerifyAsync(change.Url, verifyToken, cancellationToken) is { } failure)
        {
            throw new ProblemException(failure.AsProblem());
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update bots.apps set callback_url = @Url, polls = false where id = @app", new { app = id.Value, change.Url }, cancellationToken: cancellationToken));
        // Whoever has just answered is up: what waits need not wait longer.
        await deliveries.HurryAsync(id, cancellationToken);
        return TypedResults.Ok(await bots.ReadAsync(context.Person(), id, cancellationToken));
    }

    private static async Task<Ok<BotView>> DisconnectAsync(
        string app, HttpContext context, OwnBots own, ReadBots bots, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var id = await own.DemandAsync(context.Person(), app, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update bots.apps set callback_url = null, polls = true where id = @app", new { app = id.Value }, cancellationToken: cancellationToken));
        return TypedResults.Ok(await bots.ReadAsync(context.Person(), id, cancellationToken));
    }
}
