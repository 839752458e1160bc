using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Log;

namespace Stoa.Threads.Membership;

/// <summary>A group as its change finds it, under the thread's lock.</summary>
internal sealed record GroupRow(string? Title, string? About, MediaId? Picture, bool Announcements, bool HistoryShown, bool MembersMayAdd, int MemberCount, int Owners)
{
    public static async Task<GroupRow> ReadAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select title, about, picture, announcements, history_shown, members_may_add, member_count,
                   (select count(*)::int from threads.members where thread_id = $1 and role = 1)
            from threads.threads where id = $1
            """, scope.Connection)
        { Parameters = { new NpgsqlParameter<long> { TypedValue = scope.Thread.Value } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(reader.IsDBNull(0) ? null : reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.IsDBNull(2) ? null : new MediaId(reader.GetInt64(2)),
            reader.GetBoolean(3), reader.GetBoolean(4), reader.GetBoolean(5), reader.GetInt32(6), reader.GetInt32(7));
    }

    /// <summary>Whether a person is in it, and if not, the event with which they went.</summary>
    public static async Task<GroupMember?> FindMemberAsync(ChangeScope scope, PersonId person, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select m.role, m.is_request, p.left_seq, p.left_at
            from (select $1::bigint as thread_id, $2::bigint as member_id) a
            left join threads.members m using (thread_id, member_id)
            left join threads.past_members p using (thread_id, member_id)
            """, scope.Connection)
        { Parameters = { new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long> { TypedValue = person.Value } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return !reader.IsDBNull(0) ? new(reader.GetInt16(0), reader.GetBoolean(1), null)
            : !reader.IsDBNull(2) ? new(0, false, (reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset>(3)))
            : null;
    }
}

/// <param name="Role">0 for who has gone.</param>
internal sealed record GroupMember(short Role, bool IsRequest, (long Seq, DateTimeOffset At)? Gone);
