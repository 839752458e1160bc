using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Opening;

namespace Stoa.Threads.Membership;

internal sealed class PeopleThreads(NpgsqlDataSource database, ThreadStore threads) : IPeopleThreads
{
    public async Task<PeopleThread?> FindAsync(PersonId actor, ThreadId thread, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select t.kind = 3, case when t.kind = 1 then t.party_a + t.party_b - $2 end, m.blocked_at is null, m.is_request
            from threads.threads t join threads.members m on m.thread_id = t.id and m.member_id = $2
            where t.id = $1 and t.kind in (1, 3)
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = actor.Value });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(thread, row.GetBoolean(0), row.IsDBNull(1) ? null : new PersonId(row.GetInt64(1)), row.GetBoolean(2), row.GetBoolean(3))
            : null;
    }

    public async Task<IReadOnlySet<PersonId>> AmongAsync(ThreadId thread, IReadOnlyCollection<PersonId> people, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select member_id from threads.members where thread_id = $1 and member_id = any($2) and not is_page");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. people.Select(person => person.Value)] });
        return (await ReadAsync(command, cancellationToken)).ToHashSet();
    }

    public async Task<IReadOnlyList<PersonId>> ListAsync(ThreadId thread, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select member_id from threads.members where thread_id = $1 and not is_page order by member_id limit $2");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<ThreadId> OpenDirectAsync(PersonId opener, PersonId other, CancellationToken cancellationToken) =>
        (await threads.OpenDirectAsync(opener, other, cancellationToken)).Thread;

    private static async Task<List<PersonId>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var people = new List<PersonId>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            people.Add(new(rows.GetInt64(0)));
        }

        return people;
    }
}
