using Npgsql;
using Stoa.Hosting.Live;
using Stoa.Kernel;

namespace Stoa.Threads.Live;

/// <summary>Brings a device that was away up to date from the log: event by event where it missed little, by announcing a gap where it missed much.</summary>
internal sealed class Replay(NpgsqlDataSource database, EventFrames events) : ILiveReplay
{
    /// <summary>Events of one thread; more are fetched over HTTP, by whoever looks at the thread.</summary>
    private const int PerThreadMax = 200;

    /// <summary>Events in one replay, so that a device with a thousand threads cannot ask for all of them at once.</summary>
    private const int TotalMax = 2_000;

    public async Task ReplayAsync(IReplayTarget device, IReadOnlyDictionary<ThreadId, long> resume, CancellationToken cancellationToken)
    {
        var left = TotalMax;
        var ends = await FindEndsAsync(device.Person, resume, cancellationToken);
        foreach (var gone in resume.Keys.Except(ends.Select(end => end.Thread)))
        {
            // Left or removed while the device was away; to a stranger it says what they know.
            await device.SendAsync(ThreadFrames.Left(gone), cancellationToken);
        }

        foreach (var (thread, from, to) in ends)
        {
            // Also for a thread in which nothing was missed: news of what the device has may still be on its way. What is above this
            // number comes live and is let through.
            device.Replayed(thread, to);
            if (to - from > Math.Min(PerThreadMax, left))
            {
                await device.SendAsync(ThreadFrames.Gap(thread, from + 1, to), cancellationToken);
                continue;
            }

            left -= (int)(to - from);
            foreach (var (_, frame) in to > from ? await events.ReadAsync(device.Person, thread, from, to, sinceJoined: false, cancellationToken) : [])
            {
                await device.SendAsync(frame, cancellationToken);
            }
        }
    }

    private async Task<List<(ThreadId Thread, long From, long To)>> FindEndsAsync(
        PersonId person, IReadOnlyDictionary<ThreadId, long> resume, CancellationToken cancellationToken)
    {
        var ends = new List<(ThreadId, long, long)>();
        if (resume.Count == 0)
        {
            return ends;
        }

        await using var command = database.CreateCommand(
            """
            select t.id, least(greatest(r.seq, m.from_seq), t.last_seq), t.last_seq from unnest($1, $2) as r(thread_id, seq)
            join threads.members m on m.thread_id = r.thread_id and m.member_id = $3
            join threads.threads t on t.id = r.thread_id
            order by t.updated_at desc
            """);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = resume.Keys.Select(thread => thread.Value).ToArray() });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = resume.Values.ToArray() });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ends.Add((new(reader.GetInt64(0)), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return ends;
    }
}
