using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;
using Stoa.Threads.Log;

namespace Stoa.Threads.Membership;

/// <summary>How people come into a group and go from it. Each is written in the commit of the event that tells of it.</summary>
internal static class GroupDoor
{
    /// <summary>Lets people in who are not in it yet. What came before they see if the group shows it; it is unread for none of them.</summary>
    /// <param name="asRequest">For each of them: whether they must accept it before they write.</param>
    public static async Task EnterAsync(ChangeScope scope, IReadOnlyList<PersonId> people, bool[] asRequest, bool historyShown, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(scope.Connection);
        long[] ids = [.. people.Select(person => person.Value)];
        batch.BatchCommands.Add(new(
            """
            insert into threads.members (thread_id, member_id, is_page, joined_at, role, from_seq, joined_seq, read_seq, delivered_seq, is_request)
            select $1, i.id, false, $4, 3, case when $5 then 0 else $6 - 1 end, $6, $6, $6, i.is_request from unnest($2, $3) as i(id, is_request)
            """)
        {
            Parameters =
            {
                Long(scope.Thread.Value), new NpgsqlParameter<long[]> { TypedValue = ids }, new NpgsqlParameter<bool[]> { TypedValue = asRequest },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = scope.At }, new NpgsqlParameter<bool> { TypedValue = historyShown }, Long(scope.NextSeq),
            },
        });
        batch.BatchCommands.Add(new("delete from threads.past_members where thread_id = $1 and member_id = any($2)")
        {
            Parameters = { Long(scope.Thread.Value), new NpgsqlParameter<long[]> { TypedValue = ids } },
        });
        batch.BatchCommands.Add(new("update threads.threads set member_count = member_count + $2 where id = $1")
        {
            Parameters = { Long(scope.Thread.Value), new NpgsqlParameter<int> { TypedValue = ids.Length } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes a member's row away: from the commit on nothing of the thread is theirs. With the last member the group ends, and its links with it.</summary>
    public static async Task LeaveAsync(ChangeScope scope, PersonId person, bool removed, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(scope.Connection);
        batch.BatchCommands.Add(new("delete from threads.members where thread_id = $1 and member_id = $2") { Parameters = { Long(scope.Thread.Value), Long(person.Value) } });
        batch.BatchCommands.Add(new(
            """
            insert into threads.past_members (thread_id, member_id, removed, left_seq, left_at) values ($1, $2, $3, $4, $5)
            on conflict (thread_id, member_id) do update set removed = excluded.removed, left_seq = excluded.left_seq, left_at = excluded.left_at
            """)
        {
            Parameters =
            {
                Long(scope.Thread.Value), Long(person.Value), new NpgsqlParameter<bool> { TypedValue = removed }, Long(scope.NextSeq),
                new NpgsqlParameter<DateTimeOffset> { TypedValue = scope.At },
            },
        });
        batch.BatchCommands.Add(new("update threads.threads set member_count = member_count - 1 where id = $1") { Parameters = { Long(scope.Thread.Value) } });
        batch.BatchCommands.Add(new("delete from threads.invites where thread_id = $1 and (select member_count from threads.threads where id = $1) = 0")
        {
            Parameters = { Long(scope.Thread.Value) },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<long> Long(long value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };
}
