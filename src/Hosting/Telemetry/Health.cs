using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Postgres;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;

namespace Stoa.Hosting.Telemetry;

/// <summary><c>/health/live</c>: the process runs. <c>/health/ready</c>: it can serve.</summary>
public static class Health
{
    private static readonly TimeSpan answersWithin = TimeSpan.FromSeconds(2);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => TypedResults.Ok(new Answer("live"))).For(Audience.Anyone)
            .WithName("HealthLive").WithTags("Health").WithSummary("Answers 200 while the process runs.");
        routes.MapGet("/health/ready", CheckAsync).For(Audience.Anyone)
            .WithName("HealthReady").WithTags("Health").WithSummary("Answers 200 when the server can serve, else 503 with the reason.");
    }

    public sealed record Answer(string Status);

    private static async Task<Results<Ok<Answer>, ProblemHttpResult>> CheckAsync(DatabaseReadiness database, CancellationToken cancellationToken) =>
        await database.FindTroubleAsync(answersWithin, cancellationToken) is { } trouble
            ? new Problem(StatusCodes.Status503ServiceUnavailable, "not_ready", "Be ready", trouble, "Ask again soon; the server's log says more.").AsResult()
            : TypedResults.Ok(new Answer("ready"));
}

/// <summary>Whether the database is there and of our schema.</summary>
internal sealed class DatabaseReadiness(NpgsqlDataSource database, DatabaseStart start)
{
    public async Task<string?> FindTroubleAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        if (!start.Ready)
        {
            return "The database is being brought to the schema of this program.";
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(within);
        try
        {
            await using var command = database.CreateCommand("select 1");
            await command.ExecuteScalarAsync(patience.Token);
            return null;
        }
        catch (NpgsqlException)
        {
            return "The database does not answer.";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"The database has not answered within {within.TotalSeconds:0} s.";
        }
    }
}
