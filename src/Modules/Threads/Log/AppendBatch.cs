using Npgsql;
using NpgsqlTypes;
using Stoa.Hosting.Problems;

namespace Stoa.Threads.Log;

/// <summary>An event that waits for its commit.</summary>
internal sealed class PendingEvent(NewEvent what, short kind, long replyTo, DateTimeOffset at, ThreadChange? change = null)
{
    /// <summary>A change writes the body when it is decided.</summary>
    public NewEvent What { get; set; } = what;

    /// <summary>What the event does to the thread beside standing in its log; null for what is only written.</summary>
    public ThreadChange? Change { get; } = change;

    /// <summary>Of a decided change: what members are told beside the event.</summary>
    public IReadOnlyList<Live.ThreadHappening> News { get; set; } = [];

    /// <summary>Of a decided change: the event it is about, and who may not see that one.</summary>
    public (long Seq, IReadOnlyList<long> UnseenBy)? Of { get; set; }

    public short Kind { get; } = kind;

    /// <summary>Must be an earlier number of the thread; 0 for none.</summary>
    public long ReplyTo { get; } = replyTo;

    public DateTimeOffset At { get; } = at;

    /// <summary>More than one means that an earlier commit may have happened without our hearing of it.</summary>
    public int Attempts { get; set; }
}

internal enum AppendVerdict : short
{
    Repeated = 0,
    Appended = 1,
    Refused = 2,
    ReplyMissing = 3,

    /// <summary>Only owners and admins write in this group.</summary>
    AnnouncementsOnly = 4,

    /// <summary>The sender has not accepted the stranger's request yet.</summary>
    NotAccepted = 5,

    /// <summary>The change is not possible; <see cref="AppendResult.Refusal"/> says why.</summary>
    NotPossible = 6,

    /// <summary>It is as wanted already: no event.</summary>
    Unchanged = 7,
}

/// <param name="MembersVersion">Of the thread under its lock: whoever is told of the event is a member at this moment.</param>
internal readonly record struct AppendResult(AppendVerdict Verdict, long Seq, DateTimeOffset At, bool HasPage, int MembersVersion)
{
    public DateTimeOffset? ExpiresAt { get; init; }

    public Problem? Refusal { get; init; }
}

/// <summary>
/// The append: one round trip, one commit, two statements. The first takes the rows of the threads in the order of their ids;
/// the second therefore has a snapshot in which everything is seen that was committed before the locks were ours.
/// </summary>
/// <remarks>One statement cannot do it: its snapshot is older than the wait for the lock, so it misses the repeat that another node
/// has just committed. No ON CONFLICT: under the lock there is nothing to conflict with, and the unique keys stay as the fence.
/// Window functions over one materialised part need no join of parts, which the planner would do by nested loops.</remarks>
internal sealed class AppendBatch
{
    private const string Lock = "select from threads.threads where id = any($1) order by id for no key update";

    private const string Append =
        """
        with checked as (
          select i.*, t.last_seq, t.page_id, t.members_version, greatest(i.wanted_at, t.updated_at) as at,
                 greatest(i.wanted_at, t.updated_at) + make_interval(secs => t.retention_seconds) as expires_at,
                 case when m.member_id is null or m.blocked_at is not null then 2
                      when t.announcements and m.role = 3 and i.kind = 1 then 4
                      when m.is_request then 5 else 1 end as verdict,
                 e.seq as old_seq, e.at as old_at,
                 row_number() over (partition by i.thread_id, i.sender, i.client_id order by i.ord) as rep
          from unnest($1, $2, $3, $4, $5, $6, $7) with ordinality as i(thread_id, sender, client_id, kind, body, reply_to, wanted_at, ord)
          left join threads.threads t on t.id = i.thread_id
          left join threads.members m on m.thread_id = i.thread_id and m.member_id = i.sender
          left join threads.events e on e.thread_id = i.thread_id and e.sender = i.sender and e.client_id = i.client_id
        ), numbered as materialized (
          select *, verdict = 1 and old_seq is null and rep = 1 and reply_to <= last_seq as fresh,
                 last_seq + count(*) filter (where verdict = 1 and old_seq is null and rep = 1 and reply_to <= last_seq)
                            over (partition by thread_id order by ord) as new_seq
          from checked
        ), inserted as (
          insert into threads.events (thread_id, seq, sender, client_id, kind, at, body, expires_at)
          select thread_id, new_seq, sender, client_id, kind, at, body, expires_at from numbered where fresh
        ), bumped as (
          update threads.threads t set last_seq = n.top, last_message_seq = n.top, updated_at = n.at
          from (select thread_id, max(new_seq) as top, max(at) as at from numbered where fresh group by thread_id) n
          where t.id = n.thread_id
        ), told as (
          insert into hosting.outbox (topic, key, body)
          select 'threads.event', thread_id, jsonb_build_object(
            'type', 'event', 'thread', thread_id::text, 'page', page_id::text, 'seq', new_seq, 'sender', sender::text, 'at', at)
          from numbered where fresh and page_id is not null order by ord
        )
        select coalesce(old_seq, first_seq, 0), coalesce(old_at, first_at, wanted_at), page_id is not null, coalesce(members_version, 0),
               (case when verdict = 2 then 2 when fresh then 1 when old_seq is not null or first_seq is not null then 0
                     when verdict <> 1 then verdict else 3 end)::smallint,
               case when fresh then expires_at end
        from (
          select *, min(new_seq) filter (where fresh) over same as first_seq, min(at) filter (where fresh) over same as first_at
          from numbered window same as (partition by thread_id, sender, client_id)
        ) answered
        order by ord
        """;

    private Prepared? prepared;

    /// <summary>Commits all of <paramref name="items"/> at once; what is refused leaves no trace and no gap.</summary>
    public async Task<AppendResult[]> RunAsync(NpgsqlConnection connection, IReadOnlyList<PendingEvent> items, CancellationToken cancellationToken)
    {
        if (prepared is null || !ReferenceEquals(prepared.Batch.Connection, connection))
        {
            prepared = null;
            var fresh = new Prepared(connection);
            await fresh.Batch.PrepareAsync(cancellationToken);
            prepared = fresh;
        }

        prepared.Fill(items);
        var results = new AppendResult[items.Count];
        await using var reader = await prepared.Batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var i = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            results[i] = new((AppendVerdict)reader.GetInt16(4), reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetBoolean(2), reader.GetInt32(3))
            {
                ExpiresAt = reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5),
            };
            i++;
        }

        // An error at commit arrives with the end of the batch: nothing is answered before it has been read to its end.
        await reader.NextResultAsync(cancellationToken);
        return i == items.Count ? results : throw new InvalidOperationException($"{items.Count} events were appended and {i} answered.");
    }

    /// <summary>The two statements, prepared once for the life of a connection.</summary>
    private sealed class Prepared
    {
        private readonly NpgsqlParameter<long[]> locked = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
        private readonly NpgsqlParameter<long[]> threads = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
        private readonly NpgsqlParameter<long[]> senders = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
        private readonly NpgsqlParameter<Guid[]> clientIds = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };
        private readonly NpgsqlParameter<short[]> kinds = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint };
        private readonly NpgsqlParameter<ReadOnlyMemory<byte>[]> bodies = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json };
        private readonly NpgsqlParameter<long[]> replies = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
        private readonly NpgsqlParameter<DateTimeOffset[]> instants = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz };

        public Prepared(NpgsqlConnection connection) => Batch = new(connection)
        {
            BatchCommands =
            {
                new(Lock) { Parameters = { locked } },
                new(Append) { Parameters = { threads, senders, clientIds, kinds, bodies, replies, instants } },
            },
        };

        public NpgsqlBatch Batch { get; }

        public void Fill(IReadOnlyList<PendingEvent> items)
        {
            var n = items.Count;
            var (threadIds, senderIds, clients) = (new long[n], new long[n], new Guid[n]);
            var (kindNumbers, bodyBytes, replyTos, ats) = (new short[n], new ReadOnlyMemory<byte>[n], new long[n], new DateTimeOffset[n]);
            for (var i = 0; i < n; i++)
            {
                var item = items[i];
                threadIds[i] = item.What.Thread.Value;
                senderIds[i] = item.What.Sender.Value;
                clients[i] = item.What.ClientId;
                kindNumbers[i] = item.Kind;
                bodyBytes[i] = item.What.Body;
                replyTos[i] = item.ReplyTo;
                ats[i] = item.At;
            }

            (locked.TypedValue, threads.TypedValue, senders.TypedValue, clientIds.TypedValue) = (threadIds, threadIds, senderIds, clients);
            (kinds.TypedValue, bodies.TypedValue, replies.TypedValue, instants.TypedValue) = (kindNumbers, bodyBytes, replyTos, ats);
        }
    }
}
