using Npgsql;
using Stoa.Hosting.Live;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads.Inbox;

namespace Stoa.Threads.Messages;

/// <summary>Hides an event from one member, on all their devices. A row of their own outside the log: nobody else learns of it.</summary>
internal sealed class DeleteForMe(NpgsqlDataSource database, ILiveHub hub)
{
    /// <exception cref="ProblemException">404 <c>thread_not_found</c>, <c>message_not_found</c>.</exception>
    public async Task RunAsync(PersonId person, ThreadId thread, long seq, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with mine as (
              select m.member_id, exists (
                select from threads.events e where e.thread_id = $1 and e.seq = $3 and e.seq > m.from_seq and e.of_seq is null) as is_there
              from threads.members m where m.thread_id = $1 and m.member_id = $2
            ), hiding as (
              insert into threads.hidden (thread_id, member_id, seq) select $1, member_id, $3 from mine where is_there on conflict do nothing
            )
            select is_there from mine
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
        switch (await command.ExecuteScalarAsync(cancellationToken))
        {
            case true:
                // Told again when it was hidden already: the first try may have ended before it was told.
                hub.SendToPerson(person, Frame(thread, seq));
                return;
            case false:
                throw new ProblemException(MessageProblems.NotFound);
            default:
                throw new ProblemException(ThreadProblems.NotFound);
        }
    }

    private static ReadOnlyMemory<byte> Frame(ThreadId thread, long seq) => LiveFrames.Write((thread, seq), static (json, hidden) =>
    {
        json.WriteString("op"u8, "own"u8);
        json.WriteString("thread"u8, hidden.thread.ToString());
        json.WriteStartArray("hidden"u8);
        json.WriteNumberValue(hidden.seq);
        json.WriteEndArray();
    });
}
