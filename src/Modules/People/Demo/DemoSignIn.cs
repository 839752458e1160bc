using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.People.Names;
using Stoa.People.Profile;
using Stoa.People.SigningIn;

namespace Stoa.People.Demo;

/// <summary><c>GET /api/demo</c> and <c>POST /api/demo/sessions</c>: signing in with one click. Outside the demo world both are not there.</summary>
internal static class DemoSignIn
{
    public sealed record DemoPeople(IReadOnlyList<DemoPerson> People);

    public sealed record DemoPerson(string Handle, string Name, string About);

    public sealed record DemoSignInRequest(string? Handle = null, bool Cookie = false);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/demo", ListAsync).For(Audience.Anyone)
            .WithName("listDemoPeople").WithTags("Demo").WithSummary("Who can be tried out").ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapPost("/api/demo/sessions", SignInAsync).For(Audience.Anyone)
            .WithName("signInAsDemoPerson").WithTags("Demo").WithSummary("Sign in as a demo person").Accepts<DemoSignInRequest>("application/json")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<DemoPeople>, ProblemHttpResult>> ListAsync(
        NpgsqlDataSource database, IOptions<StoaOptions> stoa, CancellationToken cancellationToken)
    {
        if (stoa.Value.World != World.Town)
        {
            return Problem.NotFound("demo_not_found", "demo world").AsResult();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var people = await connection.QueryAsync<DemoPerson>(new CommandDefinition(
            "select handle, name, coalesce(about, '') as about from people.people where demo order by created_at, handle limit 50", cancellationToken: cancellationToken));
        return TypedResults.Ok(new DemoPeople(people.AsList()));
    }

    private static async Task<Results<Created<SessionToken>, ProblemHttpResult>> SignInAsync(
        HttpContext context, NpgsqlDataSource database, SessionStore sessions, IOptions<StoaOptions> stoa, IOptions<PeopleOptions> options,
        CancellationToken cancellationToken)
    {
        if (stoa.Value.World != World.Town)
        {
            return Problem.NotFound("demo_not_found", "demo world").AsResult();
        }

        var request = await JsonBody.ReadAsync(context, PeopleJson.Default.DemoSignInRequest);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var person = Handle.TryFold((request.Handle ?? "").TrimStart('@'), out var handle)
            ? await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                "select id from people.people where handle = @handle and demo", new { handle }, cancellationToken: cancellationToken))
            : null;
        if (person is not { } id)
        {
            return Problem.NotFound("demo_person_not_found", "demo person").AsResult();
        }

        var token = await sessions.StartAsync(connection, null, new PersonId(id), cancellationToken);
        return TypedResults.Created((string?)null, SessionToken.Hand(context, token, request.Cookie, options.Value.SessionDays));
    }
}
