using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;
using Stoa.Bench.Load;

namespace Stoa.Bench.Measures;

/// <summary>One message to a group whose members are all connected: until the last one has it, and what it writes.</summary>
internal static class GroupMeasure
{
    private const int Members = 1_000;
    private const int WarmMessages = 50;
    private static readonly TimeSpan arrivesWithin = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        await using var server = await bench.Workshop.StartServerAsync("group", cancellationToken);
        await using var seed = await Seed.OpenAsync(server.Database, cancellationToken);
        var people = await seed.AddPeopleAsync(Members, cancellationToken);
        var thread = await seed.AddGroupAsync([.. people.Select(person => person.Id)], cancellationToken);
        await seed.SettleAsync(cancellationToken);
        using var arrivals = new Arrivals(Members);
        foreach (var person in people)
        {
            arrivals.Listen(await LiveClient.ConnectAsync(server.EndPoint, person.Token, cancellationToken));
        }

        using var sender = await HttpConnection.ConnectAsync(server.EndPoint, cancellationToken);
        var head = HttpConnection.Head("POST", $"/api/threads/{thread}/messages", people[0].Token);
        var text = new string('x', 200);
        async Task<TimeSpan> SendAsync()
        {
            var begun = Stopwatch.GetTimestamp();
            var last = arrivals.ExpectAsync();
            await sender.AskAsync(head, Encoding.ASCII.GetBytes($$"""{"clientId":"{{Guid.NewGuid()}}","text":"{{text}}"}"""), cancellationToken);
            return Stopwatch.GetElapsedTime(begun, await last.WaitAsync(arrivesWithin, cancellationToken));
        }

        for (var i = 0; i < WarmMessages; i++)
        {
            await SendAsync();
        }

        var messages = bench.Options.Full ? 500 : 100;
        var latencies = new Latencies();
        var before = await CountAsync(server, cancellationToken);
        for (var i = 0; i < messages; i++)
        {
            latencies.Add(await SendAsync());
        }

        var after = await CountAsync(server, cancellationToken);
        var figures = string.Create(CultureInfo.InvariantCulture, $"{messages} messages, one after the other; {latencies.Describe()}");
        bench.Report.Add(new($"message to a group of {Members:#,0}, last one has it, p95", latencies.PercentileMs(0.95), "ms") { AtMost = 250, Note = figures });
        bench.Report.Add(new("the same: rows that appeared for each message", Math.Round((after.Rows - before.Rows) / (double)messages, 1), "") { AtMost = 1, Note = "counted over all tables, with the few rows that the server keeps of itself" });
        bench.Report.Add(new("the same: write-ahead log for each message", (after.LogBytes - before.LogBytes) / (double)messages, "bytes"));
    }

    /// <summary>Rows of all tables of all modules, and how far the write-ahead log has come.</summary>
    private static async Task<(long Rows, long LogBytes)> CountAsync(ServerUnderMeasure server, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var tables = database.CreateCommand(
            "select string_agg(format('select count(*) from %I.%I', schemaname, tablename), ' union all ') from pg_tables where schemaname not in ('pg_catalog', 'information_schema')");
        await using var count = database.CreateCommand($"select sum(count)::bigint, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint from ({await tables.ExecuteScalarAsync(cancellationToken)}) counts");
        await using var reader = await count.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>Counts the devices that have the message.</summary>
    private sealed class Arrivals(int members) : IDisposable
    {
        private readonly List<LiveClient> clients = [];
        private TaskCompletionSource<long> last = new();
        private int missing;

        /// <returns>The time at which the last device had it, as <see cref="Stopwatch"/> tells it.</returns>
        public Task<long> ExpectAsync()
        {
            last = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref missing, members);
            return last.Task;
        }

        public void Listen(LiveClient client)
        {
            clients.Add(client);
            _ = ReadAsync(client);
        }

        public void Dispose() => clients.ForEach(client => client.Dispose());

        private async Task ReadAsync(LiveClient client)
        {
            try
            {
                while (true)
                {
                    if (LiveClient.IsOp((await client.ReceiveAsync(CancellationToken.None)).Span, "event"u8) && Interlocked.Decrement(ref missing) == 0)
                    {
                        last.TrySetResult(Stopwatch.GetTimestamp());
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
            {
                last.TrySetException(exception);
            }
        }
    }
}
