using System.Globalization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;

namespace Stoa.Bots.Console;

/// <summary><c>GET /api/bots</c> and <c>GET /api/bots/{app}</c>: the bots that one develops, the newest first.</summary>
internal sealed class ReadBots(NpgsqlDataSource database)
{
    // Never more than a person may have; an operator may have given them some beside.
    private const int Most = 100;
    private const int TokensMost = 100;

    public sealed record BotList(IReadOnlyList<BotView> Bots);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/bots", async (HttpContext context, ReadBots bots, CancellationToken cancellationToken) =>
            TypedResults.Ok(new BotList(await bots.ListAsync(context.Person(), null, cancellationToken)))).ForDeveloper("listBots", "The bots that I develop");
        routes.MapGet("/api/bots/{app}", async Task<Ok<BotView>> (string app, HttpContext context, OwnBots own, ReadBots bots, CancellationToken cancellationToken) =>
            TypedResults.Ok(await bots.ReadAsync(context.Person(), await own.DemandAsync(context.Person(), app, cancellationToken), cancellationToken)))
            .ForDeveloper("readBot", "One of them, with its tokens' names");
    }

    public async Task<BotView> ReadAsync(PersonId developer, AppId app, CancellationToken cancellationToken)
    {
        var bot = (await ListAsync(developer, app, cancellationToken)).Single();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var tokens = await connection.QueryAsync<(long Id, string Name, DateTime CreatedAt, DateTime? LastUsedAt)>(new CommandDefinition(
            "select id, name, created_at, last_used_at from bots.tokens where app_id = @app order by created_at desc, id limit @TokensMost", new { app = app.Value, TokensMost }, cancellationToken: cancellationToken));
        return bot with { Tokens = [.. tokens.Select(t => new TokenView(t.Id.ToString(CultureInfo.InvariantCulture), t.Name, t.CreatedAt, t.LastUsedAt is { } last ? new DateTimeOffset(last) : null))] };
    }

    private async Task<List<BotView>> ListAsync(PersonId developer, AppId? only, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select a.id, a.name, a.callback_url as callbackurl, a.fields, a.require_proof as requireproof, a.created_at as createdat,
                   p.id as pageid, p.username, p.category, p.about, p.color, p.verified, p.listed,
                   (select coalesce(sum(l.last_number - l.next_number + 1), 0)::bigint from bots.lanes l where l.app_id = a.id and l.next_number <= l.last_number) as waiting,
                   (select count(*) from bots.deliveries d where d.state = 2 and d.subscription_id in (select id from bots.subscriptions where app_id = a.id)) as parked
            from bots.developers o
            join bots.apps a on a.id = o.app_id
            join lateral (select page_id from bots.subscriptions s where s.app_id = a.id order by s.active desc, s.created_at, s.id limit 1) s on true
            join bots.pages p on p.id = s.page_id
            where o.person_id = @person and (@app::bigint is null or o.app_id = @app)
            order by a.created_at desc, a.id limit @Most
            """,
            new { person = developer.Value, app = only?.Value, Most }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new BotView(
            new(row.Id), row.Name, new(row.PageId), row.Username, row.Category, row.About, row.Color, row.Verified, row.Listed, ShownAddress(row.CallbackUrl), row.Fields, row.RequireProof,
            row.CreatedAt, row.Waiting, row.Parked, null))];
    }

    /// <summary>Some put a secret into the query of the address; it is not shown again.</summary>
    private static string? ShownAddress(string? callback) =>
        callback is null ? null : Uri.TryCreate(callback, UriKind.Absolute, out var uri) ? uri.GetLeftPart(UriPartial.Path) + (uri.Query.Length > 0 ? "?…" : "") : "";

    private sealed class Row
    {
        public long Id { get; init; }

        public string Name { get; init; } = "";

        public string? CallbackUrl { get; init; }

        public string[] Fields { get; init; } = [];

        public bool RequireProof { get; init; }

        public DateTime CreatedAt { get; init; }

        public long PageId { get; init; }

        public string Username { get; init; } = "";

        public string Category { get; init; } = "";

        public string About { get; init; } = "";

        public string? Color { get; init; }

        public bool Verified { get; init; }

        public bool Listed { get; init; }

        public long Waiting { get; init; }

        public long Parked { get; init; }
    }
}
