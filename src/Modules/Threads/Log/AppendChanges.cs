using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;

namespace Stoa.Threads.Log;

/// <summary>
/// The append of a batch that has changes in it: one transaction, the threads' locks first, then item after item in the order they came.
/// What is only written goes through the <see cref="AppendBatch"/> in runs; a change takes three or four short round trips.
/// </summary>
internal sealed class AppendChanges(AppendBatch plain)
{
    private const string Lock = "select from threads.threads where id = any($1) order by id for no key update";

    private const string Look =
        """
        select t.kind, t.title, t.page_id, t.last_seq, t.retention_seconds, t.announcements, t.members_version,
               greatest($4, t.updated_at, (select l.at from threads.events l where l.thread_id = $1 and l.seq = t.last_seq)),
               m.role, m.from_seq, m.blocked_at is not null, m.is_request, e.seq, e.at, case when e.kind = 1 then e.expires_at end
        from threads.threads t
        left join threads.members m on m.thread_id = t.id and m.member_id = $2
        left join threads.events e on e.thread_id = t.id and e.sender = $2 and e.client_id = $3
        where t.id = $1
        """;

    private const string Write =
        """
        with written as (
          insert into threads.events (thread_id, seq, sender, client_id, kind, at, body, expires_at, of_seq) values ($1, $2, $3, $4, $5, $6, $7, $8, $11)
        ), told as (
          insert into hosting.outbox (topic, key, body)
          select 'threads.event', id, jsonb_build_object(
            'type', 'event', 'thread', id::text, 'page', page_id::text, 'seq', $2, 'sender', $3::text, 'at', $6)
          from threads.threads where id = $1 and page_id is not null
        ), wanted as (
          -- What an edit or an unsending takes away must go from the search index too, whoever dies meanwhile.
          insert into threads.search_wanted (thread_id) select $1 where $5 in (4, 5)
        )
        update threads.threads set last_seq = $2, members_version = members_version + $9,
          last_message_seq = case when $10 then $2 else last_message_seq end, updated_at = case when $10 then $6 else updated_at end
        where id = $1
        returning case when $11 is not null then (
          select array_agg(unseen.member_id) from (
            select m.member_id from threads.members m where m.thread_id = $1 and m.from_seq >= $11
            union select h.member_id from threads.hidden h where h.thread_id = $1 and h.seq = $11) unseen) end
        """;

    public async Task<AppendResult[]> RunAsync(NpgsqlConnection connection, IReadOnlyList<PendingEvent> items, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, items, cancellationToken);
        var results = new AppendResult[items.Count];
        for (var i = 0; i < items.Count;)
        {
            if (items[i].Change is CrowdChange crowd)
            {
                var (thread, type) = (items[i].What.Thread, crowd.GetType());
                var together = items.Skip(i).TakeWhile(item => item.What.Thread == thread && item.Change?.GetType() == type).ToList();
                (await crowd.ApplyAsync(connection, together, cancellationToken)).CopyTo(results, i);
                i += together.Count;
                continue;
            }

            if (items[i].Change is { } change)
            {
                results[i] = await ApplyAsync(connection, items[i], change, cancellationToken);
                i++;
                continue;
            }

            var run = items.Skip(i).TakeWhile(item => item.Change is null).ToList();
            (await plain.RunAsync(connection, run, cancellationToken)).CopyTo(results, i);
            i += run.Count;
        }

        await transaction.CommitAsync(cancellationToken);
        return results;
    }

    private static async Task LockAsync(NpgsqlConnection connection, IReadOnlyList<PendingEvent> items, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Lock, connection)
        {
            Parameters = { new NpgsqlParameter<long[]> { TypedValue = items.Select(item => item.What.Thread.Value).ToArray() } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<AppendResult> ApplyAsync(NpgsqlConnection connection, PendingEvent item, ThreadChange change, CancellationToken cancellationToken)
    {
        if (await LookAsync(connection, item, cancellationToken) is not var (scope, membersVersion, repeated))
        {
            return new(AppendVerdict.Refused, 0, item.At, false, 0);
        }

        var hasPage = scope.Page is not null;
        if ((scope.Me is null && !change.ForStrangers) || scope.Me is { Blocked: true })
        {
            return new(AppendVerdict.Refused, 0, item.At, hasPage, membersVersion);
        }

        if (repeated is { } first)
        {
            return new(AppendVerdict.Repeated, first.Seq, first.At, hasPage, membersVersion) { ExpiresAt = first.ExpiresAt };
        }

        if (scope.Me is { IsRequest: true } && !change.WhileRequest)
        {
            return new(AppendVerdict.NotAccepted, 0, item.At, hasPage, membersVersion);
        }

        if (change.Kind == EventKind.Message && scope is { Announcements: true, Me.IsAdmin: false })
        {
            return new(AppendVerdict.AnnouncementsOnly, 0, item.At, hasPage, membersVersion);
        }

        var outcome = await change.ApplyAsync(scope, cancellationToken);
        if (outcome.Body is not { } body)
        {
            var (seq, at) = outcome.Since ?? (scope.LastSeq, scope.At);
            return new(outcome.Refusal is null ? AppendVerdict.Unchanged : AppendVerdict.NotPossible, seq, at, hasPage, membersVersion) { Refusal = outcome.Refusal };
        }

        (item.What, item.News) = (item.What with { Body = body }, outcome.News);
        DateTimeOffset? expiresAt = change.Kind == EventKind.Message && scope.RetentionSeconds is { } seconds ? scope.At.AddSeconds(seconds) : outcome.ExpiresAt;
        var moved = outcome.MembersChanged ? 1 : 0;
        await using var write = new NpgsqlCommand(Write, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = scope.Thread.Value },
                new NpgsqlParameter<long> { TypedValue = scope.NextSeq },
                new NpgsqlParameter<long> { TypedValue = scope.Sender.Value },
                new NpgsqlParameter<Guid> { TypedValue = item.What.ClientId },
                new NpgsqlParameter<short> { TypedValue = change.Kind },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = scope.At },
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = body, NpgsqlDbType = NpgsqlDbType.Json },
                new NpgsqlParameter { Value = (object?)expiresAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new NpgsqlParameter<int> { TypedValue = moved },
                new NpgsqlParameter<bool> { TypedValue = EventKind.IsRead(change.Kind) },
                new NpgsqlParameter { Value = (object?)outcome.Of ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };
        var unseenBy = await write.ExecuteScalarAsync(cancellationToken) as long[] ?? [];
        item.Of = outcome.Of is { } of ? (of, unseenBy) : null;
        return new(AppendVerdict.Appended, scope.NextSeq, scope.At, hasPage, membersVersion + moved) { ExpiresAt = change.Kind == EventKind.Message ? expiresAt : null };
    }

    private static async Task<(ChangeScope Scope, int MembersVersion, (long Seq, DateTimeOffset At, DateTimeOffset? ExpiresAt)? Repeated)?> LookAsync(
        NpgsqlConnection connection, PendingEvent item, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Look, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = item.What.Thread.Value },
                new NpgsqlParameter<long> { TypedValue = item.What.Sender.Value },
                new NpgsqlParameter<Guid> { TypedValue = item.What.ClientId },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = item.At },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var scope = new ChangeScope
        {
            Connection = connection,
            Thread = item.What.Thread,
            Sender = item.What.Sender,
            ThreadKind = reader.GetInt16(0),
            Title = reader.IsDBNull(1) ? null : reader.GetString(1),
            Page = reader.IsDBNull(2) ? null : new PageId(reader.GetInt64(2)),
            LastSeq = reader.GetInt64(3),
            RetentionSeconds = reader.IsDBNull(4) ? null : reader.GetInt32(4),
            Announcements = reader.GetBoolean(5),
            At = reader.GetFieldValue<DateTimeOffset>(7),
            Me = reader.IsDBNull(8) ? null : new(reader.GetInt16(8), reader.GetInt64(9), reader.GetBoolean(10), reader.GetBoolean(11)),
        };
        return (scope, reader.GetInt32(6), reader.IsDBNull(12)
            ? null
            : (reader.GetInt64(12), reader.GetFieldValue<DateTimeOffset>(13), reader.IsDBNull(14) ? null : reader.GetFieldValue<DateTimeOffset>(14)));
    }
}
