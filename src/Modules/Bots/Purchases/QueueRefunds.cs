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

/// <summary>Tells bots what has gone back of a purchase, in the transaction that removes the news. Under <c>messaging_payments</c>, with a member of its own:
/// a bot that knows payments alone passes it over instead of taking it for another one.</summary>
internal sealed partial class QueueRefunds(Deliveries deliveries, TimeProvider time, ILogger<QueueRefunds> logger) : IOutboxConsumer
{
    private HashSet<AppId> toWake = [];

    public string Topic => PurchaseRefunded.Topic;

    public async Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        toWake = [];
        var refunded = rows.Select(Read).OfType<PurchaseRefunded>().ToList();
        var subscribers = await Subscribers.ReadAsync(connection, transaction, refunded.ConvertAll(p => p.Page), cancellationToken);
        var psids = await PageScopedIds.FindOrMakeAsync(connection, transaction, refunded.ConvertAll(p => (p.Page, p.Buyer)), cancellationToken);
        var queued = refunded.SelectMany(purchase =>
        {
            var told = Compose(purchase, psids[(purchase.Page, purchase.Buyer)]);
            return subscribers[purchase.Page].Where(s => s.Takes(WebhookFields.Payments)).Select(s => new NewDelivery(s, purchase.Thread, WebhookFields.Payments, told));
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

    private PurchaseRefunded? Read(OutboxRow row)
    {
        try
        {
            return PurchaseRefunded.Read(row.Body);
        }
        catch (JsonException exception)
        {
            // One unreadable row must not hold up everybody's.
            LogUnreadable(logger, exception, row.Id);
            return null;
        }
    }

    private static WebhookEvent Compose(PurchaseRefunded purchase, long psid) =>
        new(EventComposer.Party(psid), EventComposer.Party(purchase.Page.Value), purchase.At.ToUnixTimeMilliseconds())
        {
            Refund = new(
                purchase.Payload, new(purchase.Provider, purchase.ChargeId, purchase.PaymentId),
                Amount(purchase.Amount), Amount(purchase.Refunded), purchase.Change.AmountMinor < 0 ? true : null),
        };

    private static WebhookAmount Amount(Money money) => new(money.Currency.Code, money.ToDecimalString());

    [LoggerMessage(533, LogLevel.Error, "Row {Row} of refunded purchases cannot be read; no bot is told of it.")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, long row);
}
