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

    /// <param name="State"><c>captured</c> or <c>refunded</c>.</param>
    public sealed record News(Guid Purchase, PurchaseState State, DateTimeOffset At);

    public static string NewsOf(PurchaseRow row, PurchaseState state, DateTimeOffset at) =>
        JsonSerializer.Serialize(new News(row.Id, state, at), PaymentsJson.Default.News);

    public async Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        // Threads do not wait for each other; within one, the order of the rows is the order of the events.
        var told = await Task.WhenAll(rows.GroupBy(row => row.Key).Select(thread => AppendAsync(thread, cancellationToken)));
        foreach (var captured in told.SelectMany(t => t))
        {
            await OutboxWriter.WriteAsync(connection, transaction, PurchaseCaptured.Topic, captured.Thread.Value, PurchaseCaptured.Write(captured), cancellationToken);
        }
    }

    public void Committed() => outbox.Wake(PurchaseCaptured.Topic);

    private async Task<List<PurchaseCaptured>> AppendAsync(IEnumerable<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var captured = new List<PurchaseCaptured>();
        foreach (var row in rows)
        {
            var news = JsonSerializer.Deserialize(row.Body, PaymentsJson.Default.News) ?? throw new JsonException("News of a purchase is an object.");
            var purchase = await purchases.FindAsync(news.Purchase, cancellationToken) ?? throw new InvalidOperationException($"Purchase {news.Purchase} is told of and not there.");
            var body = JsonSerializer.SerializeToUtf8Bytes(
                new PurchaseView.PaymentEventBody(new(purchase.Id, purchase.Seq, purchase.Element, purchase.Button, news.State, purchase.Amount, PurchaseView.MethodOf(purchase))),
                PaymentsJson.Default.PaymentEventBody);
            var outcome = await threads.AppendAsync(
                new(purchase.Thread, purchase.Person, DerivedId.Of($"payments.thread-event/{Words.Of(news.State)}/1", purchase.Id), "payment", body), cancellationToken);
            if (outcome.Status == AppendStatus.Refused)
            {
                // The payer has left or is blocked. The money has moved all the same, so the merchant is told.
                LogNotShown(purchase.Id, purchase.Thread);
            }

            if (news.State == PurchaseState.Captured)
            {
                captured.Add(new(purchase.Id, purchase.Page, purchase.Person, purchase.Thread, purchase.Payload, purchase.Amount, purchase.RequestedUserInfo,
                    Provider: "stripe",
                    ChargeId: purchase.IsTest ? "test_charge_id_12345" : $"ch_{purchase.Id:N}",
                    PaymentId: purchase.IsTest ? "test_payment_id_12345" : NumberOf(purchase.Id).ToString(CultureInfo.InvariantCulture), purchase.IsTest, news.At));
            }
        }

        return captured;
    }

    /// <summary>Sixteen digits that begin with 7, as all our ids on the wire: bots read it as a number or as text.</summary>
    private static long NumberOf(Guid purchase) =>
        WireIds.Least + (long)(BitConverter.ToUInt64(purchase.ToByteArray(), 8) % (ulong)(WireIds.Greatest - WireIds.Least));

    [LoggerMessage(407, LogLevel.Warning, "The payment of purchase {Purchase} cannot be shown in thread {Thread}: its payer is not a member any more.")]
    private partial void LogNotShown(Guid purchase, ThreadId thread);
}
