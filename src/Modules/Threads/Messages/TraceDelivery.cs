using System.Globalization;
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

/// <summary><c>GET /api/threads/{id}/messages/{seq}/trace</c>: what became of one's own message, in plain words.</summary>
internal static class TraceDelivery
{
    private const int MembersMax = 100;

    public sealed record DeliveryTrace(IReadOnlyList<TraceStep> Steps, IReadOnlyList<MemberTrace> Members);

    public sealed record TraceStep([property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset? At, string Code, string Text);

    public sealed record MemberTrace(MemberId Member, string State);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/threads/{id}/messages/{seq:long}/trace", HandleAsync).For(Audience.Person)
            .WithName("traceDelivery").WithTags("Messages").WithSummary("What became of my message").Produces<DeliveryTrace>()
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(string id, long seq, HttpContext context, MessageAccess access, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var thread = Changing.Thread(id);
        var message = await access.FindAsync(context.Person(), thread, seq, cancellationToken);
        if (message.Sender != context.Person())
        {
            throw new ProblemException(MessageProblems.NotYours);
        }

        List<TraceStep> steps = [new(message.At, "stored", $"Stored on disk as number {seq.ToString(CultureInfo.InvariantCulture)} of the conversation.")];
        steps.AddRange(await ReadChangesAsync(database, thread, seq, cancellationToken));
        var (members, total, delivered, read) = await ReadMembersAsync(database, thread, seq, context.Person(), cancellationToken);
        steps.Add(delivered == 0
            ? new(null, "not_delivered", "On no device of anybody else yet: it waits there until they are online.")
            : new(null, "delivered", $"On a device of {delivered} of {total}."));
        steps.Add(read == 0 ? new(null, "not_read", "Nobody is known to have read it yet.") : new(null, "read", $"Read by {read} of {total}."));
        return TypedResults.Json(new DeliveryTrace(steps, members), ThreadsJson.Default.DeliveryTrace);
    }

    private static async Task<List<TraceStep>> ReadChangesAsync(NpgsqlDataSource database, ThreadId thread, long seq, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select at from threads.events where thread_id = $1 and of_seq = $2 and kind = 4 order by seq limit $3");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Edit.VersionsMax });
        var steps = new List<TraceStep>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            steps.Add(new(reader.GetFieldValue<DateTimeOffset>(0), "edited", "You changed its text."));
        }

        return steps;
    }

    /// <summary>Those to whom it was sent, the first hundred of them, and how many of all have got so far.</summary>
    private static async Task<(List<MemberTrace> Members, long Total, long Delivered, long Read)> ReadMembersAsync(
        NpgsqlDataSource database, ThreadId thread, long seq, PersonId sender, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select member_id, read, delivered, count(*) over (), count(*) filter (where delivered) over (), count(*) filter (where read) over ()
            from (
              -- Shown as everywhere: nothing of a request that is not accepted, and reading only between two who both show it.
              select m.member_id, not m.is_request and m.delivered_seq >= $2 as delivered,
                     not m.is_request and m.read_seq >= $2 and coalesce(theirs.shows_read, true) and coalesce(mine.shows_read, true) as read
              from threads.members m
              left join threads.people theirs on theirs.person_id = m.member_id
              left join threads.people mine on mine.person_id = $3
              where m.thread_id = $1 and m.member_id <> $3 and m.from_seq < $2 and m.joined_seq < $2) shown
            order by member_id limit $4
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sender.Value });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MembersMax });
        var members = new List<MemberTrace>();
        var (total, delivered, read) = (0L, 0L, 0L);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            members.Add(new(new(reader.GetInt64(0)), reader.GetBoolean(1) ? "read" : reader.GetBoolean(2) ? "delivered" : "stored"));
            (total, delivered, read) = (reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5));
        }

        return (members, total, delivered, read);
    }
}
