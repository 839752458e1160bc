using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Events;

/// <summary>Reads the log for a reader, who must be a member.</summary>
internal sealed class EventReader(NpgsqlDataSource database)
{
    /// <returns>Null for a thread that is not there or not the reader's.</returns>
    public async Task<ListEvents.EventsPage?> ReadAsync(PersonId me, ThreadId thread, long? after, long? before, int limit, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new("select t.last_seq from threads.threads t join threads.members m on m.thread_id = t.id where t.id = $1 and m.member_id = $2")
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = thread.Value }, new NpgsqlParameter<long> { TypedValue = me.Value } },
        });
        batch.BatchCommands.Add(new(after is null
            ? EventRow.Select + " where thread_id = $1 and seq < $2 order by seq desc limit $3"
            : EventRow.Select + " where thread_id = $1 and seq > $2 order by seq limit $3")
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = thread.Value },
                new NpgsqlParameter<long> { TypedValue = after ?? before ?? long.MaxValue },
                new NpgsqlParameter<int> { TypedValue = limit },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var lastSeq = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        var events = new List<RawJson>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = EventRow.Read(reader);
            // The second statement may see what was committed after the first.
            lastSeq = Math.Max(lastSeq, row.Seq);
            events.Add(row.AsJson(thread, me));
        }

        if (after is null)
        {
            events.Reverse();
        }

        return new(events, lastSeq);
    }
}
