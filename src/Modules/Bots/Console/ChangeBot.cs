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

/// <summary><c>PATCH /api/bots/{app}</c>: whether a search finds it, which events it takes, and whether its calls need a proof. What is absent stays.</summary>
internal static class ChangeBot
{
    public sealed record BotChange(bool? Listed = null, IReadOnlyList<string>? Fields = null, bool? RequireProof = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPatch("/api/bots/{app}", HandleAsync).ForDeveloper("changeBot", "Who finds it, what it is told, and whether its calls need a proof").Accepts<BotChange>("application/json");

    private static async Task<Ok<BotView>> HandleAsync(
        string app, HttpContext context, OwnBots own, ReadBots bots, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var id = await own.DemandAsync(context.Person(), app, cancellationToken);
        var change = await JsonBody.ReadAsync(context, BotsJson.Default.BotChange);
        if (change.Fields?.FirstOrDefault(field => !WebhookFields.All.Contains(field, StringComparer.Ordinal)) is { } unknown)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", $"'{(unknown.Length > 60 ? unknown[..60] : unknown)}' is no kind of event.", $"Take some of: {string.Join(", ", WebhookFields.All)}."));
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            with app as (
              update bots.apps set fields = coalesce(@fields, fields), require_proof = coalesce(@RequireProof, require_proof) where id = @app returning id)
            update bots.pages set listed = coalesce(@Listed, listed)
            where id in (select s.page_id from app join bots.subscriptions s on s.app_id = app.id and s.active and s.receiver_rank = 0)
            """,
            new { app = id.Value, fields = change.Fields?.Distinct(StringComparer.Ordinal).ToArray(), change.RequireProof, change.Listed }, cancellationToken: cancellationToken));
        return TypedResults.Ok(await bots.ReadAsync(context.Person(), id, cancellationToken));
    }
}
