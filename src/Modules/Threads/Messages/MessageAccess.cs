using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Threads.Inbox;

namespace Stoa.Threads.Messages;

/// <param name="ThreadKind">1 direct, 2 business, 3 group.</param>
internal sealed record ReadableMessage(MemberId Sender, DateTimeOffset At, short Kind, short ThreadKind);

/// <summary>Who may read which message at this moment. What hangs on messages — versions, reactions, media — is asked for through here.</summary>
internal sealed class MessageAccess(NpgsqlDataSource database, TimeProvider time) : IMediaReaders
{
    /// <summary>A message or payment with content, that the reader sees.</summary>
    /// <exception cref="ProblemException">404 <c>thread_not_found</c>, <c>message_not_found</c>.</exception>
    public async Task<ReadableMessage> FindAsync(PersonId reader, ThreadId thread, long seq, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select e.sender, e.at, e.kind, t.kind
            from threads.members m join threads.threads t on t.id = m.thread_id
            left join threads.events e on e.thread_id = m.thread_id and e.seq = $3 and e.seq > m.from_seq and e.kind in (1, 3) and (e.expires_at is null or e.expires_at > $4)
              and not exists (select from threads.hidden h where h.thread_id = e.thread_id and h.member_id = $2 and h.seq = e.seq)
            where m.thread_id = $1 and m.member_id = $2
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = reader.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        await using var found = await command.ExecuteReaderAsync(cancellationToken);
        if (!await found.ReadAsync(cancellationToken))
        {
            throw new ProblemException(ThreadProblems.NotFound);
        }

        return found.IsDBNull(0)
            ? throw new ProblemException(MessageProblems.NotFound)
            : new(new(found.GetInt64(0)), found.GetFieldValue<DateTimeOffset>(1), found.GetInt16(2), found.GetInt16(3));
    }

    public async ValueTask<bool> MayReadAsync(PersonId reader, IReadOnlyList<MediaPlace> places, CancellationToken cancellationToken)
    {
        // Number 0 is the thread itself: the picture of a group is for all who are in it.
        await using var command = database.CreateCommand(
            """
            select exists (
              select from unnest($2, $3) as p(thread_id, seq)
              join threads.members m on m.thread_id = p.thread_id and m.member_id = $1
              where p.seq = 0 or (
                m.from_seq < p.seq
                and exists (select from threads.events e where e.thread_id = p.thread_id and e.seq = p.seq and e.kind = 1 and (e.expires_at is null or e.expires_at > $4))
                and not exists (select from threads.hidden h where h.thread_id = p.thread_id and h.member_id = $1 and h.seq = p.seq)))
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = reader.Value });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. places.Select(place => place.Thread.Value)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. places.Select(place => place.Seq)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
