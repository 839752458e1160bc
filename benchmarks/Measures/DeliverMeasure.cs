using System.Globalization;
using Stoa.Bench.Load;

namespace Stoa.Bench.Measures;

/// <summary>From the sender's socket through the commit to the recipient's socket.</summary>
internal static class DeliverMeasure
{
    private const int Pairs = 500;

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var (options, report) = (bench.Options, bench.Report);
        double? bare = null;
        var with = string.Create(CultureInfo.InvariantCulture, $"{Pairs * 2} sockets, {options.Connections} under way");
        if (options.Ceilings)
        {
            await using var relay = await bench.Workshop.StartCeilingAsync("--relay", cancellationToken);
            using var relayed = await DeliveryLoad.ConnectAsync(relay.EndPoint, Enumerable.Range(0, Pairs).Select(i => ("7000000000000000", $"{i}a", $"{i}b")), cancellationToken);
            (bare, var relayLatencies, _) = await relayed.RunAsync(options.Connections, options.Seconds, cancellationToken);
            report.Add(new($"bare relay without store, {with}", bare.Value, "/s") { Note = relayLatencies.Describe() });
        }

        await using var server = await bench.Workshop.StartServerAsync("deliver", cancellationToken);
        using var load = await DeliveryLoad.ConnectAsync(server.EndPoint, await SeedAsync(server, cancellationToken), cancellationToken);
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
    }

    private static async Task<IEnumerable<(string Thread, string Sender, string Recipient)>> SeedAsync(ServerUnderMeasure server, CancellationToken cancellationToken)
    {
        await using var seed = await Seed.OpenAsync(server.Database, cancellationToken);
        var people = await seed.AddPeopleAsync(Pairs * 2, cancellationToken);
        var pairs = people.Chunk(2).ToList();
        var threads = await seed.AddDirectThreadsAsync([.. pairs.Select(pair => (pair[0].Id, pair[1].Id))], 0, cancellationToken);
        await seed.SettleAsync(cancellationToken);
        return pairs.Select((pair, i) => (threads[i].ToString(), pair[0].Token, pair[1].Token));
    }
}
