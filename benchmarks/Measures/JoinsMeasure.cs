using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Npgsql;
using Stoa.Bench.Load;
using Stoa.Kernel;

namespace Stoa.Bench.Measures;

/// <summary>Thousands join a group by one link at the same moment, each over a connection of their own: how long until the last is in, and whether everything is as it must be.</summary>
internal static class JoinsMeasure
{
    private const int Usual = 1_000;
    private const int Full = 5_000;

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var count = bench.Options.Full ? Full : Usual;
        await using var server = await bench.Workshop.StartServerAsync("joins", cancellationToken);
        await using var seed = await Seed.OpenAsync(server.Database, cancellationToken);
        // One more than the group has room for beside its owner would be refused.
        var people = await seed.AddPeopleAsync(count, cancellationToken);
        var warm = await seed.AddPeopleAsync(64, cancellationToken);
        await seed.SettleAsync(cancellationToken);

        await JoinAsync(server, await seed.AddGroupAsync([warm[0].Id], cancellationToken), warm, cancellationToken);
        var thread = await seed.AddGroupAsync([people[0].Id], cancellationToken);
        var (took, latencies, entered) = await JoinAsync(server, thread, people, cancellationToken);
        var wrong = await CheckAsync(server, thread, count, cancellationToken);

        bench.Report.Add(new($"{ClosedLoop.Thousands(count)} join by one link at once, until the last is in", took.TotalSeconds, "s")
        {
            Note = $"{latencies.Describe()}, {ClosedLoop.Thousands(entered)} in",
        });
        bench.Report.Add(new("the same", entered / took.TotalSeconds, "/s"));
        bench.Report.Add(new("joins doubled, lost, out of order or miscounted", wrong, "") { AtMost = 0 });
    }

    /// <summary>The first of the people owns the group and makes the link; the others join.</summary>
    private static async Task<(TimeSpan Took, Latencies Latencies, int Entered)> JoinAsync(
        ServerUnderMeasure server, ThreadId thread, IReadOnlyList<SeededPerson> people, CancellationToken cancellationToken)
    {
        var token = await InviteAsync(server.EndPoint, thread, people[0], cancellationToken);
        var connections = new HttpConnection[people.Count - 1];
        var heads = new byte[connections.Length][];
        for (var i = 0; i < connections.Length; i++)
        {
            connections[i] = await HttpConnection.ConnectAsync(server.EndPoint, cancellationToken);
            heads[i] = HttpConnection.Head("POST", $"/api/invites/{token}", people[i + 1].Token);
        }

        var latencies = new Latencies();
        var clock = Stopwatch.StartNew();
        var statuses = await Task.WhenAll(connections.Select(async (connection, i) =>
        {
            var begun = Stopwatch.GetTimestamp();
            var status = await connection.AskAsync(heads[i], Encoding.ASCII.GetBytes($$"""{"clientId":"{{Guid.NewGuid()}}"}"""), cancellationToken);
            lock (latencies)
            {
                latencies.Add(Stopwatch.GetElapsedTime(begun));
            }

            return status;
        }));
        var took = clock.Elapsed;
        Array.ForEach(connections, connection => connection.Dispose());
        return (took, latencies, statuses.Count(status => status == (int)HttpStatusCode.Created));
    }

    private static async Task<string> InviteAsync(IPEndPoint to, ThreadId thread, SeededPerson owner, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{to}") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", owner.Token);
        using var answer = await client.PostAsync($"/api/threads/{thread}/invites", new StringContent("{}", Encoding.UTF8, "application/json"), cancellationToken);
        var said = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.StatusCode == HttpStatusCode.Created && JsonElement.Parse(said).GetProperty("token").GetString() is { } token
            ? token
            : throw new InvalidOperationException($"The link was answered with {answer.StatusCode}: {said}");
    }

    /// <returns>How many things are not as they must be: members, events, numbers and uses.</returns>
    private static async Task<long> CheckAsync(ServerUnderMeasure server, ThreadId thread, int count, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var command = database.CreateCommand(
            """
            select abs($2 - (select count(*) from threads.members where thread_id = $1))
                 + abs($2 - t.member_count) + abs($2 - 1 - t.last_seq)
                 + abs($2 - 1 - (select count(distinct sender) from threads.events where thread_id = $1))
                 + (select count(*) from (select seq, row_number() over (order by seq) as n from threads.events where thread_id = $1) e where seq <> n)
                 + abs($2 - 1 - (select uses from threads.invites where thread_id = $1))
            from threads.threads t where t.id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }
}
