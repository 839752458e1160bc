using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Live;

namespace Stoa.Threads.Own;

/// <summary>What is told once a request was accepted: the thread to one's own devices, one's markers and presence to the other side.</summary>
internal sealed class Acquainted(NpgsqlDataSource database, Fanout fanout, Presence presence)
{
    public async Task TellAsync(PersonId me, ThreadId thread, CancellationToken cancellationToken)
    {
        await fanout.TellAsync(new ThreadOpened(thread, [me]), cancellationToken);
        await using var command = database.CreateCommand(
            """
            select o.member_id, t.kind = 1, m.delivered_seq,
                   case when coalesce(p.shows_read, true) and coalesce(mine.shows_read, true) then m.read_seq else 0 end
            from threads.members m
            join threads.threads t on t.id = m.thread_id and t.member_count <= 256
            join threads.members o on o.thread_id = m.thread_id and o.member_id <> m.member_id and not o.is_page
            left join threads.people p on p.person_id = o.member_id
            left join threads.people mine on mine.person_id = m.member_id
            where m.thread_id = $1 and m.member_id = $2 and m.delivered_seq > 0
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = me.Value });
        var news = new List<PersonalNews>();
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                news.Add(new(thread, [new(row.GetInt64(0))], ThreadFrames.Receipt(thread, me, row.GetInt64(3), row.GetInt64(2))));
            }
        }

        foreach (var one in news)
        {
            await fanout.TellAsync(one, cancellationToken);
        }

        await presence.TellEachOtherAsync(me, thread, cancellationToken);
    }
}
