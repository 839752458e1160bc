using Npgsql;
using Stoa.Kernel;

namespace Stoa.Threads.Live;

/// <summary>A person's thread and the last number of its log.</summary>
internal readonly record struct ThreadEnd(PersonId Person, ThreadId Thread, long LastSeq);

/// <param name="JoinedSeq">The event by which the person came in: nothing up to it is told to them.</param>
internal readonly record struct ThreadStart(PersonId Person, long JoinedSeq, long LastSeq);

/// <summary>Reads where logs end.</summary>
internal sealed class ThreadEnds(NpgsqlDataSource database)
{
    /// <summary>The threads of these people.</summary>
    /// <param name="most">Of one person, the newest first.</param>
    public async Task<List<ThreadEnd>> FindAsync(PersonId[] people, int most, CancellationToken cancellationToken)
    {
        var found = new List<ThreadEnd>();
        await using var command = database.CreateCommand(
            """
            select who.id, mine.id, mine.last_seq from unnest($1) as who(id) cross join lateral (
              select t.id, t.last_seq from threads.members m join threads.threads t on t.id = m.thread_id
              where m.member_id = who.id order by t.updated_at desc limit $2) mine
            """);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = Array.ConvertAll(people, person => person.Value) });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new(new(reader.GetInt64(0)), new(reader.GetInt64(1)), reader.GetInt64(2)));
        }

        return found;
    }

    /// <summary>Since when these people are in the thread; who is none of its members is left out.</summary>
    public async Task<List<ThreadStart>> FindStartsAsync(ThreadId thread, IReadOnlyList<PersonId> people, CancellationToken cancellationToken)
    {
        var found = new List<ThreadStart>();
        await using var command = database.CreateCommand(
            "select m.member_id, m.joined_seq, t.last_seq from threads.members m join threads.threads t on t.id = m.thread_id where m.thread_id = $1 and m.member_id = any($2)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = people.Select(person => person.Value).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new(new(reader.GetInt64(0)), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return found;
    }
}
