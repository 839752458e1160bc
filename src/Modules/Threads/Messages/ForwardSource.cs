using System.Text.Json;
using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Log;

namespace Stoa.Threads.Messages;

/// <summary>A message of another thread, for a member who may read it there at this moment.</summary>
internal sealed class ForwardSource(NpgsqlDataSource database)
{
    private const string Readable =
        """
        from threads.members m
        join threads.events e on e.thread_id = m.thread_id and e.seq = $3 and e.seq > m.from_seq and e.kind = 1
        left join threads.states s on s.thread_id = e.thread_id and s.seq = e.seq
        where m.thread_id = $1 and m.member_id = $2
          and not exists (select from threads.hidden h where h.thread_id = e.thread_id and h.member_id = $2 and h.seq = e.seq)
        """;

    public async Task<MemberId?> FindAuthorAsync(PersonId reader, ThreadId thread, long seq, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select e.sender " + Readable);
        Fill(command, reader, thread, seq);
        return await command.ExecuteScalarAsync(cancellationToken) is long author ? new(author) : null;
    }

    /// <summary>In the transaction of the copy. The other thread is not locked: a copy made just before an unsending is a copy all the same.</summary>
    public static async Task<(JsonElement Body, JsonElement? State)?> ReadAsync(ChangeScope scope, ThreadId thread, long seq, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select e.body, s.state " + Readable + " and (e.expires_at is null or e.expires_at > $4)", scope.Connection);
        Fill(command, scope.Sender, thread, seq);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = scope.At });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (JsonElement.Parse(reader.GetFieldValue<byte[]>(0)), reader.IsDBNull(1) ? null : JsonElement.Parse(reader.GetFieldValue<byte[]>(1)))
            : null;
    }

    private static void Fill(NpgsqlCommand command, MemberId reader, ThreadId thread, long seq)
    {
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = reader.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
    }
}
