using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Own;

namespace Stoa.Threads.Membership;

/// <param name="Closed">Take nothing from the one who wants them: they have blocked them, or take no requests of strangers.</param>
/// <param name="Strangers">Share no thread with them that both have accepted: the group is a request to them.</param>
internal sealed record Acquaintances(IReadOnlySet<PersonId> Closed, IReadOnlySet<PersonId> Strangers);

/// <summary>What somebody is to the people they want in a group. Asked before the thread's lock is taken: a block that begins meanwhile comes after.</summary>
internal sealed class Acquaintance(NpgsqlDataSource database, Requests requests)
{
    // Through the threads of each of the others, not of the one who asks: who adds a hundred is in thousands.
    private const string Look =
        """
        select p.id,
               exists (select from threads.threads t join threads.members m on m.thread_id = t.id and m.member_id = $1
                       where t.kind = 1 and t.kind in (1, 2) and t.party_a = least($1, p.id) and t.party_b = greatest($1, p.id) and m.blocked_at is not null),
               exists (select from threads.members theirs join threads.members mine on mine.thread_id = theirs.thread_id and mine.member_id = $1
                       where theirs.member_id = p.id and not theirs.is_request and not mine.is_request and theirs.blocked_at is null and mine.blocked_at is null),
               coalesce((select takes_requests from threads.people where person_id = p.id), true)
        from unnest($2) as p(id)
        """;

    public async Task<Acquaintances> LookAsync(PersonId me, IReadOnlyCollection<PersonId> people, CancellationToken cancellationToken)
    {
        var (closed, strangers) = (new HashSet<PersonId>(), new HashSet<PersonId>());
        if (people.Count == 0)
        {
            return new(closed, strangers);
        }

        await using var command = database.CreateCommand(Look);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = me.Value });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. people.Select(person => person.Value)] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var person = new PersonId(reader.GetInt64(0));
            var isStranger = requests.On && !reader.GetBoolean(2);
            if (reader.GetBoolean(1) || (isStranger && !reader.GetBoolean(3)))
            {
                closed.Add(person);
            }
            else if (isStranger)
            {
                strangers.Add(person);
            }
        }

        return new(closed, strangers);
    }
}
