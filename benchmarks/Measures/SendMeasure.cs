using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Stoa.Bench.Load;

namespace Stoa.Bench.Measures;

/// <summary>Sends over HTTP, acknowledged after the commit, 200-byte texts, each sender in a thread of its own.</summary>
internal static class SendMeasure
{
    private const int People = 16;
    private const string Server = "src/Server/bin/Release/net10.0/Stoa.Server.dll";
    private const string Bench = "benchmarks/bin/Release/net10.0/Stoa.Bench.dll";

    public static async Task RunAsync(Workshop workshop, BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        var (commits, commitLatencies) = await GroupCommitCeiling.MeasureAsync(
            await workshop.CreateDatabaseAsync("ceiling", cancellationToken), options.Connections, options.Seconds, cancellationToken);
        var answers = await MeasureBareAnswersAsync(workshop, options, cancellationToken);
        var (sends, latencies, refused) = await MeasureSendsAsync(workshop, options, cancellationToken);

        report.Add($"bare group commit, {options.Connections} senders", commits, "/s", null, commitLatencies.Describe());
        report.Add($"bare JSON answer over HTTP, {options.Connections} connections", answers, "/s", null, "");
        var note = $"{latencies.Describe()}, {ClosedLoop.Thousands(latencies.Count)} acknowledged, {refused} refused";
        report.Add($"send over HTTP, {options.Connections} connections, to group commit", sends, "/s", commits, note);
        report.Add($"send over HTTP, {options.Connections} connections, to bare answer", sends, "/s", answers, "");
    }

    private static async Task<double> MeasureBareAnswersAsync(Workshop workshop, BenchOptions options, CancellationToken cancellationToken)
    {
        var port = Workshop.FreePort();
        var process = workshop.Start(Bench, ["--answer-json", port.ToString(CultureInfo.InvariantCulture)], new Dictionary<string, string>());
        await Workshop.WaitUntilReadyAsync(new Uri($"http://127.0.0.1:{port}/"), Stopwatch.StartNew(), process, cancellationToken);
        var (perSecond, _, _) = await PostAsync(port, Enumerable.Range(0, options.Connections).Select(_ => ("1", "none")).ToList(), options, cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return perSecond;
    }

    private static async Task<(double PerSecond, Latencies Latencies, long Refused)> MeasureSendsAsync(Workshop workshop, BenchOptions options, CancellationToken cancellationToken)
    {
        var port = Workshop.FreePort();
        var process = workshop.Start(Server, ["--urls", $"http://127.0.0.1:{port}", "--Stoa:Limits=false", $"--Stoa:DataDirectory={workshop.Folder}/send"],
            new Dictionary<string, string>
            {
                ["DOTNET_ENVIRONMENT"] = "Development",
                ["Logging__LogLevel__Default"] = "Warning",
                ["ConnectionStrings__Stoa"] = await workshop.CreateDatabaseAsync("send", cancellationToken),
            });
        await Workshop.WaitUntilReadyAsync(new Uri($"http://127.0.0.1:{port}/health/ready"), Stopwatch.StartNew(), process, cancellationToken);
        var senders = await OpenThreadsAsync(new Uri($"http://127.0.0.1:{port}"), options.Connections, cancellationToken);
        return await PostAsync(port, senders, options, cancellationToken);
    }

    private static async Task<(double PerSecond, Latencies Latencies, long Refused)> PostAsync(
        int port, List<(string Thread, string Token)> senders, BenchOptions options, CancellationToken cancellationToken)
    {
        var connections = new List<HttpSender>();
        foreach (var (thread, token) in senders)
        {
            connections.Add(await HttpSender.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port),
                $"POST /api/threads/{thread}/messages HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n", cancellationToken));
        }

        var text = new string('x', 200);
        var result = await ClosedLoop.RunAsync(senders.Count, options.Seconds, async (sender, cancel) =>
        {
            var body = Encoding.ASCII.GetBytes($$"""{"clientId":"{{Guid.CreateVersion7()}}","text":"{{text}}"}""");
            return await connections[sender].PostAsync(body, cancel) == (int)HttpStatusCode.Created;
        }, cancellationToken);
        connections.ForEach(c => c.Dispose());
        return result;
    }

    /// <summary>Signs people up and opens as many direct threads as there are connections.</summary>
    private static async Task<List<(string Thread, string Token)>> OpenThreadsAsync(Uri server, int count, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = server };
        var run = Guid.NewGuid().ToString("n")[..8];
        var people = new List<(string Handle, string Token)>();
        for (var i = 0; i < People; i++)
        {
            var handle = $"bench_{run}_{i}";
            var person = await PostJsonAsync(client, "/api/people", new { handle, name = $"Bench {i}", password = $"quarry lintel {run} {i}" }, null, cancellationToken);
            people.Add((handle, person.GetProperty("token").GetString() ?? throw new InvalidOperationException("Sign-up gave no token.")));
        }

        // Every ordered pair of people is one sender in the pair's thread; pairs repeat only beyond 240 connections.
        var pairs = from a in Enumerable.Range(0, People) from b in Enumerable.Range(a + 1, People - a - 1) select (a, b);
        var senders = new List<(string, string)>();
        foreach (var (a, b) in Enumerable.Repeat(pairs, 1 + (count / (People * (People - 1) / 2))).SelectMany(p => p).Take(count))
        {
            var thread = await PostJsonAsync(client, "/api/threads", new { with = new[] { $"@{people[b].Handle}" } }, people[a].Token, cancellationToken);
            senders.Add((thread.GetProperty("id").GetString() ?? throw new InvalidOperationException("A thread has no id."), people[a].Token));
        }

        return senders;
    }

    private static async Task<JsonElement> PostJsonAsync(HttpClient client, string path, object body, string? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var answer = await client.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new InvalidOperationException($"POST {path} was answered {(int)answer.StatusCode}: {text}");
    }
}
