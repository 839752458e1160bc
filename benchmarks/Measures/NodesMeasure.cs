using System.Globalization;
using System.Net;
using System.Text;
using Stoa.Bench.Load;
using Stoa.Testing;

namespace Stoa.Bench.Measures;

/// <summary>Two nodes with a RabbitMQ between them, on the same cores as one: what they send together, and how much later the other node's sockets hear of it.</summary>
internal static class NodesMeasure
{
    private const int Pairs = 100;

    /// <summary>Few, so that what is measured is the way and not the queue.</summary>
    private const int UnderWay = 4;

    private static readonly string text = new('x', 200);

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var (options, report) = (bench.Options, bench.Report);
        double alone;
        await using (var one = await bench.Workshop.StartServerAsync("alone", cancellationToken))
        {
            (alone, var latencies, _) = await SendAsync([one.EndPoint], await SeedAsync(one, options.Connections, cancellationToken), options.Seconds, cancellationToken);
            report.Add(new($"one node, {options.Connections} senders", alone, "/s") { Note = latencies.Describe() });
        }

        await using var broker = new RabbitServer();
        await broker.StartAsync();
        await using var first = await bench.Workshop.StartServerAsync("nodes", cancellationToken, $"--Broker:Uri={broker.Address}");
        await using var second = await bench.Workshop.StartServerAsync("nodes-second", cancellationToken, $"--Broker:Uri={broker.Address}", $"--ConnectionStrings:Stoa={first.Database}");
        var pairs = await SeedAsync(first, Math.Max(Pairs, options.Connections), cancellationToken);

        // One node after the other, with the same work: sockets of the sender's node, then sockets of the other.
        var here = await DeliverAsync(first.EndPoint, first.EndPoint, pairs, options.Seconds, cancellationToken);
        var across = await DeliverAsync(first.EndPoint, second.EndPoint, pairs, options.Seconds, cancellationToken);
        report.Add(new("from socket to socket of the same node, p50", here.PercentileMs(0.50), "ms") { Note = here.Describe() });
        report.Add(new("to a socket of the other node, p50", across.PercentileMs(0.50), "ms") { Note = across.Describe() });
        report.Add(new("added by the way between nodes, p50", across.PercentileMs(0.50) - here.PercentileMs(0.50), "ms") { AtMost = 5 });

        var (together, sent, refused) = await SendAsync([first.EndPoint, second.EndPoint], pairs, options.Seconds, cancellationToken);
        report.Add(new($"two nodes together, {options.Connections} senders; to one node", together, "/s")
        {
            Ceiling = alone,
            RatioAtLeast = 0.6,
            Note = string.Create(CultureInfo.InvariantCulture, $"{sent.Describe()}, {refused} refused"),
        });
    }

    private static async Task<Latencies> DeliverAsync(
        IPEndPoint senders, IPEndPoint recipients, List<(string Thread, string Sender, string Recipient)> pairs, int seconds, CancellationToken cancellationToken)
    {
        using var load = await DeliveryLoad.ConnectAsync(pairs.Take(Pairs).Select(pair =>
            (Func<Task<DeliveryPair>>)(async () => await LivePair.ConnectAsync(senders, pair.Thread, pair.Sender, pair.Recipient, cancellationToken, recipients))));
        var (_, latencies, _) = await load.RunAsync(UnderWay, seconds, cancellationToken);
        return latencies;
    }

    /// <summary>One sender a connection, dealt to the nodes.</summary>
    private static async Task<(double PerSecond, Latencies Latencies, long Refused)> SendAsync(
        IPEndPoint[] nodes, List<(string Thread, string Sender, string Recipient)> pairs, int seconds, CancellationToken cancellationToken)
    {
        var senders = new List<(HttpConnection Connection, byte[] Head)>();
        foreach (var (thread, sender, _) in pairs)
        {
            senders.Add((await HttpConnection.ConnectAsync(nodes[senders.Count % nodes.Length], cancellationToken), HttpConnection.Head("POST", $"/api/threads/{thread}/messages", sender)));
        }

        var result = await ClosedLoop.RunAsync(senders.Count, seconds, async (i, cancel) =>
            await senders[i].Connection.AskAsync(senders[i].Head, Encoding.ASCII.GetBytes($$"""{"clientId":"{{Guid.NewGuid()}}","text":"{{text}}"}"""), cancel) == (int)HttpStatusCode.Created,
            cancellationToken);
        senders.ForEach(sender => sender.Connection.Dispose());
        return result;
    }

    private static async Task<List<(string Thread, string Sender, string Recipient)>> SeedAsync(ServerUnderMeasure server, int pairs, CancellationToken cancellationToken)
    {
        await using var seed = await Seed.OpenAsync(server.Database, cancellationToken);
        var people = (await seed.AddPeopleAsync(pairs * 2, cancellationToken)).Chunk(2).ToList();
        var threads = await seed.AddDirectThreadsAsync([.. people.Select(pair => (pair[0].Id, pair[1].Id))], 0, cancellationToken);
        await seed.SettleAsync(cancellationToken);
        return [.. people.Select((pair, i) => (threads[i].ToString(), pair[0].Token, pair[1].Token))];
    }
}
