using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Outbox;
using Stoa.Kernel;
using Stoa.Threads;

namespace Stoa.Payments.Purchases;

/// <summary>Shows a payment in its conversation, and then lets the merchant's side know.</summary>
/// <remarks>
/// Steps 6 and 7 of docs/journeys/pay-in-a-conversation.md. The append carries an id that follows from the purchase, so a crash after it
/// appends nothing twice; <c>payments.captured</c> is written in the transaction that takes our own row away, so it is written once and never
/// before the event stands in the thread.
/// </remarks>
internal sealed partial class TellThread(IThreadLog threads, PurchaseStore purchases, OutboxWriter outbox, ILogger<TellThread> log) : IOutboxConsumer
{
    public const string TopicName = "payments.thread-event";

    public string Topic => TopicName;

    /// <param name="State"><c>captured</c>, <c>partly_refunded</c> or <c>refunded</c>.</param>
    /// <param name="RefundedMinor">What has gone back in all; null with the news that it was paid.</param>
    /// <param name="ChangeMinor">By how much that rose; negative when a refund came back.</param>
    /// <param name="Number">Tells news of one state from each other; 1 for that of being paid.</param>
    public sealed record News(Guid Purchase, PurchaseState State, DateTimeOffset At, long? RefundedMinor = null, long ChangeMinor = 0, long Number = 1);

    public static string PaidNews(PurchaseRow row, DateTimeOffset at) =>
        JsonSerializer.Serialize(new(row.Id, PurchaseState.Captured, at), PaymentsJson.Default.News);

    public static string RefundNews(PurchaseRow before, Purchase next, long number, DateTimeOffset at) => JsonSerializer.Serialize(
        new(before.Id, next.State, at, next.RefundedMinor, next.RefundedMinor - before.Status.RefundedMinor, number), PaymentsJson.Default.News);

    public async Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        // Threads do not wait for each other; within one, the order of the rows is the order of the events.
        var told = await Task.WhenAll(rows.GroupBy(row => row.Key).Select(thread => AppendAsync(thread, cancellationToken)));
        foreach (var (topic, thread, body) in told.SelectMany(t => t))
        {
            await OutboxWriter.WriteAsync(connection, transaction, topic, thread.Value, body, cancellationToken);
        }
    }

    public void Committed()
    {
        outbox.Wake(PurchaseCaptured.Topic);
        outbox.Wake(PurchaseRefunded.Topic);
    }

    private async Task<List<(string Topic, ThreadId Thread, string Body)>> AppendAsync(IEnumerable<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var told = new List<(string Topic, ThreadId Thread, string Body)>();
        foreach (var row in rows)
        {
            var news = JsonSerializer.Deserialize(row.Body, PaymentsJson.Default.News) ?? throw new JsonException("News of a purchase is an object.");
            var purchase = await purchases.FindAsync(news.Purchase, cancellationToken) ?? throw new InvalidOperationException($"Purchase {news.Purchase} is told of and not there.");
            var body = JsonSerializer.SerializeToUtf8Bytes(
                new PurchaseView.PaymentEventBody(new(purchase.Id, purchase.Seq, purchase.Element, purchase.Button, news.State, purchase.Amount, PurchaseView.MethodOf(purchase),
                    news.RefundedMinor is { } back ? new(back, purchase.Amount.Currency) : null)),
                PaymentsJson.Default.PaymentEventBody);
            var outcome = await threads.AppendAsync(
                new(purchase.Thread, purchase.Person, DerivedId.Of($"payments.thread-event/{Words.Of(news.State)}/{news.Number}", purchase.Id), "payment", body), cancellationToken);
            if (outcome.Status == AppendStatus.Refused)
            {
                // The payer has left or is blocked. The money has moved all the same, so the merchant is told.
                LogNotShown(purchase.Id, purchase.Thread);
            }

            told.Add(news.RefundedMinor is { } refunded
                ? (PurchaseRefunded.Topic, purchase.Thread, PurchaseRefunded.Write(new(
                    purchase.Id, purchase.Page, purchase.Person, purchase.Thread, purchase.Payload, purchase.Amount, new(refunded, purchase.Amount.Currency),
                    new(news.ChangeMinor, purchase.Amount.Currency), Provider: "stripe", ChargeIdOf(purchase), PaymentIdOf(purchase), purchase.IsTest, news.At)))
                : (PurchaseCaptured.Topic, purchase.Thread, PurchaseCaptured.Write(new(
                    purchase.Id, purchase.Page, purchase.Person, purchase.Thread, purchase.Payload, purchase.Amount, purchase.RequestedUserInfo,
                    Provider: "stripe", ChargeIdOf(purchase), PaymentIdOf(purchase), purchase.IsTest, news.At, purchase.Details, purchase.Shipping?.Id))));
        }

        return told;
    }

    internal static string ChargeIdOf(PurchaseRow purchase) => purchase.IsTest ? "test_charge_id_12345" : $"ch_{purchase.Id:N}";

    internal static string PaymentIdOf(PurchaseRow purchase) => purchase.IsTest ? "test_payment_id_12345" : purchase.PaymentId.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(407, LogLevel.Warning, "The payment of purchase {Purchase} cannot be shown in thread {Thread}: its payer is not a member any more.")]
    private partial void LogNotShown(Guid purchase, ThreadId thread);
}
