using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;
using Stoa.Threads.Log;

namespace Stoa.Threads.Membership;

/// <summary>What a crowd of joins reads and writes: one round trip each, however many they are.</summary>
internal static class JoinTables
{
    private const string ReadGroup =
        """
        select t.kind, t.last_seq, greatest(t.updated_at, (select l.at from threads.events l where l.thread_id = $1 and l.seq = t.last_seq)),
               t.members_version, t.member_count, t.history_shown
        from threads.threads t where t.id = $1
        """;

    private const string ReadInvites = "select id, expires_at, uses, uses_max, revoked_at is not null from threads.invites where thread_id = $1 and id = any($2)";

    private const string ReadApplicants =
        """
        select m.member_id is not null, coalesce(m.is_request, false), coalesce(p.removed, false), e.seq, e.at
        from unnest($2, $3) with ordinality as i(person, client_id, ord)
        left join threads.members m on m.thread_id = $1 and m.member_id = i.person
        left join threads.past_members p on p.thread_id = $1 and p.member_id = i.person
        left join threads.events e on e.thread_id = $1 and e.sender = i.person and e.client_id = i.client_id
        order by i.ord
        """;

    private const string WriteEvents =
        """
        insert into threads.events (thread_id, seq, sender, client_id, kind, at, body)
        select $1, i.seq, i.person, i.client_id, $6, i.at, $7 from unnest($2, $3, $4, $5) as i(seq, person, client_id, at)
        """;

    private const string WriteMembers =
        """
        insert into threads.members (thread_id, member_id, is_page, joined_at, role, from_seq, joined_seq, read_seq, delivered_seq)
        select $1, i.person, false, i.at, 3, case when $5 then 0 else i.seq - 1 end, i.seq, i.seq, i.seq from unnest($2, $3, $4) as i(seq, person, at)
        """;

    private const string WriteThread =
        """
        update threads.threads set last_seq = $2, last_message_seq = $2, updated_at = $3, members_version = members_version + $4, member_count = member_count + $4 where id = $1
        """;

    /// <returns>The applicants in the order of the items; null without such a thread.</returns>
    public static async Task<(GroupAtJoin Group, Dictionary<long, InviteState> Invites, List<Applicant> Applicants)?> ReadAsync(
        NpgsqlConnection connection, ThreadId thread, IReadOnlyList<PendingEvent> items, long[] invites, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(ReadGroup) { Parameters = { Long(thread.Value) } },
                new(ReadInvites) { Parameters = { Long(thread.Value), Array([.. invites.Distinct()]) } },
                new(ReadApplicants) { Parameters = { Long(thread.Value), Array([.. items.Select(item => item.What.Sender.Value)]), Array([.. items.Select(item => item.What.ClientId)]) } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var group = new GroupAtJoin(reader.GetInt16(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetBoolean(5));
        await reader.NextResultAsync(cancellationToken);
        var links = new Dictionary<long, InviteState>();
        while (await reader.ReadAsync(cancellationToken))
        {
            links[reader.GetInt64(0)] = new(reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetInt32(3), reader.GetBoolean(4));
        }

        await reader.NextResultAsync(cancellationToken);
        var applicants = new List<Applicant>(items.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            var what = items[applicants.Count].What;
            applicants.Add(new(what.Sender.AsPerson(), what.ClientId, reader.GetBoolean(0), reader.GetBoolean(1), reader.GetBoolean(2),
                reader.IsDBNull(3) ? null : (reader.GetInt64(3), reader.GetFieldValue<DateTimeOffset>(4))));
        }

        return (group, links, applicants);
    }

    public static async Task WriteAsync(
        NpgsqlConnection connection, ThreadId thread, GroupAtJoin group, List<Newcomer> newcomers, IReadOnlyDictionary<long, int> used, IReadOnlyCollection<PersonId> accepted,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (accepted.Count > 0)
        {
            batch.BatchCommands.Add(new("update threads.members set is_request = false where thread_id = $1 and member_id = any($2)")
            {
                Parameters = { Long(thread.Value), Array([.. accepted.Select(person => person.Value)]) },
            });
        }

        if (newcomers.Count > 0)
        {
            long[] people = [.. newcomers.Select(one => one.Person.Value)];
            long[] numbers = [.. newcomers.Select(one => one.Seq)];
            DateTimeOffset[] instants = [.. newcomers.Select(one => one.At)];
            batch.BatchCommands.Add(new(WriteEvents)
            {
                Parameters =
                {
                    Long(thread.Value), Array(numbers), Array(people), Array([.. newcomers.Select(one => one.ClientId)]), Array(instants),
                    new NpgsqlParameter<short> { TypedValue = EventKind.System }, new NpgsqlParameter<byte[]> { TypedValue = GroupEvents.Joined, NpgsqlDbType = NpgsqlDbType.Json },
                },
            });
            batch.BatchCommands.Add(new(WriteMembers)
            {
                Parameters = { Long(thread.Value), Array(numbers), Array(people), Array(instants), new NpgsqlParameter<bool> { TypedValue = group.HistoryShown } },
            });
            batch.BatchCommands.Add(new("delete from threads.past_members where thread_id = $1 and member_id = any($2)") { Parameters = { Long(thread.Value), Array(people) } });
            batch.BatchCommands.Add(new("update threads.invites i set uses = i.uses + u.uses from unnest($2, $3) as u(id, uses) where i.thread_id = $1 and i.id = u.id")
            {
                Parameters = { Long(thread.Value), Array([.. used.Keys]), Array([.. used.Values]) },
            });
            batch.BatchCommands.Add(new(WriteThread)
            {
                Parameters =
                {
                    Long(thread.Value), Long(newcomers[^1].Seq), new NpgsqlParameter<DateTimeOffset> { TypedValue = newcomers[^1].At },
                    new NpgsqlParameter<int> { TypedValue = newcomers.Count },
                },
            });
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static NpgsqlParameter<long> Long(long value) => new() { TypedValue = value };

    private static NpgsqlParameter<T[]> Array<T>(T[] values) => new() { TypedValue = values };
}
