using Stoa.Bench.Faults;
using Stoa.Bench.MoneyFaults;

namespace Stoa.Bench.Measures;

/// <summary>The one list. A new measure is a file beside this one and a line here.</summary>
internal static class AllMeasures
{
    public static readonly IReadOnlyList<Measure> List =
    [
        new("send", "acknowledged sends over HTTP, bytes per stored message", SendMeasure.RunAsync),
        new("deliver", "from the sender's socket through the commit to the recipient's", DeliverMeasure.RunAsync),
        new("idle", "memory of an idle live connection", IdleMeasure.RunAsync),
        new("group", "one message to a group of 1,000 connected members", GroupMeasure.RunAsync),
        new("inbox", "pages of an inbox of 5,000 threads", PageMeasures.InboxAsync),
        new("history", "pages anywhere in a long thread", PageMeasures.HistoryAsync),
        new("search", "words in one person's 100,000 messages; size and making of the index", SearchMeasure.RunAsync),
        new("faults", "node and PostgreSQL killed in the middle of sends: what is lost, doubled, out of order; with --seeds the simulator of money",
            (bench, cancellationToken) => bench.Options.Seeds is null ? FaultsMeasure.RunAsync(bench, cancellationToken) : MoneyFaultsMeasure.RunAsync(bench, cancellationToken)),
        new("faults-nodes", "the same with two nodes: one, the broker, PostgreSQL and the other killed", FaultsMeasure.RunAcrossAsync, Usual: false),
        new("money-kills", "the node killed five times (--full: 50) in the middle of payments, and the books afterwards", KillsMeasure.RunAsync, Usual: false),
        new("joins", "1,000 people (--full: 5,000) join a group by one link at once", JoinsMeasure.RunAsync),
        new("nodes", "two nodes on the cores of one: sends together, and the way to the other node's sockets", NodesMeasure.RunAsync, Usual: false),
        new("graph", "calls of the Send API, sent and only checked", GraphMeasure.RunAsync),
        new("webhooks", "from a message to the request to its bot, at 500 messages a second", WebhookMeasures.WebhooksAsync),
        new("dead-bots", "the same beside bots that hang: 1 of 100 among 1,000 (--full: 10,000)", WebhookMeasures.DeadBotsAsync, Usual: false),
        new("parked", "a bot comes back to 20,000 (--full: 100,000) events that waited for it", WebhookMeasures.ParkedAsync, Usual: false),
        new("ledger", "transfers through the ledger, spread and half of them to one account; its verification", LedgerMeasure.RunAsync),
        new("start", "./run until it is ready; memory of the idle server", StartMeasure.RunAsync),
    ];
}
