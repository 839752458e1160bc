using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.Nodes;
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

    /// <param name="Status"><c>live</c>, <c>ready</c>, or <c>degraded</c>: it serves, and something is slower than it should be.</param>
    /// <param name="Why">What is slower; only with <c>degraded</c>.</param>
    public sealed record Answer(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Why = null);

    private static async Task<Results<Ok<Answer>, ProblemHttpResult>> CheckAsync(
        DatabaseReadiness database, INodeBus bus, INodes nodes, IOptions<BrokerOptions> broker, CancellationToken cancellationToken) =>
        await database.FindTroubleAsync(answersWithin, cancellationToken) is { } trouble
            ? new Problem(StatusCodes.Status503ServiceUnavailable, "not_ready", "Be ready", trouble, "Ask again soon; the server's log says more.").AsResult()
            : TypedResults.Ok(FindDegradation(bus, nodes, broker.Value) is { } why ? new Answer("degraded", why) : new Answer("ready"));

    private static string? FindDegradation(INodeBus bus, INodes nodes, BrokerOptions broker) =>
        !bus.IsOpen ? "The broker does not answer; news of other nodes is looked up each second."
        : string.IsNullOrEmpty(broker.Uri) && nodes.Others.Count > 0 ? "There are several nodes and no broker; news of other nodes is looked up each second."
        : null;
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
