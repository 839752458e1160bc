using Npgsql;
using Stoa.Kernel;

namespace Stoa.Bench.Faults;

/// <summary>The log as it is stored in the end.</summary>
internal sealed class StoredLog
{
    private readonly Dictionary<(ThreadId Thread, Guid ClientId), long> seqs = [];
    private readonly Dictionary<ThreadId, (long Last, long Count)> threads = [];

    /// <summary>Events whose sender's id is there already.</summary>
    public int Doubled { get; private set; }

    /// <summary>Numbers up to each thread's last one that no event has.</summary>
    public long Gaps => threads.Values.Sum(thread => thread.Last - thread.Count);

    public static async Task<StoredLog> ReadAsync(string connectionString, CancellationToken cancellationToken)
    {
        var log = new StoredLog();
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand("select thread_id, seq, client_id from threads.events order by thread_id, seq");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            log.Add(new(reader.GetInt64(0)), reader.GetInt64(1), reader.GetGuid(2));
        }

        return log;
    }

    internal void Add(ThreadId thread, long seq, Guid clientId)
    {
        if (!seqs.TryAdd((thread, clientId), seq))
        {
            Doubled++;
        }

        var (last, count) = threads.GetValueOrDefault(thread);
        threads[thread] = (Math.Max(last, seq), count + 1);
    }

    public long LastOf(ThreadId thread) => threads.GetValueOrDefault(thread).Last;

    /// <summary>Acknowledged messages that are not there under the number they were acknowledged with.</summary>
    public int CountMissing(Acknowledged acknowledged) => acknowledged.ToList().Count(one => !seqs.TryGetValue(one.Message, out var seq) || seq != one.Seq);
}
