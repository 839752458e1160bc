using Npgsql;
using Stoa.Kernel;

namespace Stoa.Threads.Live;

/// <summary>Who may see whose presence, and when somebody was last here: one row a person.</summary>
internal sealed class PresenceRows(NpgsqlDataSource database)
{
    // Two people see each other's presence in a direct thread that both have accepted, in which neither blocks the other, and while both show theirs.
    private const string Visible =
        """
        select me.id, o.member_id, t.updated_at
        from unnest($1) as me(id)
        join threads.members m on m.member_id = me.id and not m.is_request and m.blocked_at is null
        join threads.threads t on t.id = m.thread_id and t.kind = 1
        join threads.members o on o.thread_id = m.thread_id and o.member_id <> me.id and not o.is_request and o.blocked_at is null
        left join threads.people mine on mine.person_id = me.id
        left join threads.people theirs on theirs.person_id = o.member_id
        where coalesce(theirs.shows_presence, true) and ($2 or coalesce(mine.shows_presence, true))
        """;

    /// <summary>Those who may see these people, and whom they may see: of each the ones they last wrote with.</summary>
    /// <param name="evenHidden">As if they showed theirs: to tell that they do no longer.</param>
    public async Task<ILookup<PersonId, PersonId>> FindPeersAsync(IReadOnlyCollection<PersonId> people, bool evenHidden, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select id, member_id from (
              select *, row_number() over (partition by id order by updated_at desc) as place from ({Visible}) visible) placed
            where place <= {Presence.PeersMax}
            """);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. people.Select(person => person.Value)] });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = evenHidden });
        var peers = new List<(PersonId Person, PersonId Peer)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            peers.Add((new(row.GetInt64(0)), new(row.GetInt64(1))));
        }

        return peers.ToLookup(pair => pair.Person, pair => pair.Peer);
    }

    /// <summary>Of these, those whom the reader may see, with when they were last here.</summary>
    public async Task<IReadOnlyList<(PersonId Person, DateTimeOffset? LastSeen)>> FindVisibleAsync(PersonId reader, PersonId[] people, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select asked.id, theirs.last_seen_at
            from unnest($2) as asked(id)
            join threads.threads t on t.kind = 1 and t.kind in (1, 2) and t.party_a = least($1, asked.id) and t.party_b = greatest($1, asked.id)
            left join threads.people mine on mine.person_id = $1
            left join threads.people theirs on theirs.person_id = asked.id
            where asked.id <> $1 and coalesce(mine.shows_presence, true) and coalesce(theirs.shows_presence, true)
              and not exists (select from threads.members m where m.thread_id = t.id and (m.is_request or m.blocked_at is not null))
            order by asked.id
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = reader.Value });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = Array.ConvertAll(people, person => person.Value) });
        var seen = new List<(PersonId, DateTimeOffset?)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            seen.Add((new(row.GetInt64(0)), row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1)));
        }

        return seen;
    }

    /// <summary>The other side of a direct thread of this person's; null for any other thread.</summary>
    public async Task<PersonId?> FindOtherAsync(PersonId person, ThreadId thread, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select case when party_a = $2 then party_b else party_a end from threads.threads where id = $1 and kind = 1 and $2 in (party_a, party_b)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        return await command.ExecuteScalarAsync(cancellationToken) is long other ? new PersonId(other) : null;
    }

    /// <summary>Writes when they were last here, never back; of those who hide their presence nothing.</summary>
    public async Task KeepAsync(IReadOnlyList<(PersonId Person, DateTimeOffset At)> seen, CancellationToken cancellationToken)
    {
        // In the order of ids: two nodes that write at once do not wait for each other in a ring.
        await using var command = database.CreateCommand(
            """
            insert into threads.people as p (person_id, last_seen_at)
            select i.id, max(i.at) from unnest($1, $2) as i(id, at) group by i.id order by i.id
            on conflict (person_id) do update set last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at) where p.shows_presence
            """);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. seen.Select(one => one.Person.Value)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. seen.Select(one => one.At)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
