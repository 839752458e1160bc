using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Threads.Log;

namespace Stoa.Threads.Messages;

/// <summary>
/// Takes the content of messages that are unsent or have expired, and all that hangs on it: versions, reactions, votes, pins, mentions,
/// quotes of it in others, uses of media. Number and place stay.
/// </summary>
internal static class LoseContent
{
    private static readonly string[] statements =
    [
        $"update threads.events set kind = {EventKind.EmptyMessage}, body = $3, expires_at = case when $4 then expires_at end where thread_id = $1 and seq = any($2)",
        $"update threads.events set body = json_build_object('of', of_seq), expires_at = null where thread_id = $1 and kind = {EventKind.Edit} and of_seq = any($2)",
        """
        with quoting as (delete from threads.quotes where thread_id = $1 and of_seq = any($2) returning seq)
        update threads.events e set body = (e.body::jsonb - 'quote')::json from quoting where e.thread_id = $1 and e.seq = quoting.seq
        """,
        "delete from threads.states where thread_id = $1 and seq = any($2)",
        "delete from threads.reactions where thread_id = $1 and seq = any($2)",
        "delete from threads.votes where thread_id = $1 and seq = any($2)",
        "delete from threads.pins where thread_id = $1 and seq = any($2)",
        "delete from threads.mentions where thread_id = $1 and seq = any($2)",
    ];

    /// <param name="connection">In a transaction that holds the thread's lock.</param>
    /// <param name="left">What the messages say from now on, as JSON.</param>
    /// <param name="keepExpiry">Whether they keep the instant at which they expire.</param>
    public static async Task RunAsync(
        NpgsqlConnection connection, IMedia media, ThreadId thread, long[] seqs, ReadOnlyMemory<byte> left, bool keepExpiry, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements)
        {
            var command = new NpgsqlBatchCommand(statement)
            {
                Parameters = { new NpgsqlParameter<long> { TypedValue = thread.Value }, new NpgsqlParameter<long[]> { TypedValue = seqs } },
            };
            if (statement.Contains("$3", StringComparison.Ordinal))
            {
                command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = left, NpgsqlDbType = NpgsqlDbType.Json });
                command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = keepExpiry });
            }

            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        foreach (var seq in seqs)
        {
            await media.ReleaseAsync(connection, thread, seq, cancellationToken);
        }
    }
}
