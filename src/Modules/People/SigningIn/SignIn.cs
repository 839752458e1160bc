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

namespace Stoa.People.SigningIn;

/// <summary><c>POST /api/sessions</c>: an unknown handle and a wrong password answer alike, in text, status and time.</summary>
internal static class SignIn
{
    public sealed record SignInRequest(string? Handle = null, string? Password = null, bool Cookie = false);

    private static readonly Problem failed = new(StatusCodes.Status401Unauthorized, "sign_in_failed", "Sign in",
        "The handle and the password do not belong together.", "Check both, or sign up.");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/sessions", HandleAsync).For(Audience.Anyone)
            .WithName("signIn").WithTags("People").WithSummary("Sign in with handle and password").Accepts<SignInRequest>("application/json")
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<Results<Created<SessionToken>, ProblemHttpResult>> HandleAsync(
        HttpContext context, NpgsqlDataSource database, SessionStore sessions, HashGate hashing, TryCounter tries,
        IOptions<PeopleOptions> options, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, PeopleJson.Default.SignInRequest);
        var limits = options.Value;
        var typed = request.Handle ?? "";
        if (!Handle.TryFold(typed.StartsWith('@') ? typed[1..] : typed, out var handle))
        {
            handle = "";
        }

        await tries.CountAsync(TimeSpan.FromMinutes(1), cancellationToken,
            ("sign-in:network:" + TryCounter.Network(context), limits.SignInsPerNetworkAndMinute),
            ("sign-in:account:" + TryCounter.Account(handle), limits.SignInsPerAccountAndMinute));

        // Longer ones cannot be anybody's; hashing them would only cost.
        var password = request.Password is { Length: <= 512 } given && Utf16.IsWellFormed(given) ? given : "";
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var account = await connection.QuerySingleOrDefaultAsync<Account>(new CommandDefinition(
            "select id, password_hash as passwordHash from people.people where handle = @handle", new { handle }, cancellationToken: cancellationToken));
        await connection.CloseAsync();
        var (right, rehashed) = await hashing.VerifyAsync(account?.PasswordHash, password, cancellationToken);
        if (!right || account is null)
        {
            return failed.AsResult();
        }

        await connection.OpenAsync(cancellationToken);
        if (rehashed is not null)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "update people.people set password_hash = @rehashed where id = @Id and password_hash = @PasswordHash",
                new { rehashed, account.Id, account.PasswordHash }, cancellationToken: cancellationToken));
        }

        var token = await sessions.StartAsync(connection, null, new PersonId(account.Id), cancellationToken);
        return TypedResults.Created((string?)null, SessionToken.Hand(context, token, request.Cookie, limits.SessionDays));
    }

    private sealed record Account(long Id, string? PasswordHash);
}
