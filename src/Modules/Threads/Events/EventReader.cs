using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Events;

/// <summary>Reads the log for a reader, who must be a member.</summary>
internal sealed class EventReader(NpgsqlDataSource database, TimeProvider time)
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
            ? EventView.Select(4) + " where e.thread_id = $1 and e.seq < $2 and e.seq > (select from_seq from threads.members where thread_id = $1 and member_id = $4) order by e.seq desc limit $3"
            : EventView.Select(4) + " where e.thread_id = $1 and e.seq > $2 and e.seq > (select from_seq from threads.members where thread_id = $1 and member_id = $4) order by e.seq limit $3")
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = thread.Value },
                new NpgsqlParameter<long> { TypedValue = after ?? before ?? long.MaxValue },
                new NpgsqlParameter<int> { TypedValue = limit },
                new NpgsqlParameter<long> { TypedValue = me.Value },
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
        var now = time.GetUtcNow();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (seq, json) = EventView.Read(reader, thread, me, now);
            // The second statement may see what was committed after the first.
            lastSeq = Math.Max(lastSeq, seq);
            events.Add(json);
        }

        if (after is null)
        {
            events.Reverse();
        }

        return new(events, lastSeq);
    }

    /// <summary>An event with what stands before and after it: half of the page each.</summary>
    /// <returns>Null for a thread that is not there or not the reader's; an empty page when the event is none that the reader may see.</returns>
    public async Task<ListEvents.EventsPage?> ReadAroundAsync(PersonId me, ThreadId thread, long seq, int limit, CancellationToken cancellationToken)
    {
        // What is short on one side is not made up for on the other: whoever pages on from either end finds the same pages again.
        var before = limit / 2;
        await using var command = database.CreateCommand(
            $"""
            with mine as (select t.last_seq, m.from_seq from threads.threads t join threads.members m on m.thread_id = t.id where t.id = $1 and m.member_id = $4)
            select mine.last_seq, shown.* from mine
            left join lateral (
              {EventView.Select(4)}
              where e.thread_id = $1 and e.seq > mine.from_seq and e.seq >= $2 - $3::bigint and e.seq < $2 + $5::bigint and $2 between mine.from_seq + 1 and mine.last_seq
              order by e.seq) shown on true
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = me.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = limit - before });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        long? lastSeq = null;
        var events = new List<RawJson>();
        var now = time.GetUtcNow();
        while (await reader.ReadAsync(cancellationToken))
        {
            lastSeq = reader.GetInt64(0);
            if (!reader.IsDBNull(1))
            {
                events.Add(EventView.Read(reader, thread, me, now, 1).Json);
            }
        }

        return lastSeq is { } last ? new(events, last) : null;
    }
}
