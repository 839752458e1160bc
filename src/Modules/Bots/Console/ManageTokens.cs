using System.Globalization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Bots.Apps;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;

namespace Stoa.Bots.Console;

/// <summary>
/// <c>POST /api/bots/{app}/tokens</c> and <c>DELETE …/{token}</c>. To rotate: make a new one, give it to the bot, take the old one back; both work meanwhile.
/// </summary>
internal static class ManageTokens
{
    private const int Most = 20;

    public sealed record NewToken(string? Name = null);

    /// <param name="AccessToken">Shown here and nowhere else.</param>
    public sealed record MadeToken(string Id, string AccessToken);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/bots/{app}/tokens", MakeAsync).ForDeveloper("makeToken", "One more page access token; shown here alone").Accepts<NewToken>("application/json")
            .ProducesProblem(StatusCodes.Status409Conflict);
        routes.MapDelete("/api/bots/{app}/tokens/{token}", RevokeAsync).ForDeveloper("revokeToken", "Take a token back: from this moment it opens nothing");
    }

    private static async Task<Created<MadeToken>> MakeAsync(
        string app, HttpContext context, OwnBots own, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        var id = await own.DemandAsync(context.Person(), app, cancellationToken);
        var name = (await JsonBody.ReadAsync(context, BotsJson.Default.NewToken)).Name?.Trim() ?? "";
        if (name.Length > 80 || name.Any(char.IsControl))
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "'name' has at most 80 characters, none of them for control.", "Shorten it."));
        }

        var (token, tokenId) = (AppStore.NewToken(), WireIds.New());
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // A bound against a script that runs away; two at once may find room for one more, which harms nobody.
        var made = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.tokens (id, sha256, app_id, page_id, name, created_at)
            select @tokenId, @sha256, @app, (select page_id from bots.subscriptions where app_id = @app order by active desc, created_at, id limit 1), @name, @now
            where (select count(*) from bots.tokens where app_id = @app) < @Most
            """,
            new { tokenId, sha256 = AppStore.Hash(token), app = id.Value, name, now = time.GetUtcNow(), Most }, cancellationToken: cancellationToken));
        return made == 1
            ? TypedResults.Created($"/api/bots/{id}", new MadeToken(tokenId.ToString(CultureInfo.InvariantCulture), token))
            : throw new ProblemException(new(StatusCodes.Status409Conflict, "too_many_tokens", "Make a token", $"The bot has {Most} tokens.", "Take back those that nobody uses."));
    }

    private static async Task<NoContent> RevokeAsync(
        string app, string token, HttpContext context, OwnBots own, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var id = await own.DemandAsync(context.Person(), app, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var gone = WireIds.TryParse(token, out var tokenId) && await connection.ExecuteAsync(new CommandDefinition(
            "delete from bots.tokens where app_id = @app and id = @tokenId", new { app = id.Value, tokenId }, cancellationToken: cancellationToken)) == 1;
        return gone ? TypedResults.NoContent() : throw new ProblemException(Problem.NotFound("token_not_found", "token"));
    }
}
