using System.Globalization;
using Stoa.Bench.Load;
using Stoa.Bench.Peer;

namespace Stoa.Bench.Measures;

/// <summary>From the sender's socket through the commit to the recipient's socket; with <c>--peer</c> the same by ejabberd with its archive in the same PostgreSQL.</summary>
internal static class DeliverMeasure
{
    private const int Pairs = 500;

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var (options, report) = (bench.Options, bench.Report);
        var with = string.Create(CultureInfo.InvariantCulture, $"{Pairs * 2} sockets, {options.Connections} under way");
        double? bare = null;
        if (options.Ceilings)
        {
            await using var relay = await bench.Workshop.StartCeilingAsync("--relay", cancellationToken);
            using var relayed = await DeliveryLoad.ConnectAsync(Enumerable.Range(0, Pairs).Select(i =>
                (Func<Task<DeliveryPair>>)(async () => await LivePair.ConnectAsync(relay.EndPoint, "7000000000000000", $"{i}a", $"{i}b", cancellationToken))));
            (bare, var relayLatencies, _) = await relayed.RunAsync(options.Connections, options.Seconds, cancellationToken);
            report.Add(new($"bare relay without store, {with}", bare.Value, "/s") { Note = relayLatencies.Describe() });
        }

        var ours = await MeasureOursAsync(bench, with, bare, cancellationToken);
        if (options.Peer)
        {
            await MeasurePeerAsync(bench, with, ours, cancellationToken);
        }
    }

    private static async Task<double> MeasureOursAsync(Bench bench, string with, double? bare, CancellationToken cancellationToken)
    {
        var (options, report) = (bench.Options, bench.Report);
        await using var server = await bench.Workshop.StartServerAsync("deliver", cancellationToken);
        var pairs = await SeedAsync(server, cancellationToken);
        using var load = await DeliveryLoad.ConnectAsync(pairs.Select(pair =>
            (Func<Task<DeliveryPair>>)(async () => await LivePair.ConnectAsync(server.EndPoint, pair.Thread, pair.Sender, pair.Recipient, cancellationToken))));
        var meter = new ProcessorTime(bench.Workshop.Folder, server.Process.Id);
        var (perSecond, latencies, _) = await load.RunAsync(options.Connections, options.Seconds, cancellationToken, meter);
        report.Add(new($"delivered, {with}", perSecond, "/s")
        {
            AtLeast = 7_000,
            Ceiling = bare,
            Note = $"{ClosedLoop.Thousands(latencies.Count)} delivered; {meter.Describe(latencies.Count)}",
        });
        report.Add(new("from socket to socket, p50", latencies.PercentileMs(0.50), "ms") { AtMost = 8 });
        report.Add(new("from socket to socket, p99", latencies.PercentileMs(0.99), "ms") { AtMost = 60 });
        return perSecond;
    }

    private static async Task MeasurePeerAsync(Bench bench, string with, double ours, CancellationToken cancellationToken)
    {
        var (options, report) = (bench.Options, bench.Report);
        if (!Ejabberd.IsInstalled)
        {
            report.Add(new("ejabberd is not installed: apt-get install ejabberd", 0, ""));
            return;
        }

        await using var peer = await Ejabberd.StartAsync(bench.Workshop, Enumerable.Range(0, Pairs).SelectMany(i => (string[])[$"s{i}", $"r{i}"]), cancellationToken);
        using var load = await DeliveryLoad.ConnectAsync(Enumerable.Range(0, Pairs).Select(i =>
            (Func<Task<DeliveryPair>>)(() => XmppPair.ConnectAsync(peer.EndPoint, $"s{i}", $"r{i}", cancellationToken))));
        var meter = new ProcessorTime(bench.Workshop.Folder, peer.ProcessId);
        var (perSecond, latencies, _) = await load.RunAsync(options.Connections, options.Seconds, cancellationToken, meter);
        var archived = await peer.CountArchivedAsync(cancellationToken);
        report.Add(new($"ejabberd {Ejabberd.Version}: delivered and archived, {with}", perSecond, "/s")
        {
            Note = $"{latencies.Describe()}; {ClosedLoop.Thousands(latencies.Count)} delivered, {ClosedLoop.Thousands(archived)} archived with those before the count; {meter.Describe(latencies.Count)}",
        });
        report.Add(new("ours to ejabberd's", ours, "/s") { Ceiling = perSecond, RatioAtLeast = 4.5 });
    }

    private static async Task<List<(string Thread, string Sender, string Recipient)>> SeedAsync(ServerUnderMeasure server, CancellationToken cancellationToken)
    {
        await using var seed = await Seed.OpenAsync(server.Database, cancellationToken);
        var people = await seed.AddPeopleAsync(Pairs * 2, cancellationToken);
        var pairs = people.Chunk(2).ToList();
        var threads = await seed.AddDirectThreadsAsync([.. pairs.Select(pair => (pair[0].Id, pair[1].Id))], 0, cancellationToken);
        await seed.SettleAsync(cancellationToken);
        return [.. pairs.Select((pair, i) => (threads[i].ToString(), pair[0].Token, pair[1].Token))];
    }
}
