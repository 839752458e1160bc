using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Stoa.Bench.Load;

namespace Stoa.Bench.Measures;

/// <summary>From a message to its bot: how much later the request is on the wire, beside bots that never answer, and after a bot was down for long.</summary>
internal static class WebhookMeasures
{
    private const int EventsPerSecond = 500;
    private const int Senders = 25;
    private const int People = 250;
    private const int Bots = 10_000;
    private const int FewBots = 1_000;
    private const int ParkedThreads = 100;
    private const int ParkedUsual = 20_000;
    private const int ParkedFull = 100_000;

    public static async Task WebhooksAsync(Bench bench, CancellationToken cancellationToken)
    {
        await using var server = await bench.Workshop.StartServerAsync("webhooks", cancellationToken, "--Stoa:AllowLoopbackTargets=true");
        using var cast = new BotCast(bench.Workshop, server, "webhooks");
        var told = new Told();
        await using var endpoint = await BotEndpoint.ListenAsync(told.Note, cancellationToken);
        var bots = await cast.MakeBotsAsync(1, "bot", _ => endpoint.Url + "/hook", cancellationToken);
        var threads = await cast.OpenAsync(await PeopleAsync(server, People, cancellationToken), _ => bots[0], cancellationToken);
        var latencies = await WriteSteadilyAsync(server, threads, told, bench.Options.Seconds, cancellationToken);
        Add(bench.Report, "message → request on the wire", latencies, 3, 15);
    }

    public static async Task DeadBotsAsync(Bench bench, CancellationToken cancellationToken)
    {
        var count = bench.Options.Full ? Bots : FewBots;
        await using var server = await bench.Workshop.StartServerAsync("dead-bots", cancellationToken, "--Stoa:AllowLoopbackTargets=true");
        using var cast = new BotCast(bench.Workshop, server, "dead-bots");
        var told = new Told();
        await using var endpoint = await BotEndpoint.ListenAsync(told.Note, cancellationToken);
        var alive = await cast.MakeBotsAsync(count - (count / 100), "alive", i => $"{endpoint.Url}/hook/{i}", cancellationToken);
        var dead = await cast.MakeBotsAsync(count / 100, "dead", i => $"{endpoint.Url}{BotEndpoint.Dead}/{i}", cancellationToken);
        var people = await PeopleAsync(server, People + (dead.Count * 4), cancellationToken);
        var toAlive = await cast.OpenAsync([.. people.Take(People)], i => alive[i * alive.Count / People], cancellationToken);
        var toDead = await cast.OpenAsync([.. people.Skip(People)], i => dead[i % dead.Count], cancellationToken);
        var before = await WriteSteadilyAsync(server, toAlive, told, bench.Options.Seconds, cancellationToken);
        await using (var others = new SteadyWriters(server.EndPoint, toDead, EventsPerSecond / 10, 5, cancellationToken))
        {
            // The dead have all been called, and hang.
            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
            var beside = await WriteSteadilyAsync(server, toAlive, told, bench.Options.Seconds, cancellationToken);
            bench.Report.Add(new($"{ClosedLoop.Thousands(count)} bots, all alive: p99", before.PercentileMs(0.99), "ms") { Note = before.Describe() });
            bench.Report.Add(new("the same, 1 % of them hanging with 50 messages/s: p99", beside.PercentileMs(0.99), "ms")
            {
                AtMost = Math.Round(before.PercentileMs(0.99) * 1.1, 1),
                Note = beside.Describe(),
            });
        }
    }

    public static async Task ParkedAsync(Bench bench, CancellationToken cancellationToken)
    {
        var count = bench.Options.Full ? ParkedFull : ParkedUsual;
        await using var server = await bench.Workshop.StartServerAsync("parked", cancellationToken, "--Stoa:AllowLoopbackTargets=true");
        using var cast = new BotCast(bench.Workshop, server, "parked");
        var (order, first, wrong, last) = (new ConcurrentDictionary<string, int>(), 0L, 0, new TaskCompletionSource());
        var arrived = 0;
        await using var endpoint = await BotEndpoint.ListenAsync(message =>
        {
            Interlocked.CompareExchange(ref first, Stopwatch.GetTimestamp(), 0);
            var number = int.Parse(message.Text, CultureInfo.InvariantCulture);
            if (order.GetValueOrDefault(message.Psid) != number - 1)
            {
                Interlocked.Increment(ref wrong);
            }

            order[message.Psid] = number;
            if (Interlocked.Increment(ref arrived) == count)
            {
                last.TrySetResult();
            }
        }, cancellationToken);
        var bots = await cast.MakeBotsAsync(1, "bot", _ => endpoint.Url + "/hook", cancellationToken);
        var threads = await cast.OpenAsync(await PeopleAsync(server, ParkedThreads, cancellationToken), _ => bots[0], cancellationToken);
        endpoint.IsOut = true;
        await Task.WhenAll(threads.Select(async thread =>
        {
            using var connection = await HttpConnection.ConnectAsync(server.EndPoint, cancellationToken);
            for (var i = 1; i <= count / ParkedThreads; i++)
            {
                await SendAsync(connection, thread, i.ToString(CultureInfo.InvariantCulture), cancellationToken);
            }
        }));
        endpoint.IsOut = false;
        await last.Task.WaitAsync(TimeSpan.FromMinutes(10), cancellationToken);
        var took = Stopwatch.GetElapsedTime(first);
        bench.Report.Add(new($"a bot that was down, {ClosedLoop.Thousands(count)} events waiting", count / took.TotalSeconds, "/s") { AtLeast = 1_000, Note = $"in {ParkedThreads} conversations" });
        bench.Report.Add(new("of them lost, doubled or out of order", wrong, "") { AtMost = 0 });
    }

    private static void Add(Report report, string what, Latencies latencies, double p50, double p99)
    {
        var at = string.Create(CultureInfo.InvariantCulture, $"{what}, {EventsPerSecond} messages/s");
        report.Add(new($"{at}: p50", latencies.PercentileMs(0.5), "ms") { AtMost = p50, Note = $"{latencies.Describe()}; from the message's instant, which is before its commit" });
        report.Add(new($"{at}: p99", latencies.PercentileMs(0.99), "ms") { AtMost = p99 });
    }

    private static async Task<IReadOnlyList<SeededPerson>> PeopleAsync(ServerUnderMeasure server, int count, CancellationToken cancellationToken)
    {
        await using var seed = await Seed.OpenAsync(server.Database, cancellationToken);
        return await seed.AddPeopleAsync(count, cancellationToken);
    }

    private static async Task<Latencies> WriteSteadilyAsync(ServerUnderMeasure server, IReadOnlyList<CastThread> threads, Told told, int seconds, CancellationToken cancellationToken)
    {
        await using var writers = new SteadyWriters(server.EndPoint, threads, EventsPerSecond, Senders, cancellationToken);
        // A server that has run for a while has compiled all this.
        await Task.Delay(TimeSpan.FromSeconds(8), cancellationToken);
        told.Begin();
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        return told.End();
    }

    internal static async Task SendAsync(HttpConnection connection, CastThread thread, string text, CancellationToken cancellationToken)
    {
        if (await connection.AskAsync(thread.Head, BotCast.Message(text), cancellationToken) is var status && status != (int)HttpStatusCode.Created)
        {
            throw new InvalidOperationException($"A message was answered with {status}.");
        }
    }

    /// <summary>How long what came between two moments took.</summary>
    private sealed class Told
    {
        private readonly Lock gate = new();
        private Latencies? measured;

        public void Note(ToldMessage message)
        {
            lock (gate)
            {
                measured?.Add(message.Took);
            }
        }

        public void Begin()
        {
            lock (gate)
            {
                measured = new();
            }
        }

        public Latencies End()
        {
            lock (gate)
            {
                var all = measured ?? throw new InvalidOperationException("Nothing was begun.");
                measured = null;
                return all;
            }
        }
    }
}
