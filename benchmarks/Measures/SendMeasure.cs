using System.Globalization;
using System.Net;
using System.Text;
using Npgsql;
using Stoa.Bench.Load;

namespace Stoa.Bench.Measures;

/// <summary>Sends over HTTP, acknowledged after the commit, 200-byte texts to a thousand threads; then what a message takes on disk.</summary>
internal static class SendMeasure
{
    private const int Friends = 16;
    private const int Threads = 1_000;

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var (options, report) = (bench.Options, bench.Report);
        var (commits, answers) = options.Ceilings ? await MeasureCeilingsAsync(bench, cancellationToken) : (null, null);

        await using var server = await bench.Workshop.StartServerAsync("send", cancellationToken);
        var heads = await SeedAsync(server, options.Connections, cancellationToken);
        var meter = new ProcessorTime(bench.Workshop.Folder, server.Process.Id);
        var (sends, latencies, refused) = await PostAsync(server.EndPoint, heads, options.Seconds, cancellationToken, meter);
        var (bytes, messages, parts) = await MeasureBytesAsync(server, heads, options.Full ? 300_000 : 0, cancellationToken);

        var with = string.Create(CultureInfo.InvariantCulture, $"{options.Connections} connections");
        report.Add(new($"send over HTTP, {with}; to bare answer", sends, "/s")
        {
            AtLeast = 12_000,
            Ceiling = answers,
            RatioAtLeast = 0.20,
            Note = $"{latencies.Describe()}, {ClosedLoop.Thousands(latencies.Count)} acknowledged, {refused} refused; {meter.Describe(latencies.Count)}",
        });
        report.Add(new("the same; to bare group commit", sends, "/s") { Ceiling = commits });
        report.Add(new("stored message of 200 bytes with its keys", bytes, "bytes") { AtMost = 450, Note = $"{parts}; {ClosedLoop.Thousands(messages)} messages in {Threads} threads" });
    }

    private static async Task<(double? Commits, double? Answers)> MeasureCeilingsAsync(Bench bench, CancellationToken cancellationToken)
    {
        var options = bench.Options;
        var (commits, commitLatencies) = await GroupCommitCeiling.MeasureAsync(
            await bench.Workshop.CreateDatabaseAsync("ceiling", cancellationToken), options.Connections, options.Seconds, cancellationToken);
        bench.Report.Add(new($"bare group commit, {options.Connections} senders", commits, "/s") { Note = commitLatencies.Describe() });

        await using var bare = await bench.Workshop.StartCeilingAsync("--answer-json", cancellationToken);
        var head = HttpConnection.Head("POST", "/api/threads/7000000000000000/messages", new string('t', 46));
        var (answers, latencies, _) = await PostAsync(bare.EndPoint, Enumerable.Repeat<byte[][]>([head], options.Connections).ToList(), options.Seconds, cancellationToken);
        bench.Report.Add(new($"bare JSON answer over HTTP, {options.Connections} connections", answers, "/s") { Note = latencies.Describe() });
        return (commits, answers);
    }

    /// <summary>One sender a connection, who writes to friends that all senders share: each thread has one writer.</summary>
    /// <returns>For each sender the heads of the requests to their threads.</returns>
    private static async Task<List<byte[][]>> SeedAsync(ServerUnderMeasure server, int senders, CancellationToken cancellationToken)
    {
        await using var seed = await Seed.OpenAsync(server.Database, cancellationToken);
        var people = await seed.AddPeopleAsync(senders + Math.Max(Friends, (Threads + senders - 1) / senders), cancellationToken);
        var pairs = Enumerable.Range(0, Math.Max(Threads, senders)).Select(i => (Sender: i % senders, Friend: senders + (i / senders))).ToList();
        var threads = await seed.AddDirectThreadsAsync([.. pairs.Select(pair => (people[pair.Sender].Id, people[pair.Friend].Id))], 0, cancellationToken);
        await seed.SettleAsync(cancellationToken);
        return [.. pairs.Zip(threads).GroupBy(p => p.First.Sender).OrderBy(g => g.Key).Select(g =>
            g.Select(p => HttpConnection.Head("POST", $"/api/threads/{p.Second}/messages", people[g.Key].Token)).ToArray())];
    }

    private static async Task<(double PerSecond, Latencies Latencies, long Refused)> PostAsync(
        IPEndPoint to, List<byte[][]> senders, int seconds, CancellationToken cancellationToken, ProcessorTime? meter = null)
    {
        var connections = new List<HttpConnection>();
        foreach (var _ in senders)
        {
            connections.Add(await HttpConnection.ConnectAsync(to, cancellationToken));
        }

        var turns = new int[senders.Count];
        var result = await ClosedLoop.RunAsync(senders.Count, seconds, async (sender, cancel) =>
        {
            var heads = senders[sender];
            return await connections[sender].AskAsync(heads[turns[sender]++ % heads.Length], MessageBody(), cancel) == (int)HttpStatusCode.Created;
        }, cancellationToken, meter);
        connections.ForEach(c => c.Dispose());
        return result;
    }

    private static byte[] MessageBody() => Encoding.ASCII.GetBytes($$"""{"clientId":"{{Guid.NewGuid()}}","text":"{{text}}"}""");

    private static readonly string text = new('x', 200);

    /// <summary>What the log's table and its keys take, once there are enough messages for the empty halves of pages to be as usual.</summary>
    private static async Task<(double BytesEach, long Messages, string Parts)> MeasureBytesAsync(ServerUnderMeasure server, List<byte[][]> senders, long atLeast, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var count = database.CreateCommand("select count(*), pg_total_relation_size('threads.events'), pg_relation_size('threads.events'), pg_relation_size('threads.events_pkey'), pg_relation_size('threads.events_once') from threads.events");
        while (true)
        {
            await using (var reader = await count.ExecuteReaderAsync(cancellationToken))
            {
                await reader.ReadAsync(cancellationToken);
                var (messages, bytes) = (reader.GetInt64(0), reader.GetInt64(1));
                if (messages >= atLeast)
                {
                    var each = Enumerable.Range(2, 3).Select(part => (double)reader.GetInt64(part) / Math.Max(1, messages)).ToArray();
                    return ((double)bytes / Math.Max(1, messages), messages, $"row {each[0]:0}, its place {each[1]:0}, its client id {each[2]:0}");
                }
            }

            await PostAsync(server.EndPoint, senders, 5, cancellationToken);
        }
    }
}
