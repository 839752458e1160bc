using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Live;

namespace Stoa.Threads.Membership;

/// <summary><c>PUT</c> and <c>DELETE /api/threads/{id}/block</c>: nothing more comes from the other side of a thread, or it may again. Repeating changes nothing.</summary>
/// <remarks>The other side is not told: it is refused as if it were no member (<see cref="AppendStatus.Refused"/>). What it wrote before stays.</remarks>
internal static class BlockOthers
{
    private const short Group = 3;

    // The lock that the append takes: after the answer, nothing the other side sends can still be committed.
    private const string Lock = "select kind from threads.threads where id = $1 and exists (select from threads.members where thread_id = $1 and member_id = $2) for no key update";

    private const string Change =
        "update threads.members set blocked_at = case when $3 then coalesce(blocked_at, $4) end where thread_id = $1 and member_id <> $2";

    public static void Map(IEndpointRouteBuilder routes)
    {
        MapOne("PUT", "block", "Take nothing more from the other side of a thread", block: true);
        MapOne("DELETE", "unblock", "Take messages from the other side again", block: false);

        void MapOne(string method, string name, string summary, bool block) =>
            routes.MapMethods("/api/threads/{id}/block", [method],
                    (string id, HttpContext context, NpgsqlDataSource database, Fanout fanout, Presence presence, TimeProvider time, CancellationToken cancellationToken) =>
                        HandleAsync(id, block, context.Person(), database, fanout, presence, time, cancellationToken)).For(Audience.Person)
                .WithName(name).WithTags("Threads").WithSummary(summary)
                .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> HandleAsync(
        string id, bool block, PersonId me, NpgsqlDataSource database, Fanout fanout, Presence presence, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!ThreadId.TryParse(id, null, out var thread))
        {
            return ThreadProblems.NotFound.AsResult();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var find = new NpgsqlCommand(Lock, connection, transaction) { Parameters = { new() { Value = thread.Value }, new() { Value = me.Value } } };
        if (await find.ExecuteScalarAsync(cancellationToken) is not short kind)
        {
            return ThreadProblems.NotFound.AsResult();
        }

        if (kind == Group)
        {
            return Problem.Invalid("not_for_groups", "A group has no other side to block.", "Block a person in your direct thread with them.").AsResult();
        }

        await using var change = new NpgsqlCommand(Change, connection, transaction)
        {
            Parameters = { new() { Value = thread.Value }, new() { Value = me.Value }, new() { Value = block }, new() { Value = time.GetUtcNow() } },
        };
        await change.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        // One's other devices learn of it with the thread.
        await fanout.TellAsync(new ThreadOpened(thread, [me]), cancellationToken);
        await presence.TellEachOtherAsync(me, thread, cancellationToken);
        return TypedResults.NoContent();
    }
}
