using Stoa.Kernel;

namespace Stoa.Bench.Faults;

/// <summary>
/// Nodes, PostgreSQL and the broker are killed (<c>kill -9</c>) in the middle of many sends, by clients that try again under the same ids and to
/// receivers that come back and resume; every fourth client loses every second answer. Nothing acknowledged may be lost, nothing doubled, nothing told in another order.
/// </summary>
internal static class FaultsMeasure
{
    private const int Senders = 32;
    private const int ThreadsEach = 2;
    private const int Receivers = 16;
    private const int SendsTwiceEvery = 50;
    private static readonly TimeSpan caughtUpWithin = TimeSpan.FromSeconds(60);

    /// <summary>One node.</summary>
    public static Task RunAsync(Bench bench, CancellationToken cancellationToken) => RunAsync(bench, nodes: 1,
        server => [new("node", () => server.RestartNodeAsync(0, cancellationToken)), new("PostgreSQL", server.KillPostgresAsync), new("node", () => server.RestartNodeAsync(0, cancellationToken))],
        cancellationToken);

    /// <summary>Two nodes and the broker between them.</summary>
    public static Task RunAcrossAsync(Bench bench, CancellationToken cancellationToken) => RunAsync(bench, nodes: 2,
        server =>
        [
            new("one of two nodes", () => server.RestartNodeAsync(1, cancellationToken)), new("broker", server.RestartBrokerAsync),
            new("PostgreSQL", server.KillPostgresAsync), new("the other node", () => server.RestartNodeAsync(0, cancellationToken)),
        ],
        cancellationToken);

    private static async Task RunAsync(Bench bench, int nodes, Func<FaultyInstallation, IReadOnlyList<Kill>> plan, CancellationToken cancellationToken)
    {
        var sends = bench.Options.Full ? 100_000 : 20_000;
        await using var server = await FaultyInstallation.StartAsync(bench.Workshop, nodes, cancellationToken);
        var (senders, receivers) = await SeedAsync(server, cancellationToken);
        var acknowledged = new Acknowledged();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var receiving = receivers.Select(receiver => receiver.RunAsync(ending.Token)).ToList();
        var sending = senders.Select(sender => sender.RunAsync(sends / Senders, acknowledged, cancellationToken)).ToList();

        var kills = new List<(string What, TimeSpan Silence)>();
        var (planned, comingBack) = (plan(server), new List<Task>());
        for (var i = 0; i < planned.Count; i++)
        {
            await acknowledged.ReachAsync(sends * (i + 1) / (planned.Count + 1), cancellationToken);
            acknowledged.BeginSilence();
            // The sends do not wait for what was killed, and neither does the next kill.
            comingBack.Add(await planned[i].RunAsync());
            // As many again as there are senders: each has had one answered since.
            await acknowledged.ReachAsync(Math.Min(sends, acknowledged.Count + (2 * Senders)), cancellationToken);
            kills.Add((planned[i].What, acknowledged.LongestSilence));
        }

        await Task.WhenAll(sending.Concat(comingBack));
        var log = await StoredLog.ReadAsync(server.Database, cancellationToken);
        var caughtUp = await CatchUpAsync(receivers, log, cancellationToken);
        await ending.CancelAsync();
        await Task.WhenAll(receiving);
        Report(bench, log, acknowledged, senders, receivers, kills, caughtUp);
    }

    private static void Report(
        Bench bench, StoredLog log, Acknowledged acknowledged, List<FaultySender> senders, List<FaultyReceiver> receivers, List<(string What, TimeSpan Silence)> kills, bool caughtUp)
    {
        var report = bench.Report;
        report.Add(new("sends acknowledged, each under one id", acknowledged.Count, "")
        {
            Note = $"{senders.Sum(s => s.Retries)} tried again, {senders.Sum(s => s.SentTwice)} sent twice on purpose, {receivers.Sum(r => r.Reconnects)} reconnects, {receivers.Sum(r => r.Gaps)} gaps announced and fetched",
        });
        report.Add(new("acknowledged and not stored as acknowledged", log.CountMissing(acknowledged), "") { AtMost = 0 });
        report.Add(new("stored twice", log.Doubled, "") { AtMost = 0 });
        report.Add(new("numbers missing in the log", log.Gaps, "") { AtMost = 0 });
        report.Add(new("answered otherwise the second time", senders.Sum(s => s.AnsweredOtherwise), "") { AtMost = 0 });
        report.Add(new("stored and never received", receivers.Sum(r => r.CountLost(log)), "") { AtMost = 0, Note = caughtUp ? "" : "some receivers had not caught up" });
        report.Add(new("received twice", receivers.Sum(r => r.Doubled), "") { AtMost = 0 });
        report.Add(new("received out of order", receivers.Sum(r => r.OutOfOrder), "") { AtMost = 0 });
        foreach (var (what, silence) in kills)
        {
            report.Add(new($"{what} killed: until sends are acknowledged again", silence.TotalSeconds, "s") { Note = Note(what) });
        }
    }

    private static string Note(string what) => what switch
    {
        "node" => "with the start of the new process",
        "PostgreSQL" => "the server starts it again",
        "broker" => "sends need none",
        _ => "its clients go to the one that is left",
    };

    private static async Task<(List<FaultySender> Senders, List<FaultyReceiver> Receivers)> SeedAsync(FaultyInstallation server, CancellationToken cancellationToken)
    {
        await using var seed = await Seed.OpenAsync(server.Database, cancellationToken);
        var people = await seed.AddPeopleAsync(Senders + Receivers, cancellationToken);
        var pairs = Enumerable.Range(0, Senders * ThreadsEach).Select(i => (Sender: i % Senders, Receiver: Senders + ((i / Senders * (Receivers / ThreadsEach)) + (i % Senders)) % Receivers)).ToList();
        var threads = await seed.AddDirectThreadsAsync([.. pairs.Select(pair => (people[pair.Sender].Id, people[pair.Receiver].Id))], 0, cancellationToken);
        IReadOnlyList<ThreadId> ThreadsOf(int person) => [.. pairs.Zip(threads).Where(p => p.First.Sender == person || p.First.Receiver == person).Select(p => p.Second)];
        // Half of them begin at each node.
        IReadOnlyList<System.Net.IPEndPoint> ServersOf(int person) => person % 2 == 0 ? server.EndPoints : [.. server.EndPoints.Reverse()];
        return (
            [.. Enumerable.Range(0, Senders).Select(i => new FaultySender(ServersOf(i), people[i].Token, ThreadsOf(i), i % 4 == 3 ? 2 : SendsTwiceEvery))],
            [.. Enumerable.Range(Senders, Receivers).Select(i => new FaultyReceiver(ServersOf(i), people[i].Token, ThreadsOf(i)))]);
    }

    /// <returns>Whether every receiver has seen the end of each of its threads.</returns>
    private static async Task<bool> CatchUpAsync(List<FaultyReceiver> receivers, StoredLog log, CancellationToken cancellationToken)
    {
        var patience = Environment.TickCount64 + (long)caughtUpWithin.TotalMilliseconds;
        while (!receivers.TrueForAll(receiver => receiver.HasSeen(log)))
        {
            if (Environment.TickCount64 > patience)
            {
                return false;
            }

            await Task.Delay(50, cancellationToken);
        }

        return true;
    }

    private readonly record struct Kill(string What, Func<Task<Task>> RunAsync);
}
