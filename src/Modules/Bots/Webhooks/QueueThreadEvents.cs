using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Bots.Acts;
using Stoa.Bots.Handover;
using Stoa.Bots.OptIns;
using Stoa.Bots.Pages;
using Stoa.Bots.Sending;
using Stoa.Hosting.Outbox;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Webhooks;

/// <summary>
/// Turns the news of business threads into deliveries, in the transaction that removes the news: each event is queued exactly once.
/// </summary>
internal sealed partial class QueueThreadEvents(IThreadLog log, IBusinessThreads threads, IMedia media, Deliveries deliveries, TimeProvider time, ILogger<QueueThreadEvents> logger) : IOutboxConsumer
{
    private HashSet<AppId> toWake = [];

    public string Topic => ThreadNews.Topic;

    public async Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        toWake = [];
        var told = await ReadAsync(rows, cancellationToken);
        var acts = told.FindAll(t => t.News.Type == "event" && t.Event.Kind == "message")
            .ConvertAll(t => new ConversationAct(t.News.Page, t.News.Thread, t.News.Seq, t.Event.At, t.Event.Sender != t.News.Page));
        if (acts.Count > 0)
        {
            await Conversations.NoteActsAsync(connection, transaction, acts, cancellationToken);
        }

        var optIns = await TakeOptIns.RunAsync(connection, transaction, log, [.. told.Where(t => t.News.Type == "event" && t.Event.Sender != t.News.Page).Select(t => (t.News, t.Event, t.Person))], cancellationToken);
        var subscribers = await Subscribers.ReadAsync(connection, transaction, told.ConvertAll(t => t.News.Page), cancellationToken);
        told.RemoveAll(t => !subscribers.Contains(t.News.Page));
        if (told.Count == 0)
        {
            return;
        }

        var psids = await PageScopedIds.FindOrMakeAsync(connection, transaction, told.ConvertAll(t => (t.News.Page, t.Person)), cancellationToken);
        var sends = await ReadSendsAsync(connection, transaction, told, subscribers, cancellationToken);
        var referrals = await ComeByLink.TakeAsync(
            connection, transaction, [.. told.Where(t => t.News.Type == "event" && t.Event.Kind == "message" && t.Event.Sender != t.News.Page).Select(t => (t.News.Page, t.Person)).Distinct()], cancellationToken);
        var queued = told.SelectMany(t => Compose(t, psids[(t.News.Page, t.Person)], subscribers[t.News.Page], sends, optIns, referrals)).ToList();
        queued = await ShareOutAsync(connection, transaction, queued, cancellationToken);
        if (queued.Count > 0)
        {
            await Lanes.AppendAsync(connection, transaction, queued, time.GetUtcNow(), cancellationToken);
            toWake = [.. queued.Select(q => new AppId(q.Subscriber.AppId))];
        }
    }

    public void Committed()
    {
        foreach (var app in toWake)
        {
            deliveries.Wake(app);
        }
    }

    private async Task<List<Told>> ReadAsync(IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var told = new List<Told>(rows.Count);
        var people = new Dictionary<ThreadId, PersonId?>();
        foreach (var row in rows)
        {
            ThreadNews news;
            try
            {
                news = ThreadNews.Read(row.Body);
            }
            catch (JsonException exception)
            {
                // One unreadable row must not hold up everybody's.
                LogUnreadable(logger, exception, row.Id);
                continue;
            }

            if (!people.TryGetValue(news.Thread, out var person))
            {
                people[news.Thread] = person = (await threads.FindMembersAsync(news.Thread, cancellationToken))?.Person;
            }

            if (person is { } known && await log.FindAsync(news.Thread, news.Seq, cancellationToken) is { } happened)
            {
                told.Add(new(news, happened, known));
            }
        }

        return told;
    }

    /// <summary>Where a page has several apps, the one that holds the thread is told, and the others get copies if they asked for them.</summary>
    private async Task<List<NewDelivery>> ShareOutAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, List<NewDelivery> queued, CancellationToken cancellationToken)
    {
        var pages = queued.Select(q => q.Subscriber.PageId).Distinct().ToArray();
        var apps = (await connection.QueryAsync<(long Page, long App)>(new CommandDefinition(
            "select page_id, app_id from bots.subscriptions where page_id = any(@pages) and active order by receiver_rank, created_at, id", new { pages }, transaction, cancellationToken: cancellationToken)))
            .GroupBy(r => r.Page).Where(g => g.Count() > 1).ToDictionary(g => g.Key, g => new Receivers(g.First().App, [.. g.Select(r => r.App)]));
        if (apps.Count == 0)
        {
            return queued;
        }

        var shared = queued.Where(q => apps.ContainsKey(q.Subscriber.PageId)).Select(q => q.Thread).Distinct().ToList();
        var now = time.GetUtcNow();
        await ControlStore.RenewAsync(connection, transaction, [.. queued.Where(q => q.EventSeq is not null).Select(q => q.Thread).Where(shared.Contains).Distinct()], now, cancellationToken);
        var control = await ControlStore.ReadAllAsync(connection, transaction, shared, cancellationToken);
        return [.. queued.Select(q =>
        {
            if (!apps.TryGetValue(q.Subscriber.PageId, out var receivers))
            {
                return q;
            }

            var (owner, fence, until) = control.GetValueOrDefault(q.Thread);
            return receivers.Effective(owner, fence, until, now).Owner == q.Subscriber.AppId ? q
                : !q.Subscriber.Takes(WebhookFields.Standby) ? null
                // What a button says is the owner's business.
                : q with { Standby = true, EventSeq = null, Event = q.Event.Postback is { } pressed ? q.Event with { Postback = pressed with { Payload = null } } : q.Event };
        }).OfType<NewDelivery>()];
    }

    private IEnumerable<NewDelivery> Compose(Told told, long psid, IEnumerable<Subscriber> subscribers, Dictionary<(long, Guid), (long App, string? Metadata)> sends,
        Dictionary<(ThreadId, long), OptIn> optIns, Dictionary<(PageId, PersonId), WebhookReferral> referrals)
    {
        var (news, happened, _) = told;
        switch (news.Type)
        {
            // Taken back before anybody was told of it.
            case "event" when happened.Kind == "message" && EventComposer.IsEmpty(happened):
                return [];
            case "event" when happened.Kind == "message" && happened.Sender == news.Page:
                var (app, metadata) = sends.TryGetValue((news.Thread.Value, happened.ClientId), out var send) ? ((long?)send.App, send.Metadata) : (null, null);
                return Queue(WebhookFields.Echoes, EventComposer.Echo(happened, psid, news.Page, app, metadata, media.SignBotLink), null);
            case "event" when optIns.TryGetValue((news.Thread, news.Seq), out var optIn):
                return Queue(WebhookFields.OptIns, TakeOptIns.Compose(optIn, happened, psid, news.Page), happened.Seq);
            case "event" when happened.Kind == "message":
                // How they came stands in the first act after it, once.
                var (field, composed) = EventComposer.FromPerson(happened, psid, news.Page, media.SignBotLink, referrals.Remove((news.Page, told.Person), out var referral) ? referral : null);
                return Queue(field, composed, happened.Seq);
            case "event" when happened.Sender != news.Page && EventComposer.Change(happened, psid, news.Page) is { } change:
                return Queue(change.Field, change.Event, null);
            case "read":
                return Queue(WebhookFields.Reads, EventComposer.Marker(true, happened, psid, news.Page, news.At), null);
            case "delivered":
                return Queue(WebhookFields.Deliveries, EventComposer.Marker(false, happened, psid, news.Page, news.At), null);
            default:
                return [];
        }

        IEnumerable<NewDelivery> Queue(string field, WebhookEvent what, long? seq) =>
            subscribers.Where(s => s.Takes(field)).Select(s => new NewDelivery(s, news.Thread, field, what, seq));
    }

    private static async Task<Dictionary<(long, Guid), (long App, string? Metadata)>> ReadSendsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<Told> told, ILookup<PageId, Subscriber> subscribers, CancellationToken cancellationToken)
    {
        var own = told.FindAll(t => t.News.Type == "event" && t.Event.Sender == t.News.Page && subscribers[t.News.Page].Any(s => s.Takes(WebhookFields.Echoes)));
        return own.Count == 0
            ? []
            : (await connection.QueryAsync<(long Thread, Guid Client, long App, string? Metadata)>(new CommandDefinition(
                """
                select s.thread_id, s.client_id, s.app_id, s.metadata
                from bots.sends s join unnest(@threads::bigint[], @clients::uuid[]) as k(thread, client) on s.thread_id = k.thread and s.client_id = k.client
                """,
                new { threads = own.ConvertAll(t => t.News.Thread.Value), clients = own.ConvertAll(t => t.Event.ClientId) }, transaction, cancellationToken: cancellationToken)))
                .ToDictionary(r => (r.Thread, r.Client), r => (r.App, r.Metadata));
    }

    [LoggerMessage(510, LogLevel.Error, "Row {Row} of a thread's news cannot be read; no bot is told of it.")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, long row);

    private sealed record Told(ThreadNews News, ThreadEvent Event, PersonId Person);
}
