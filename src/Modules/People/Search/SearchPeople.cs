using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.People.Limits;

namespace Stoa.People.Search;

/// <summary><c>GET /api/people?q=</c>: by the beginning of the handle or of words of the name; every word of the query must be found.</summary>
internal static class SearchPeople
{
    private const int Most = 20;
    private const int QueryMax = 100;

    public sealed record FoundPeople(IReadOnlyList<FoundPerson> People);

    public sealed record FoundPerson(PersonId Id, string Handle, string Name);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/people", HandleAsync).For(Audience.Person)
            .WithName("searchPeople").WithTags("People").WithSummary("Find people by handle or name")
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<Ok<FoundPeople>> HandleAsync(
        HttpContext context, NpgsqlDataSource database, TryCounter tries, IOptions<PeopleOptions> options, CancellationToken cancellationToken, string q = "")
    {
        var me = context.Person();
        var words = Names.Utf16.IsWellFormed(q) ? SearchWords.Fold((q.Length > QueryMax ? q[..QueryMax] : q).TrimStart('@')) : [];
        if (words.Length == 0)
        {
            return TypedResults.Ok(new FoundPeople([]));
        }

        await tries.CountAsync(TimeSpan.FromMinutes(1), cancellationToken, ("search:" + me, options.Value.SearchesPerMinute));

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The longest word leads through the index; the others must be found with the same person. The handle is such a word too.
        // A range instead of LIKE: nothing in the query is a pattern. U+10FFFF ends every range under the "C" collation.
        var lead = words.MaxBy(word => word.Length);
        var found = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select p.id, p.handle, p.name from people.people p
            where p.id in (select person_id from people.search_words where word >= @lead and word < @lead || U&'\+10FFFF')
              and not exists (
                select from unnest(@words) as q(word)
                where not exists (select from people.search_words w where w.person_id = p.id and w.word >= q.word and w.word < q.word || U&'\+10FFFF'))
              and p.id <> @me
            order by p.handle = @lead desc, p.handle limit @Most
            """,
            new { lead, words, me = me.Value, Most }, cancellationToken: cancellationToken));
        return TypedResults.Ok(new FoundPeople(found.Select(row => new FoundPerson(new(row.Id), row.Handle, row.Name)).ToList()));
    }

    private sealed record Row(long Id, string Handle, string Name);
}
