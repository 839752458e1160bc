using System.Globalization;
using System.Net;
using System.Text;
using Stoa.Bench.Load;

namespace Stoa.Bench.Measures;

/// <summary>Calls of the Send API by one bot: messages that are stored, and calls that are read and checked to the end and then refused.</summary>
internal static class GraphMeasure
{
    private const int People = 256;

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var options = bench.Options;
        double? answers = null;
        if (options.Ceilings)
        {
            await using var bare = await bench.Workshop.StartCeilingAsync("--answer-json", cancellationToken);
            answers = await AskAsync(bare.EndPoint, options, HttpConnection.Head("POST", "/me/messages", new string('t', 53)), i => Message($"{7_000_000_000_000_000 + i}", "how do you do"), 201, cancellationToken);
            bench.Report.Add(new($"bare JSON answer over HTTP, {options.Connections} connections", answers.Value, "/s"));
        }

        await using var server = await bench.Workshop.StartServerAsync("graph", cancellationToken, "--Stoa:AllowLoopbackTargets=true");
        using var cast = new BotCast(bench.Workshop, server, "graph");
        var psids = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        var all = new TaskCompletionSource();
        await using var endpoint = await BotEndpoint.ListenAsync(message =>
        {
            psids[message.Psid] = true;
            if (psids.Count == People)
            {
                all.TrySetResult();
            }
        }, cancellationToken);
        var bot = (await cast.MakeBotsAsync(1, "bot", _ => endpoint.Url + "/hook", cancellationToken))[0];
        await using (var seed = await Seed.OpenAsync(server.Database, cancellationToken))
        {
            var threads = await cast.OpenAsync(await seed.AddPeopleAsync(People, cancellationToken), _ => bot, cancellationToken);
            using var connection = await HttpConnection.ConnectAsync(server.EndPoint, cancellationToken);
            foreach (var thread in threads)
            {
                await WebhookMeasures.SendAsync(connection, thread, "hello", cancellationToken);
            }
        }

        await all.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
        var known = psids.Keys.ToArray();
        var head = HttpConnection.Head("POST", "/v23.0/me/messages", bot.Token);
        var sends = await AskAsync(server.EndPoint, options, head, i => Message(known[i % known.Length], "how do you do"), (int)HttpStatusCode.OK, cancellationToken);
        bench.Report.Add(new($"Send API, {options.Connections} connections; to bare answer", sends, "/s") { AtLeast = 5_000, Ceiling = answers });
        // As long as a text may be and one more: found at the end of all checks.
        var tooLong = new string('x', 2_001);
        var refused = await AskAsync(server.EndPoint, options, head, i => Message(known[i % known.Length], tooLong), (int)HttpStatusCode.BadRequest, cancellationToken);
        bench.Report.Add(new("a call that is checked and not sent; to bare answer", refused, "/s") { Ceiling = answers, RatioAtLeast = 0.5 });
    }

    private static byte[] Message(string psid, string text) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $$$"""{"recipient":{"id":"{{{psid}}}"},"messaging_type":"RESPONSE","message":{"text":"{{{text}}}"}}"""));

    private static async Task<double> AskAsync(IPEndPoint to, BenchOptions options, byte[] head, Func<int, byte[]> body, int status, CancellationToken cancellationToken)
    {
        var connections = new List<HttpConnection>();
        for (var i = 0; i < options.Connections; i++)
        {
            connections.Add(await HttpConnection.ConnectAsync(to, cancellationToken));
        }

        var turn = 0;
        var (perSecond, _, refused) = await ClosedLoop.RunAsync(options.Connections, options.Seconds, async (sender, cancel) =>
            await connections[sender].AskAsync(head, body(Interlocked.Increment(ref turn) & 0xFFFFFF), cancel) == status, cancellationToken, warmAnswers: 20_000);
        connections.ForEach(connection => connection.Dispose());
        return refused == 0 ? perSecond : throw new InvalidOperationException($"{refused} calls were answered with something else than {status}.");
    }
}
