using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Log;

namespace Stoa.Threads.Live;

/// <summary>Reads events from the log as frames for one person's devices.</summary>
internal sealed class EventFrames(NpgsqlDataSource database, TimeProvider time)
{
    private static readonly string select = EventView.Select(4)
        + " where e.thread_id = $1 and e.seq > greatest($2, (select greatest(from_seq, joined_seq) from threads.members where thread_id = $1 and member_id = $4)) and e.seq <= $3 order by e.seq";

    /// <summary>Events above one number and up to another, in order, without those from before the person came in; none for a stranger.</summary>
    public async Task<List<(long Seq, ReadOnlyMemory<byte> Frame)>> ReadAsync(PersonId person, ThreadId thread, long after, long upTo, CancellationToken cancellationToken)
    {
        var frames = new List<(long, ReadOnlyMemory<byte>)>();
        await using var command = database.CreateCommand(select);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        var now = time.GetUtcNow();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (seq, json) = EventView.Read(reader, thread, person, now);
            frames.Add((seq, ThreadFrames.Event(thread, json)));
        }

        return frames;
    }
}
