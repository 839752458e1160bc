using System.Text.Json.Serialization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.People.Limits;
using Stoa.People.Names;
using Stoa.People.Passwords;
using Stoa.People.Profile;
using Stoa.People.Search;
using Stoa.People.SigningIn;

namespace Stoa.People.SigningUp;

/// <summary><c>POST /api/people</c>: makes a person and signs them in.</summary>
internal static class SignUp
{
    public sealed record SignUpRequest(string? Handle = null, string? Name = null, string? Password = null, bool Cookie = false);

    public sealed record NewPerson(PersonId Id, string Handle, string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Token);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/people", HandleAsync).For(Audience.Anyone)
            .WithName("signUp").WithTags("People").WithSummary("Sign up").Accepts<SignUpRequest>("application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<Results<Created<NewPerson>, ProblemHttpResult>> HandleAsync(
        HttpContext context, NpgsqlDataSource database, SessionStore sessions, HashGate hashing, TryCounter tries, TimeProvider time,
        IOptions<PeopleOptions> options, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, PeopleJson.Default.SignUpRequest);
        var errors = new RequestErrors();
        var handle = errors.Take("handle", Handle.TryFold(request.Handle ?? "", out var folded) ? folded : null, "takes 3 to 32 of a-z, 0-9, _ and .");
        var name = errors.Take("name", DisplayName.TryClean(request.Name, out var cleaned, out var lie) ? cleaned : null, lie);
        var refusal = NewPassword.Refuse(request.Password, handle ?? "", name ?? "");
        var password = errors.Take("password", refusal is null ? request.Password : null, refusal);
        if (errors.AsProblem("Sign up") is { } problem)
        {
            return problem.AsResult();
        }

        if (!tries.IsExempt(context))
        {
            await tries.CountAsync(TimeSpan.FromHours(1), cancellationToken, ("sign-up:network:" + TryCounter.Network(context), options.Value.SignUpsPerNetworkAndHour));
        }

        var person = PersonId.New();
        var stored = Handle.IsReserved(handle!) ? null : await hashing.HashAsync(password!, cancellationToken); // Not null: no error was noted.
        if (stored is null || await StoreAsync(database, sessions, time, person, handle!, name!, Locales.OfRequest(context.Request), stored, cancellationToken) is not { } token)
        {
            return new Problem(StatusCodes.Status409Conflict, "handle_taken", "Sign up",
                $"The handle {handle} belongs to somebody, or is kept by the house.", "Choose another handle.").AsResult();
        }

        var handed = SessionToken.Hand(context, token, request.Cookie, options.Value.SessionDays);
        return TypedResults.Created((string?)null, new NewPerson(person, handle!, name!, handed.Token));
    }

    /// <returns>The first session's token, or null when the handle is taken: the unique key decides, also between two at the same moment.</returns>
    private static async Task<string?> StoreAsync(
        NpgsqlDataSource database, SessionStore sessions, TimeProvider time, PersonId person, string handle, string name, string locale, string passwordHash,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var inserted = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into people.people (id, handle, name, locale, password_hash, created_at)
            values (@id, @handle, @name, @locale, @passwordHash, @now) on conflict (handle) do nothing
            """,
            new { id = person.Value, handle, name, locale, passwordHash, now = time.GetUtcNow() }, transaction, cancellationToken: cancellationToken));
        if (inserted == 0)
        {
            return null;
        }

        await SearchWords.WriteAsync(connection, transaction, person, handle, name, cancellationToken);
        var token = await sessions.StartAsync(connection, transaction, person, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return token;
    }
}
