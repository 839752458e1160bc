using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Live;
using Stoa.Threads.Markers;

namespace Stoa.Threads.Own;

/// <summary><c>PUT /api/threads/read</c>: everything that stands in the lists now is read, and no thread is marked as unread. Requests stay as they are.</summary>
internal static class MarkAllRead
{
    /// <summary>Threads in one go: what waits in the marker lane stays small, and devices read along.</summary>
    private const int AtOnce = 200;

    private const string Behind =
        $"""
        select m.thread_id, t.last_seq from threads.members m join threads.threads t on t.id = m.thread_id
        where m.member_id = $1 and not m.is_request and m.thread_id > $2 and t.last_message_seq > {ThreadViews.Floor}
        order by m.thread_id limit $3
        """;

    private const string Marked =
        """
        select thread_id from threads.members where member_id = $1 and marked_unread and thread_id > $2 order by thread_id limit $3
        """;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/api/threads/read", HandleAsync).For(Audience.Person)
            .WithName("markAllRead").WithTags("Threads").WithSummary("Everything is read").Produces(StatusCodes.Status204NoContent);

    private static async Task<IResult> HandleAsync(
        HttpContext context, NpgsqlDataSource database, MarkerLane markers, SettingsStore settings, Fanout fanout, CancellationToken cancellationToken)
    {
        var me = context.Person();
        for (var place = 0L; await ListAsync(database, Behind, me, place, cancellationToken) is { Count: > 0 } behind; place = behind[^1].Thread.Value)
        {
            await Task.WhenAll(behind.Select(thread => markers.MoveAsync(new(thread.Thread, me, thread.LastSeq, 0), cancellationToken)));
        }

        for (var place = 0L; await ListAsync(database, Marked, me, place, cancellationToken) is { Count: > 0 } marked; place = marked[^1].Thread.Value)
        {
            foreach (var (thread, _) in marked)
            {
                if (await settings.ChangeAsync(me, thread, new() { MarkedUnread = false }, cancellationToken) is (SettingsVerdict.Changed, { } changed))
                {
                    await fanout.TellAsync(new PersonalNews(thread, [me], OwnFrames.Settings(thread, changed)), CancellationToken.None);
                }
            }
        }

        return TypedResults.NoContent();
    }

    private static async Task<List<(ThreadId Thread, long LastSeq)>> ListAsync(NpgsqlDataSource database, string sql, PersonId me, long after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = me.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = AtOnce });
        var threads = new List<(ThreadId, long)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            threads.Add((new(row.GetInt64(0)), row.FieldCount > 1 ? row.GetInt64(1) : 0));
        }

        return threads;
    }
}
