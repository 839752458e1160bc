using System.Globalization;
using System.Net;
using System.Text.Json;
using Stoa.Bench.Load;
using Stoa.Kernel;

namespace Stoa.Bench.Measures;

/// <summary>Pages of a long inbox and of a long thread: what is asked for most, by those with the most.</summary>
internal static class PageMeasures
{
    // One for each core of the machine that the targets were set on: what is measured is the page, not the queue before it.
    private const int Readers = 2;

    public static async Task InboxAsync(Bench bench, CancellationToken cancellationToken)
    {
        const int Threads = 5_000;
        const int EventsEach = 20;
        const int Strangers = 1_000;
        const int StrangersThreads = 45_000;
        await using var server = await bench.Workshop.StartServerAsync("inbox", cancellationToken);
        SeededPerson reader;
        await using (var seed = await Seed.OpenAsync(server.Database, cancellationToken))
        {
            var people = await seed.AddPeopleAsync(Threads + 1, cancellationToken);
            reader = people[^1];
            var pairs = people.Take(Threads).Select(other => (reader.Id, other.Id)).ToList();
            var threads = await seed.AddDirectThreadsAsync(pairs, EventsEach, cancellationToken, readTo: EventsEach - 3);
            // Others talk too: a database of one person's threads would be read from end to end, and faster than it ever is.
            var strangers = await seed.AddPeopleAsync(Strangers, cancellationToken);
            await seed.AddDirectThreadsAsync([.. Enumerable.Range(0, StrangersThreads).Select(i => (strangers[i % Strangers].Id, people[i / Strangers].Id))], 0, cancellationToken);
            await seed.AddEventsAsync(threads.Zip(pairs, (thread, pair) => (thread, pair.Item1, pair.Item2)), EventsEach, cancellationToken);
            await seed.SettleAsync(cancellationToken);
        }

        var (first, firstTime) = await ReadAsync(bench, server, _ => HttpConnection.Head("GET", "/api/threads", reader.Token), cancellationToken);
        var places = await FindPlacesAsync(server, reader.Token, cancellationToken);
        var (any, anyTime) = await ReadAsync(bench, server, _ => HttpConnection.Head("GET", $"/api/threads?before={places[Random.Shared.Next(places.Count)]}", reader.Token), cancellationToken);
        var note = string.Create(CultureInfo.InvariantCulture, $"{Readers} readers at once, pages of 30");
        bench.Report.Add(new($"inbox of {Threads:#,0} threads, first page, p95", first.PercentileMs(0.95), "ms") { AtMost = 15, Note = $"{first.Describe()}; {note}; {firstTime}" });
        bench.Report.Add(new("the same, any page, p95", any.PercentileMs(0.95), "ms") { AtMost = 15, Note = $"{any.Describe()}; {places.Count} places; {anyTime}" });
    }

    public static async Task HistoryAsync(Bench bench, CancellationToken cancellationToken)
    {
        var events = bench.Options.Full ? 1_000_000 : 200_000;
        await using var server = await bench.Workshop.StartServerAsync("history", cancellationToken);
        SeededPerson reader;
        ThreadId thread;
        await using (var seed = await Seed.OpenAsync(server.Database, cancellationToken))
        {
            var people = await seed.AddPeopleAsync(2, cancellationToken);
            reader = people[0];
            thread = (await seed.AddDirectThreadsAsync([(people[0].Id, people[1].Id)], events, cancellationToken))[0];
            await seed.AddEventsAsync([(thread, people[0].Id, people[1].Id)], events, cancellationToken);
            await seed.SettleAsync(cancellationToken);
        }

        var (before, beforeTime) = await ReadAsync(bench, server, random => HttpConnection.Head("GET", $"/api/threads/{thread}/events?before={random.Next(51, events)}", reader.Token), cancellationToken);
        var (after, afterTime) = await ReadAsync(bench, server, random => HttpConnection.Head("GET", $"/api/threads/{thread}/events?after={random.Next(0, events - 50)}", reader.Token), cancellationToken);
        var note = string.Create(CultureInfo.InvariantCulture, $"{Readers} readers at once, pages of 50");
        bench.Report.Add(new($"page back, anywhere in {events:#,0} events, p95", before.PercentileMs(0.95), "ms") { AtMost = 10, Note = $"{before.Describe()}; {note}; {beforeTime}" });
        bench.Report.Add(new("page forward, p95", after.PercentileMs(0.95), "ms") { AtMost = 10, Note = $"{after.Describe()}; {afterTime}" });
    }

    private static async Task<(Latencies Latencies, string Processor)> ReadAsync(Bench bench, ServerUnderMeasure server, Func<Random, byte[]> head, CancellationToken cancellationToken)
    {
        var connections = new List<HttpConnection>();
        for (var i = 0; i < Readers; i++)
        {
            connections.Add(await HttpConnection.ConnectAsync(server.EndPoint, cancellationToken));
        }

        // The same places in every run.
        var random = Enumerable.Range(0, Readers).Select(seed => new Random(seed)).ToArray();
        var meter = new ProcessorTime(bench.Workshop.Folder, server.Process.Id);
        var (_, latencies, refused) = await ClosedLoop.RunAsync(Readers, Math.Max(1, bench.Options.Seconds / 2), async (reader, cancel) =>
            await connections[reader].AskAsync(head(random[reader]), default, cancel) == (int)HttpStatusCode.OK, cancellationToken, meter, warmAnswers: 1_000);
        connections.ForEach(connection => connection.Dispose());
        return refused == 0 ? (latencies, meter.Describe(latencies.Count)) : throw new InvalidOperationException($"{refused} pages were refused.");
    }

    /// <summary>Walks through the inbox once.</summary>
    private static async Task<List<string>> FindPlacesAsync(ServerUnderMeasure server, string token, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var places = new List<string>();
        while (true)
        {
            var page = JsonElement.Parse(await client.GetStringAsync(places.Count == 0 ? "/api/threads" : $"/api/threads?before={places[^1]}", cancellationToken));
            if (page.GetProperty("next").GetString() is not { } next)
            {
                return places;
            }

            places.Add(next);
        }
    }
}
