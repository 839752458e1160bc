using Npgsql;
using Stoa.Kernel;

namespace Stoa.Threads.Membership;

/// <summary>What somebody is to the people they want in a group. Asked before the thread's lock is taken: a block that begins meanwhile comes after.</summary>
internal sealed class Acquaintance(NpgsqlDataSource database)
{
    /// <summary>Those of these who take nothing from this person.</summary>
    public async Task<IReadOnlySet<PersonId>> FindBlockersAsync(PersonId me, IReadOnlyCollection<PersonId> people, CancellationToken cancellationToken)
    {
        var blockers = new HashSet<PersonId>();
        if (people.Count == 0)
        {
            return blockers;
        }

        await using var command = database.CreateCommand(
            """
            select p.id from unnest($2) as p(id)
            join threads.threads t on t.kind = 1 and t.kind in (1, 2) and t.party_a = least($1, p.id) and t.party_b = greatest($1, p.id)
            join threads.members m on m.thread_id = t.id and m.member_id = $1
            where m.blocked_at is not null
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = me.Value });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. people.Select(person => person.Value)] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            blockers.Add(new(reader.GetInt64(0)));
        }

        return blockers;
    }
}
