using System.Diagnostics;
using Npgsql;
using Stoa.Bench.Load;
using Stoa.Kernel;

namespace Stoa.Bench.Measures;

/// <summary>Searches over HTTP, one after another, in the messages of two people who have 100,000 each: in three long threads, and in 5,000 short ones.</summary>
internal static class SearchMeasure
{
    private const int OfOnePerson = 100_000;
    private const int LongThreads = 3;
    private const int ShortThreads = 5_000;
    private const int EventsOfOthers = 1_000;
    private const int UsualTotal = 400_000;
    private const int FullTotal = 10_000_000;
    private const int Searches = 60;
    private static readonly DateTime from = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var (report, total) = (bench.Report, bench.Options.Full ? FullTotal : UsualTotal);
        var words = new Vocabulary();
        SeededPerson one, other;
        await using (var empty = await bench.Workshop.StartServerAsync("search", cancellationToken, "--Threads:Indexes=false"))
        {
            (one, other) = await SeedAsync(empty, words, total, cancellationToken);
        }

        // Begins to index by itself: it compares its threads with their logs.
        await using var server = await bench.Workshop.StartServerAsync("search", cancellationToken);
        report.Add(new("messages indexed from the log", await CatchUpAsync(server, cancellationToken), "/s") { Note = $"{ClosedLoop.Thousands(total)} messages" });
        await AddSizesAsync(server, report, total, cancellationToken);
        await using (var seed = await Seed.OpenAsync(server.Database, cancellationToken))
        {
            await seed.SettleAsync(cancellationToken);
        }

        foreach (var (whose, token) in ((string, string)[])[("long threads", one.Token), ("short threads", other.Token)])
        {
            using var connection = await HttpConnection.ConnectAsync(server.EndPoint, cancellationToken);
            foreach (var kind in Vocabulary.Kinds)
            {
                // A server that has run for a while has compiled all this.
                await AskAsync(connection, token, words.Queries(kind, Searches / 4), cancellationToken);
            }

            var meter = new ProcessorTime(bench.Workshop.Folder, server.Process.Id);
            foreach (var kind in Vocabulary.Kinds)
            {
                meter.Begin();
                var (latencies, hits) = await AskAsync(connection, token, words.Queries(kind, Searches), cancellationToken);
                meter.End();
                report.Add(new($"{whose}: {kind}, p95", latencies.PercentileMs(0.95), "ms")
                {
                    AtMost = 100,
                    Note = $"{latencies.Describe()}; with hits {hits:0} %; {meter.Describe(latencies.Count)}",
                });
            }
        }
    }

    private static async Task<(SeededPerson LongThreads, SeededPerson ShortThreads)> SeedAsync(ServerUnderMeasure server, Vocabulary words, int total, CancellationToken cancellationToken)
    {
        await using var seed = await Seed.OpenAsync(server.Database, cancellationToken);
        var people = await seed.AddPeopleAsync(2 + ShortThreads, cancellationToken);
        var others = Enumerable.Range(0, (total - (2 * OfOnePerson)) / EventsOfOthers)
            .Select(i => (One: people[2 + (i / 2_000)].Id, Other: people[3 + (i / 2_000) + (i % 2_000)].Id));
        await AddAsync([.. Enumerable.Range(0, LongThreads).Select(i => (people[0].Id, people[2 + i].Id))], OfOnePerson / LongThreads);
        await AddAsync([.. Enumerable.Range(0, ShortThreads).Select(i => (people[1].Id, people[2 + i].Id))], OfOnePerson / ShortThreads);
        await AddAsync([.. others], EventsOfOthers);
        await seed.SettleAsync(cancellationToken);
        return (people[0], people[1]);

        async Task AddAsync((PersonId One, PersonId Other)[] pairs, int events)
        {
            var random = new Random(5);
            var starts = pairs.Select(_ => from.AddSeconds(random.Next(0, 300 * 86_400))).ToArray();
            var threads = await seed.AddDirectThreadsAsync(pairs, events, cancellationToken);
            await seed.AddEventsAsync(pairs.Zip(threads, (pair, thread) => (thread, pair.One, pair.Other)), events, cancellationToken,
                (thread, seq) => (words.Message(), starts[thread].AddSeconds(seq * (5_000_000.0 / events))));
        }
    }

    /// <returns>Messages a second, from the first that is indexed to the last.</returns>
    private static async Task<double> CatchUpAsync(ServerUnderMeasure server, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var look = database.CreateCommand(
            """
            select (select coalesce(sum(upto), 0)::bigint from (select max(upto) as upto from threads.search_blocks group by thread_id) b),
                   (select sum(last_seq)::bigint from threads.threads)
            """);
        var (clock, already) = (Stopwatch.StartNew(), -1L);
        while (true)
        {
            await using (var reader = await look.ExecuteReaderAsync(cancellationToken))
            {
                await reader.ReadAsync(cancellationToken);
                var (indexed, all) = (reader.GetInt64(0), reader.GetInt64(1));
                if (already <= 0)
                {
                    already = indexed;
                    clock.Restart();
                }
                else if (indexed >= all)
                {
                    return (indexed - already) / clock.Elapsed.TotalSeconds;
                }
            }

            await Task.Delay(250, cancellationToken);
        }
    }

    private static async Task AddSizesAsync(ServerUnderMeasure server, Report report, int total, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var sizes = database.CreateCommand(
            """
            select pg_total_relation_size('threads.search_blocks'), pg_total_relation_size('threads.events'),
                   (select sum(pg_column_size(words))::float8 / sum(upto - block * 64) from threads.search_blocks)
            """);
        await using var reader = await sizes.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (index, log) = ((double)reader.GetInt64(0) / total, (double)reader.GetInt64(1) / total);
        report.Add(new("index, each message of 200 bytes", index, "bytes") { AtMost = 450, Note = $"{reader.GetDouble(2):0} of them words and places" });
        report.Add(new("message, its keys and the index", log + index, "bytes") { AtMost = 900 });
    }

    private static async Task<(Latencies Latencies, double WithHits)> AskAsync(HttpConnection connection, string token, IEnumerable<string> queries, CancellationToken cancellationToken)
    {
        var (latencies, hits, asked) = (new Latencies(), 0, 0);
        foreach (var query in queries)
        {
            var begun = Stopwatch.GetTimestamp();
            var status = await connection.AskAsync(HttpConnection.Head("GET", $"/api/search?q={Uri.EscapeDataString(query)}", token), default, cancellationToken);
            latencies.Add(Stopwatch.GetElapsedTime(begun));
            asked++;
            if (status != 200)
            {
                throw new InvalidOperationException($"The search for '{query}' answered {status}.");
            }

            hits += connection.AnswerContains("\"snippet\""u8) ? 1 : 0;
        }

        return (latencies, 100.0 * hits / asked);
    }
}
