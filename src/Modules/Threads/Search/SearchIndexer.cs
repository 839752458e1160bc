using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.Nodes;
using Stoa.Kernel;
using Stoa.Threads.Live;

namespace Stoa.Threads.Search;

/// <summary>
/// Keeps the index behind the log: hears of sends on this node, reads what other nodes and changes have left in <c>search_wanted</c>, and
/// goes through all threads when it begins and every ten minutes, so that nothing depends on having heard.
/// </summary>
internal sealed partial class SearchIndexer : BackgroundService
{
    private const string Lease = "threads.search-index";
    private const int HeardMax = 100_000;
    private const int ThreadsAtOnce = 1_000;
    private const int WalkPage = 2_000;

    /// <summary>Sends on this node between two batches. Whoever catches up on a quiet server need not rest.</summary>
    private const int BusyAt = 200;

    private static readonly TimeSpan looksEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan walksEvery = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan setAsideFor = TimeSpan.FromMinutes(5);

    private readonly NpgsqlDataSource database;
    private readonly NodeLeases leases;
    private readonly IndexThreads index;
    private readonly TimeProvider time;
    private readonly IOptions<ThreadsOptions> options;
    private readonly ILogger<SearchIndexer> log;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim news = new(0, 1);
    private readonly Dictionary<long, long> setAside = [];
    private HashSet<long> heard = [];
    private int sends;
    private NodeLease? lease;
    private long? walkedTo;
    private long walkedAt;

    public SearchIndexer(
        NpgsqlDataSource database, NodeLeases leases, IndexThreads index, Fanout fanout, TimeProvider time, IOptions<ThreadsOptions> options, ILogger<SearchIndexer> log)
    {
        (this.database, this.leases, this.index, this.time, this.options, this.log) = (database, leases, index, time, options, log);
        fanout.Sent += (thread, _) => Hear(thread);
    }

    /// <summary>Something was appended to a thread here.</summary>
    internal void Hear(ThreadId thread)
    {
        bool first;
        lock (gate)
        {
            if (heard.Count >= HeardMax)
            {
                // Only after a long time without a database; the walk finds them all.
                heard.Clear();
                walkedTo ??= 0;
            }

            first = heard.Count == 0;
            heard.Add(thread.Value);
            sends++;
        }

        if (first)
        {
            try
            {
                news.Release();
            }
            catch (SemaphoreFullException)
            {
                // Already awake.
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Indexes)
        {
            // Others learn of this node's sends all the same.
            LogPassive();
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await news.WaitAsync(looksEvery, stoppingToken))
                {
                    // What comes within this time is written once: the block at a thread's end is made anew by each batch.
                    await Task.Delay(options.Value.IndexDelay, stoppingToken);
                }

                await LookAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // Search stays behind and the server goes on; what is missing is found by comparing, not by having heard.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(exception);
                // What had been taken to be indexed is forgotten; a lease that is lost meanwhile says so itself.
                walkedTo = 0;
                await Task.Delay(looksEvery, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var mine = options.Value.Indexes ? await leases.TakeAsync(Lease, cancellationToken) : null;
        if (mine is not null && mine.Fence != lease?.Fence)
        {
            // Whoever had it before may have died with what it had heard.
            walkedTo = 0;
        }

        lease = mine;
        if (lease is null)
        {
            await TellHolderAsync(cancellationToken);
            return;
        }

        if (walkedTo is null && Stopwatch.GetElapsedTime(walkedAt) > walksEvery)
        {
            walkedTo = 0;
        }

        while (await WorkAsync(lease, cancellationToken) && await leases.TakeAsync(Lease, cancellationToken) == lease)
        {
        }
    }

    /// <returns>Whether there is more to do at once.</returns>
    private async Task<bool> WorkAsync(NodeLease mine, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        var (threads, busy) = TakeHeard();
        var wanted = await ReadWantedAsync(cancellationToken);
        threads.UnionWith(wanted.Select(row => row.Thread));
        var expired = await ReadExpiredAsync(cancellationToken);
        // Not further than this can keep up with: what is behind is remembered.
        if (walkedTo is not null && threads.Count < ThreadsAtOnce)
        {
            threads.UnionWith(await WalkAsync(cancellationToken));
        }

        ForgetSetAside();
        threads.ExceptWith(setAside.Keys);
        var batch = await RunAsync(mine, threads, [.. expired.Where(block => !setAside.ContainsKey(block.Thread))], wanted, cancellationToken);
        if (!batch.Kept)
        {
            LogLost();
            walkedTo = 0;
            return false;
        }

        lock (gate)
        {
            heard.UnionWith(batch.Unfinished);
        }

        if (busy)
        {
            // Sends come first: while there are many, this takes its share of the database's time and not more.
            await Task.Delay(Stopwatch.GetElapsedTime(begun) * options.Value.IndexPauses, cancellationToken);
        }

        return walkedTo is not null || batch.Unfinished.Count > 0 || wanted.Count == ThreadsAtOnce || expired.Count == ThreadsAtOnce || threads.Count == ThreadsAtOnce;
    }

    /// <summary>One thread that cannot be indexed must not keep the others waiting.</summary>
    private async Task<IndexedBatch> RunAsync(
        NodeLease mine, HashSet<long> threads, IReadOnlyList<(long Thread, int Block)> expired, IReadOnlyList<(long Id, long Thread)> wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await index.RunAsync(mine, threads, expired, wanted, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not NpgsqlException { IsTransient: true } && threads.Count + expired.Count > 0)
        {
            var (events, unfinished) = (0L, new List<long>());
            foreach (var thread in threads.Union(expired.Select(block => block.Thread)))
            {
                try
                {
                    var batch = await index.RunAsync(mine, [thread], [.. expired.Where(block => block.Thread == thread)], [.. wanted.Where(row => row.Thread == thread)], cancellationToken);
                    if (!batch.Kept)
                    {
                        return batch;
                    }

                    events += batch.Events;
                    unfinished.AddRange(batch.Unfinished);
                }
                catch (Exception bad) when (bad is not OperationCanceledException and not NpgsqlException { IsTransient: true })
                {
                    LogSetAside(bad, thread);
                    setAside[thread] = Stopwatch.GetTimestamp();
                }
            }

            return new(true, events, unfinished);
        }
    }

    /// <returns>Some of what was heard of, and whether there were many sends since the last time.</returns>
    private (HashSet<long> Threads, bool Busy) TakeHeard()
    {
        lock (gate)
        {
            var busy = sends >= BusyAt;
            sends = 0;
            var some = heard.Count <= ThreadsAtOnce ? heard : [.. heard.Take(ThreadsAtOnce)];
            if (some == heard)
            {
                heard = [];
            }
            else
            {
                heard.ExceptWith(some);
            }

            return (some, busy);
        }
    }

    private void ForgetSetAside()
    {
        foreach (var thread in setAside.Where(one => Stopwatch.GetElapsedTime(one.Value) > setAsideFor).Select(one => one.Key).ToList())
        {
            setAside.Remove(thread);
            walkedTo ??= 0;
        }
    }

    /// <summary>The next page of all threads; of them those that are behind.</summary>
    private async Task<List<long>> WalkAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select t.id, t.last_seq > coalesce((select b.upto from threads.search_blocks b where b.thread_id = t.id order by b.block desc limit 1), 0)
            from (select id, last_seq from threads.threads where id > $1 order by id limit $2) t order by t.id
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = walkedTo ?? 0 });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = WalkPage });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var behind = new List<long>();
        var seen = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            seen++;
            walkedTo = reader.GetInt64(0);
            if (reader.GetBoolean(1))
            {
                behind.Add(reader.GetInt64(0));
            }
        }

        if (seen < WalkPage)
        {
            (walkedTo, walkedAt) = (null, Stopwatch.GetTimestamp());
        }

        return behind;
    }

    private async Task<List<(long Id, long Thread)>> ReadWantedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select id, thread_id from threads.search_wanted order by id limit $1");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ThreadsAtOnce });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var wanted = new List<(long, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            wanted.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }

        return wanted;
    }

    private async Task<List<(long Thread, int Block)>> ReadExpiredAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select thread_id, block from threads.search_blocks where expires_at <= $1 order by expires_at limit $2");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ThreadsAtOnce });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var expired = new List<(long, int)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            expired.Add((reader.GetInt64(0), reader.GetInt32(1)));
        }

        return expired;
    }

    /// <summary>Another node indexes: it reads what this one has heard of.</summary>
    private async Task TellHolderAsync(CancellationToken cancellationToken)
    {
        var (threads, _) = TakeHeard();
        if (threads.Count == 0)
        {
            return;
        }

        try
        {
            await using var command = database.CreateCommand("insert into threads.search_wanted (thread_id) select unnest($1)");
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. threads] });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch
        {
            lock (gate)
            {
                heard.UnionWith(threads);
            }

            throw;
        }
    }

    [LoggerMessage(340, LogLevel.Warning, "The search index could not be brought up to date; it is tried again. Search reads what is missing from the log itself.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(341, LogLevel.Information, "Another node makes the search index now.")]
    private partial void LogLost();

    [LoggerMessage(342, LogLevel.Error, "Thread {Thread} cannot be indexed; it is set aside for five minutes and the others go on.")]
    private partial void LogSetAside(Exception exception, long thread);

    [LoggerMessage(343, LogLevel.Information, "This node leaves the search index to others.")]
    private partial void LogPassive();
}
