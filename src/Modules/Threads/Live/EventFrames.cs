using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Log;

namespace Stoa.Threads.Live;

/// <summary>Reads events from the log as frames for one person's devices.</summary>
internal sealed class EventFrames(NpgsqlDataSource database, TimeProvider time)
{
    private static readonly string select = EventView.Select(4)
        + """
         join threads.members me on me.thread_id = e.thread_id and me.member_id = $4
        where e.thread_id = $1 and e.seq > $2 and e.seq <= $3 and e.seq > me.from_seq and (e.seq > me.joined_seq or not $5) order by e.seq
        """;

    /// <summary>Events above one number and up to another, in order, as far as they are the person's to see; none for a stranger.</summary>
    /// <param name="sinceJoined">Without those from before they came in, and the one by which they did: what was never told to them live.</param>
    public async Task<List<(long Seq, ReadOnlyMemory<byte> Frame)>> ReadAsync(
        PersonId person, ThreadId thread, long after, long upTo, bool sinceJoined, CancellationToken cancellationToken)
    {
        var frames = new List<(long, ReadOnlyMemory<byte>)>();
        await using var command = database.CreateCommand(select);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = sinceJoined });
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
