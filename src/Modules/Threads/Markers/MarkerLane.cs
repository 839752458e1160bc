using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;
using Stoa.Hosting.Outbox;
using Stoa.Hosting.Postgres;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads.Live;
using Stoa.Threads.Own;

namespace Stoa.Threads.Markers;

/// <summary>How far a member wants to have read and received.</summary>
internal readonly record struct Mark(ThreadId Thread, MemberId Member, long Read, long Delivered);

/// <summary>Moves markers: forward only, never beyond the thread's end, one row per member, all that wait in one commit.</summary>
internal sealed class MarkerLane : IAsyncDisposable
{
    // The thread's row is locked where markers become news, in the same order as the append does: news of one thread is numbered in commit order.
    private const string Lock = "select from threads.threads where id = any($1) and page_id is not null order by id for no key update";

    // Above this many members nobody's delivery is kept, and a marker is told to its owner's devices alone.
    private const int ToldMost = 256;

    private static readonly string move =
        $"""
        with wanted as (
          select thread_id, member_id, max(read_seq) as read_seq, max(greatest(read_seq, delivered_seq)) as delivered_seq
          from unnest($1, $2, $3, $4) as i(thread_id, member_id, read_seq, delivered_seq) group by thread_id, member_id
        ), locked as materialized (
          select m.thread_id, m.member_id, m.is_page, t.page_id, t.member_count, m.is_request, m.read_seq as old_read, m.delivered_seq as old_delivered,
                 greatest(m.read_seq, least(w.read_seq, t.last_seq)) as new_read,
                 case when t.member_count > {ToldMost} then m.delivered_seq else greatest(m.delivered_seq, least(w.delivered_seq, t.last_seq)) end as new_delivered,
                 m.marked_unread as was_marked, m.settings_version + 1 as version, m.muted_until, m.archived_seq, m.pinned_at is not null as pinned, m.folder
          from wanted w
          join threads.members m on m.thread_id = w.thread_id and m.member_id = w.member_id
          join threads.threads t on t.id = w.thread_id
          order by m.thread_id, m.member_id for no key update of m
        ), moved as (
          update threads.members m set read_seq = l.new_read, delivered_seq = l.new_delivered,
            marked_unread = m.marked_unread and l.new_read = l.old_read,
            settings_version = case when m.marked_unread and l.new_read > l.old_read then m.settings_version + 1 else m.settings_version end
          from locked l
          where m.thread_id = l.thread_id and m.member_id = l.member_id and (l.new_read > l.old_read or l.new_delivered > l.old_delivered)
        ), shown as materialized (
          -- Whoever hides what they have read neither tells nor sees it.
          select l.*, coalesce(p.shows_read, true) as shows_read from locked l left join threads.people p on p.person_id = l.member_id
        ), told as (
          insert into hosting.outbox (topic, key, body)
          select 'threads.event', thread_id, jsonb_build_object(
            'type', type, 'thread', thread_id::text, 'page', page_id::text, 'seq', seq, 'sender', member_id::text, 'at', $5)
          from (select *, 'delivered' as type, new_delivered as seq from shown where new_delivered > old_delivered
                union all
                select *, 'read', new_read from shown where new_read > old_read and shows_read) news
          where page_id is not null and not is_page order by thread_id, type
        )
        select s.thread_id, s.member_id, s.old_read, s.old_delivered, s.new_read, s.new_delivered, s.page_id is not null, s.is_page,
               case when s.shows_read then o.readers end, case when s.shows_read then o.others else o.everybody end,
               s.was_marked and s.new_read > s.old_read, s.version, s.muted_until, s.archived_seq, s.pinned, false, s.folder
        from shown s
        left join lateral (
          select array_agg(x.member_id) as everybody, array_agg(x.member_id) filter (where coalesce(p.shows_read, true)) as readers,
                 array_agg(x.member_id) filter (where not coalesce(p.shows_read, true)) as others
          from threads.members x left join threads.people p on p.person_id = x.member_id
          where x.thread_id = s.thread_id and x.member_id <> s.member_id and not x.is_page and x.refused_at is null
        ) o on not s.is_request and s.member_count <= {ToldMost} and (s.new_read > s.old_read or s.new_delivered > s.old_delivered)
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
                new(move)
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
        var moved = new List<PersonalNews>();
        var withPage = false;
        var now = time.GetUtcNow();
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                known.Add((reader.GetInt64(0), reader.GetInt64(1)));
                var (readMoved, deliveredMoved) = (reader.GetInt64(4) > reader.GetInt64(2), reader.GetInt64(5) > reader.GetInt64(3));
                if (readMoved || deliveredMoved)
                {
                    Tell(moved, reader, deliveredMoved, now);
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

    /// <summary>Who hears what: the owner's devices everything, others what both sides show, and nobody of a request.</summary>
    private static void Tell(List<PersonalNews> news, NpgsqlDataReader row, bool deliveredMoved, DateTimeOffset now)
    {
        var (thread, member) = (new ThreadId(row.GetInt64(0)), new MemberId(row.GetInt64(1)));
        var (read, delivered) = (row.GetInt64(4), row.GetInt64(5));
        PersonId[] own = row.GetBoolean(7) ? [] : [member.AsPerson()];
        PersonId[] all = [.. own, .. People(row, 8)];
        if (all.Length > 0)
        {
            news.Add(new(thread, all, ThreadFrames.Receipt(thread, member, read, delivered)));
        }

        if (deliveredMoved && People(row, 9) is { Length: > 0 } others)
        {
            news.Add(new(thread, others, ThreadFrames.Receipt(thread, member, 0, delivered)));
        }

        if (row.GetBoolean(10))
        {
            news.Add(new(thread, own, OwnFrames.Settings(thread, ThreadSettings.Read(row, now, 11))));
        }
    }

    private static PersonId[] People(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? [] : Array.ConvertAll(row.GetFieldValue<long[]>(column), id => new PersonId(id));
}
