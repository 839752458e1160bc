using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Bots.Pages;
using Stoa.Bots.Webhooks;
using Stoa.Hosting.Outbox;
using Stoa.Kernel;
using Stoa.Payments;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Purchases;

/// <summary>Tells bots of complaints and disputes, as <see cref="QueueRefunds"/> tells of refunds.</summary>
internal sealed partial class QueueDesk(Deliveries deliveries, TimeProvider time, ILogger<QueueDesk> logger) : IOutboxConsumer
{
    private HashSet<AppId> toWake = [];

    public string Topic => PurchaseDeskNews.Topic;

    public async Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        toWake = [];
        var told = rows.Select(Read).OfType<PurchaseDeskNews>().ToList();
        var subscribers = await Subscribers.ReadAsync(connection, transaction, told.ConvertAll(p => p.Page), cancellationToken);
        var psids = await PageScopedIds.FindOrMakeAsync(connection, transaction, told.ConvertAll(p => (p.Page, p.Buyer)), cancellationToken);
        var queued = told.SelectMany(purchase =>
        {
            var body = Compose(purchase, psids[(purchase.Page, purchase.Buyer)]);
            return subscribers[purchase.Page].Where(s => s.Takes(WebhookFields.Payments)).Select(s => new NewDelivery(s, purchase.Thread, WebhookFields.Payments, body));
        }).ToList();
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

    private PurchaseDeskNews? Read(OutboxRow row)
    {
        try
        {
            return PurchaseDeskNews.Read(row.Body);
        }
        catch (JsonException exception)
        {
            // One unreadable row must not hold up everybody's.
            LogUnreadable(logger, exception, row.Id);
            return null;
        }
    }

    private static WebhookEvent Compose(PurchaseDeskNews news, long psid)
    {
        var credential = new WebhookPaymentCredential(news.Provider, news.ChargeId, news.PaymentId);
        return new(EventComposer.Party(psid), EventComposer.Party(news.Page.Value), news.At.ToUnixTimeMilliseconds())
        {
            Complaint = news.Complaint is { } complaint
                ? new(news.Payload, credential, Amount(news.Amount), complaint.Id.ToString(), complaint.State, complaint.Wants, complaint.Asked is { } asked ? Amount(asked) : null,
                    complaint.Note, complaint.AnswerBy.ToUnixTimeMilliseconds()) : null,
            Dispute = news.Dispute is { } dispute ? new(news.Payload, credential, Amount(news.Amount), dispute.State, dispute.AnswerBy?.ToUnixTimeMilliseconds()) : null,
        };
    }

    private static WebhookAmount Amount(Money money) => new(money.Currency.Code, money.ToDecimalString());

    [LoggerMessage(535, LogLevel.Error, "Row {Row} of complaints and disputes cannot be read; no bot is told of it.")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, long row);
}
