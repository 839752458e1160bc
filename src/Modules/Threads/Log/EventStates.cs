using Npgsql;
using NpgsqlTypes;

namespace Stoa.Threads.Log;

/// <summary>What becomes of events after they stand in the log (<c>threads.states</c>). Written by changes, under the thread's lock.</summary>
internal static class EventStates
{
    /// <summary>Puts these members into the event's state, in the place of those of the same names. <c>changedSeq</c> becomes the number of the change.</summary>
    /// <param name="members">A JSON object. A null takes the member away from what readers see.</param>
    public static async Task MergeAsync(ChangeScope scope, long seq, ReadOnlyMemory<byte> members, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into threads.states as s (thread_id, seq, state) values ($1, $2, ($3::jsonb || jsonb_build_object('changedSeq', $4))::json)
            on conflict (thread_id, seq) do update set state = (s.state::jsonb || excluded.state::jsonb)::json
            """, scope.Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = scope.Thread.Value },
                new NpgsqlParameter<long> { TypedValue = seq },
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = members, NpgsqlDbType = NpgsqlDbType.Json },
                new NpgsqlParameter<long> { TypedValue = scope.NextSeq },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
