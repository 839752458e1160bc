using Npgsql;
using Stoa.Kernel;

namespace Stoa.Threads.Membership;

/// <param name="Left">Is not in it any more; has no role.</param>
internal sealed record MemberRow(long Member, bool IsPage, short Role, DateTimeOffset? JoinedAt, bool Left, bool IsGroup);

/// <summary>Reads who is in a thread, for a member of it.</summary>
internal sealed class MemberRows(NpgsqlDataSource database)
{
    private const string Mine = "select t.kind = 3 as is_group from threads.threads t join threads.members me on me.thread_id = t.id where t.id = $1 and me.member_id = $2";

    /// <summary>After a place, owners first and then by id.</summary>
    /// <returns>Null for a thread that is not there or not the reader's.</returns>
    public Task<List<MemberRow>?> ListAsync(PersonId me, ThreadId thread, (short Role, long Member) after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
            $"""
            with mine as ({Mine})
            select m.member_id, m.is_page, m.role, m.joined_at, false, mine.is_group
            from mine left join lateral (
              select * from threads.members where thread_id = $1 and (role, member_id) > ($3, $4) order by role, member_id limit $5) m on true
            order by m.role, m.member_id
            """, [Long(thread.Value), Long(me.Value), new NpgsqlParameter<short> { TypedValue = after.Role }, Long(after.Member), new NpgsqlParameter<int> { TypedValue = limit }], cancellationToken);

    /// <summary>Those of these who are or were in it.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public Task<List<MemberRow>?> FindAsync(PersonId me, ThreadId thread, long[] ids, CancellationToken cancellationToken) =>
        ReadAsync(
            $"""
            with mine as ({Mine})
            select m.member_id, m.is_page, m.role, m.joined_at, m.gone, mine.is_group
            from mine left join lateral (
              select member_id, is_page, role, joined_at, false as gone from threads.members where thread_id = $1 and member_id = any($3)
              union all
              select member_id, false, 3::smallint, null, true from threads.past_members where thread_id = $1 and member_id = any($3)) m on true
            order by m.role, m.member_id
            """, [Long(thread.Value), Long(me.Value), new NpgsqlParameter<long[]> { TypedValue = ids }], cancellationToken);

    private async Task<List<MemberRow>?> ReadAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<MemberRow>? found = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            found ??= [];
            if (!reader.IsDBNull(0))
            {
                found.Add(new(reader.GetInt64(0), reader.GetBoolean(1), reader.GetInt16(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3),
                    reader.GetBoolean(4), reader.GetBoolean(5)));
            }
        }

        return found;
    }

    private static NpgsqlParameter<long> Long(long value) => new() { TypedValue = value };
}
