using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Messages;

/// <summary><c>GET /api/threads/{id}/messages/{seq}/versions</c>: what a message said before, for whoever may read it now.</summary>
internal static class ListVersions
{
    public sealed record VersionsPage(IReadOnlyList<MessageVersion> Versions);

    public sealed record MessageVersion(string Text, JsonElement? Entities, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset At);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/threads/{id}/messages/{seq:long}/versions", HandleAsync).For(Audience.Person)
            .WithName("listVersions").WithTags("Messages").WithSummary("The texts a message has had, oldest first").Produces<VersionsPage>().ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(string id, long seq, HttpContext context, MessageAccess access, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var thread = Changing.Thread(id);
        await access.FindAsync(context.Person(), thread, seq, cancellationToken);
        await using var command = database.CreateCommand(
            """
            select e.body, e.at from threads.events e where e.thread_id = $1 and e.seq = $2 and e.kind = 1
            union all
            (select e.body, e.at from threads.events e where e.thread_id = $1 and e.of_seq = $2 and e.kind = 4 order by e.seq limit $3)
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Edit.VersionsMax });
        var versions = new List<MessageVersion>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var body = JsonElement.Parse(reader.GetFieldValue<byte[]>(0));
            if (body.TryGetProperty("text", out var text) && text.GetString() is { } said)
            {
                versions.Add(new(said, body.TryGetProperty("entities", out var entities) ? entities : null, reader.GetFieldValue<DateTimeOffset>(1)));
            }
        }

        return versions.Count > 0 ? TypedResults.Json(new VersionsPage(versions), ThreadsJson.Default.VersionsPage) : throw new ProblemException(MessageProblems.NotFound);
    }
}
