using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Threads;

namespace Stoa.Bots.Pages;

/// <summary><c>GET /api/pages?q=</c> and <c>GET /api/pages/{username}</c>: businesses one can write to.</summary>
internal static class ReadPages
{
    private const int Most = 20;
    private const int QueryMax = 100;

    public sealed record FoundPages(IReadOnlyList<PageView> Pages);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/pages", SearchAsync).For(Audience.Person)
            .WithName("searchPages").WithTags("Businesses").WithSummary("Find businesses by username or name");
        routes.MapGet("/api/pages/{username}", FindAsync).For(Audience.Person)
            .WithName("readPage").WithTags("Businesses").WithSummary("One business, in the reader's language").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<FoundPages>> SearchAsync(
        HttpContext context, NpgsqlDataSource database, IBusinessThreads threads, CancellationToken cancellationToken, string q = "")
    {
        var reader = await ReaderAsync(context, threads, cancellationToken);
        var wanted = (q.Length > QueryMax ? q[..QueryMax] : q).Trim().TrimStart('@').Replace("\0", "", StringComparison.Ordinal).ToLowerInvariant();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // starts_with takes the query as text, not as a pattern.
        var rows = await connection.QueryAsync<PageRow>(new CommandDefinition(
            $"""
            select {PageRow.Columns} from bots.pages
            where listed and (starts_with(username, @wanted) or starts_with(lower(name), @wanted) or strpos(lower(name), ' ' || @wanted) > 0)
            order by username = @wanted desc, verified desc, name, id limit @Most
            """,
            new { wanted, Most }, cancellationToken: cancellationToken));
        return TypedResults.Ok(new FoundPages([.. rows.Select(row => row.AsSeenBy(reader))]));
    }

    private static async Task<Results<Ok<PageView>, ProblemHttpResult>> FindAsync(
        string username, HttpContext context, PageDirectory pages, IBusinessThreads threads, CancellationToken cancellationToken)
    {
        var reader = await ReaderAsync(context, threads, cancellationToken);
        return !username.Contains('\0', StringComparison.Ordinal)
            && await pages.FindByUsernameAsync(username, cancellationToken) is { } id && await pages.FindRowAsync(id, cancellationToken) is { } row
                ? TypedResults.Ok(row.AsSeenBy(reader))
                : Problem.NotFound("page_not_found", "page").AsResult();
    }

    private static async Task<PersonProfile> ReaderAsync(HttpContext context, IBusinessThreads threads, CancellationToken cancellationToken)
    {
        var person = context.Person();
        return await threads.FindProfileAsync(person, cancellationToken) ?? new PersonProfile(person, "", "en");
    }
}
