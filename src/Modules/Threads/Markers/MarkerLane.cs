using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;
using Stoa.Hosting.Outbox;
using Stoa.Hosting.Postgres;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads.Live;

namespace Stoa.Threads.Markers;

/// <summary>How far a member wants to have read and received.</summary>
internal readonly record struct Mark(ThreadId Thread, MemberId Member, long Read, long Delivered);

/// <summary>Moves markers: forward only, never beyond the thread's end, one row per member, all that wait in one commit.</summary>
internal sealed class MarkerLane : IAsyncDisposable
{
    // The thread's row is locked where markers become news, in the same order as the append does: news of one thread is numbered in commit order.
    private const string Lock = "select from threads.threads where id = any($1) and page_id is not null order by id for no key update";

    private const string Move =
        """
        with wanted as (
          select thread_id, member_id, max(read_seq) as read_seq, max(greatest(read_seq, delivered_seq)) as delivered_seq
          from unnest($1, $2, $3, $4) as i(thread_id, member_id, read_seq, delivered_seq) group by thread_id, member_id
        ), locked as materialized (
          select m.thread_id, m.member_id, m.is_page, t.page_id, m.read_seq as old_read, m.delivered_seq as old_delivered,
                 greatest(m.read_seq, least(w.read_seq, t.last_seq)) as new_read,
                 greatest(m.delivered_seq, least(w.delivered_seq, t.last_seq)) as new_delivered
          from wanted w
          join threads.members m on m.thread_id = w.thread_id and m.member_id = w.member_id
          join threads.threads t on t.id = w.thread_id
          order by m.thread_id, m.member_id for no key update of m
        ), moved as (
          update threads.members m set read_seq = l.new_read, delivered_seq = l.new_delivered from locked l
          where m.thread_id = l.thread_id and m.member_id = l.member_id and (l.new_read > l.old_read or l.new_delivered > l.old_delivered)
        ), told as (
          insert into hosting.outbox (topic, key, body)
          select 'threads.event', thread_id, jsonb_build_object(
            'type', type, 'thread', thread_id::text, 'page', page_id::text, 'seq', seq, 'sender', member_id::text, 'at', $5)
          from (select *, 'delivered' as type, new_delivered as seq from locked where new_delivered > old_delivered
                union all
                select *, 'read', new_read from locked where new_read > old_read) news
          where page_id is not null and not is_page order by thread_id, type
        )
        select thread_id, member_id, old_read, old_delivered, new_read, new_delivered, page_id is not null from locked
        """;

    private readonly TimeProvider time;
    private readonly OutboxWriter outbox;
    private readonly Fanout fanout;
    private readonly GroupCommit<Mark, bool> lane;

    public MarkerLane(NpgsqlDataSource database, TimeProvider time, OutboxWriter outbox, Fanout fanout)
    {
        (this.time, this.outbox, this.fanout) = (time, outbox, fanout);
        lane = new(database, CommitAsync);
    }

    /// <returns>False when the member is none of this thread; true also when nothing moved.</returns>
    /// <exception cref="ProblemException">503 <c>busy</c>.</exception>
    public Task<bool> MoveAsync(Mark mark, CancellationToken cancellationToken) =>
        lane.TryEnqueue(mark, out var committed)
            ? committed.WaitAsync(cancellationToken)
            : throw new ProblemException(new(StatusCodes.Status503ServiceUnavailable, "busy", "Move a marker", "More markers wait than the server admits.", "Try again in a second.") { RetryAfterSeconds = 1 });

    public ValueTask DisposeAsync() => lane.DisposeAsync();

    private async Task<IReadOnlyList<bool>> CommitAsync(NpgsqlConnection connection, IReadOnlyList<Mark> marks, CancellationToken cancellationToken)
    {
        var threads = marks.Select(mark => mark.Thread.Value).ToArray();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(Lock) { Parameters = { new NpgsqlParameter<long[]> { TypedValue = threads } } },
                new(Move)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<long[]> { TypedValue = threads },
                        new NpgsqlParameter<long[]> { TypedValue = marks.Select(mark => mark.Member.Value).ToArray() },
                        new NpgsqlParameter<long[]> { TypedValue = marks.Select(mark => mark.Read).ToArray() },
                        new NpgsqlParameter<long[]> { TypedValue = marks.Select(mark => mark.Delivered).ToArray() },
                        new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow(), NpgsqlDbType = NpgsqlDbType.TimestampTz },
                    },
                },
            },
        };

        var known = new HashSet<(long, long)>();
        var moved = new List<MarkersMoved>();
        var withPage = false;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var (thread, member) = (reader.GetInt64(0), reader.GetInt64(1));
                known.Add((thread, member));
                var (read, delivered) = (reader.GetInt64(4), reader.GetInt64(5));
                if (read > reader.GetInt64(2) || delivered > reader.GetInt64(3))
                {
                    moved.Add(new(new(thread), new(member), read, delivered));
                    withPage |= reader.GetBoolean(6);
                }
            }

            await reader.NextResultAsync(cancellationToken);
        }

        if (withPage)
        {
            outbox.Wake(ThreadNews.Topic);
        }

        foreach (var news in moved)
        {
            await fanout.TellAsync(news, cancellationToken);
        }

        return marks.Select(mark => known.Contains((mark.Thread.Value, mark.Member.Value))).ToArray();
    }
}
