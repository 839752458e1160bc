using System.Globalization;
using Stoa.Bench.Load;

namespace Stoa.Bench.Measures;

/// <summary>What a signed-in live connection that says nothing keeps in the server's memory. A process may have 20,000 files open here, so 19,000 of them.</summary>
internal static class IdleMeasure
{
    private const int Connections = 19_000;
    private const int PerPerson = 20;
    private const int ConnectingAtOnce = 32;
    private const int WarmConnections = 400;
    private static readonly TimeSpan settlesWithin = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        double? bare = null;
        var with = string.Create(CultureInfo.InvariantCulture, $"{Connections:#,0} connections");
        if (bench.Options.Ceilings)
        {
            await using var relay = await bench.Workshop.StartCeilingAsync("--relay", cancellationToken);
            bare = await MeasureAsync(relay, [.. Enumerable.Range(0, Connections).Select(i => $"{i}a")], cancellationToken);
            bench.Report.Add(new($"bare WebSocket, {with}", bare.Value / 1024, "KB") { Note = "resident, each; with a receive buffer of 1 KB" });
        }

        await using var server = await bench.Workshop.StartServerAsync("idle", cancellationToken, $"--Live:ConnectionsMax={Connections + 1_000}", $"--Live:ConnectionsPerPersonMax={PerPerson}");
        await using (var seed = await Seed.OpenAsync(server.Database, cancellationToken))
        {
            var people = await seed.AddPeopleAsync(Connections / PerPerson, cancellationToken);
            var each = await MeasureAsync(server, [.. people.SelectMany(person => Enumerable.Repeat(person.Token, PerPerson))], cancellationToken);
            bench.Report.Add(new($"idle signed-in live connection, {with}", each / 1024, "KB") { AtMost = 18, Ceiling = bare / 1024, Note = "resident, each" });
        }
    }

    private static async Task<double> MeasureAsync(ServerUnderMeasure server, IReadOnlyList<string> tokens, CancellationToken cancellationToken)
    {
        // What is compiled and pooled with the first connections is no part of each.
        (await ConnectAsync(server, [.. tokens.Take(WarmConnections)], cancellationToken)).ForEach(client => client.Dispose());
        await Task.Delay(settlesWithin, cancellationToken);
        var before = server.ReadResident();
        var clients = await ConnectAsync(server, tokens, cancellationToken);
        try
        {
            await Task.Delay(settlesWithin, cancellationToken);
            return (server.ReadResident() - before) / (double)clients.Count;
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static async Task<List<LiveClient>> ConnectAsync(ServerUnderMeasure server, IReadOnlyList<string> tokens, CancellationToken cancellationToken)
    {
        var clients = new List<LiveClient>(tokens.Count);
        foreach (var some in tokens.Chunk(ConnectingAtOnce))
        {
            clients.AddRange(await Task.WhenAll(some.Select(token => LiveClient.ConnectAsync(server.EndPoint, token, cancellationToken))));
        }

        return clients;
    }
}
