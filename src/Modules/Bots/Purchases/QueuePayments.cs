using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Bots.Pages;
using Stoa.Bots.Sending;
using Stoa.Bots.Webhooks;
using Stoa.Hosting.Outbox;
using Stoa.Kernel;
using Stoa.Payments;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Purchases;

/// <summary>Tells bots of captured purchases (<c>messaging_payments</c>), in the transaction that removes the news; a purchase grants updates.</summary>
internal sealed partial class QueuePayments(IBusinessThreads threads, Deliveries deliveries, TimeProvider time, ILogger<QueuePayments> logger) : IOutboxConsumer
{
    private HashSet<AppId> toWake = [];

    public string Topic => PurchaseCaptured.Topic;

    public async Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        toWake = [];
        var captured = rows.Select(Read).OfType<PurchaseCaptured>().ToList();
        // In the order of threads, so that two transactions never wait for each other.
        foreach (var purchase in captured.OrderBy(p => p.Thread.Value))
        {
            await Conversations.GrantUpdatesAsync(connection, transaction, purchase.Thread, purchase.At + SendPolicy.PurchaseGrants, cancellationToken);
        }

        var subscribers = await Subscribers.ReadAsync(connection, transaction, captured.ConvertAll(p => p.Page), cancellationToken);
        var psids = await PageScopedIds.FindOrMakeAsync(connection, transaction, captured.ConvertAll(p => (p.Page, p.Buyer)), cancellationToken);
        var queued = new List<NewDelivery>();
        foreach (var purchase in captured)
        {
            var told = await ComposeAsync(purchase, psids[(purchase.Page, purchase.Buyer)], cancellationToken);
            queued.AddRange(subscribers[purchase.Page].Where(s => s.Takes(WebhookFields.Payments)).Select(s => new NewDelivery(s, purchase.Thread, WebhookFields.Payments, told)));
        }

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

    private PurchaseCaptured? Read(OutboxRow row)
    {
        try
        {
            return PurchaseCaptured.Read(row.Body);
        }
        catch (JsonException exception)
        {
            // One unreadable row must not hold up everybody's.
            LogUnreadable(logger, exception, row.Id);
            return null;
        }
    }

    private async Task<WebhookEvent> ComposeAsync(PurchaseCaptured purchase, long psid, CancellationToken cancellationToken) =>
        new(EventComposer.Party(psid), EventComposer.Party(purchase.Page.Value), purchase.At.ToUnixTimeMilliseconds())
        {
            Payment = new(
                purchase.Payload, await RequestedInfo.KnownAsync(threads, purchase.Buyer, purchase.RequestedUserInfo, purchase.Details, cancellationToken),
                new(purchase.Provider, purchase.ChargeId, purchase.PaymentId), new(purchase.Amount.Currency.Code, purchase.Amount.ToDecimalString()), purchase.ShippingOption),
        };

    [LoggerMessage(530, LogLevel.Error, "Row {Row} of captured purchases cannot be read; no bot is told of it.")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, long row);
}
