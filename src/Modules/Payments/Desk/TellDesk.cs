using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Outbox;
using Stoa.Kernel;
using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;
using Stoa.Threads;

namespace Stoa.Payments.Desk;

/// <summary>Shows in the conversation what becomes of complaints and disputes, and then lets the business know, as <see cref="TellThread"/> does for payments.</summary>
internal sealed partial class TellDesk(IThreadLog threads, PurchaseStore purchases, OutboxWriter outbox, ILogger<TellDesk> log) : IOutboxConsumer
{
    public const string TopicName = "payments.desk-event";

    public string Topic => TopicName;

    /// <param name="Id">Follows from what happened: the event is appended once under it.</param>
    public sealed record News(Guid Id, Guid Purchase, ComplaintView? Complaint, DisputeView? Dispute, DateTimeOffset At);

    /// <summary>The members of the event (docs/protocol/http.md): as it was then. The sheet asks for how it is now.</summary>
    /// <param name="Of">Number of the message with the button.</param>
    public sealed record ComplaintBody(
        Guid Purchase, long Of, Guid Id, ComplaintState State, Wanted Wants, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Money? Asked,
        string Note, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Answer);

    public sealed record DisputeBody(
        Guid Purchase, long Of, string State, Money Amount,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset? AnswerBy);

    public sealed record Body(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ComplaintBody? Complaint,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DisputeBody? Dispute);

    public static Task WriteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, PurchaseRow purchase, Complaint complaint, DateTimeOffset at, CancellationToken cancellationToken) =>
        WriteAsync(connection, transaction, purchase.Thread, new(
            DerivedId.Of($"payments.desk-event/{Words.Of(complaint.State)}/1", complaint.Id), purchase.Id, ComplaintView.Of(complaint), null, at), cancellationToken);

    /// <param name="number">Counts the changes of this purchase's dispute.</param>
    public static Task WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PurchaseRow purchase, DisputeStatus status, DateTimeOffset? answerBy, long number, DateTimeOffset at, CancellationToken cancellationToken) =>
        WriteAsync(connection, transaction, purchase.Thread, new(
            DerivedId.Of($"payments.desk-event/dispute-{number}/1", purchase.Id), purchase.Id, null, new() { State = Words.Of(status), AnswerBy = answerBy }, at), cancellationToken);

    public async Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        // Threads do not wait for each other; within one, the order of the rows is the order of the events.
        var told = await Task.WhenAll(rows.GroupBy(row => row.Key).Select(thread => AppendAsync(thread, cancellationToken)));
        foreach (var news in told.SelectMany(t => t))
        {
            await OutboxWriter.WriteAsync(connection, transaction, PurchaseDeskNews.Topic, news.Thread.Value, PurchaseDeskNews.Write(news), cancellationToken);
        }
    }

    public void Committed() => outbox.Wake(PurchaseDeskNews.Topic);

    private static Task WriteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, ThreadId thread, News news, CancellationToken cancellationToken) =>
        OutboxWriter.WriteAsync(connection, transaction, TopicName, thread.Value, JsonSerializer.Serialize(news, TellDeskJson.Default.News), cancellationToken);

    private async Task<List<PurchaseDeskNews>> AppendAsync(IEnumerable<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var told = new List<PurchaseDeskNews>();
        foreach (var row in rows)
        {
            var news = JsonSerializer.Deserialize(row.Body, TellDeskJson.Default.News) ?? throw new JsonException("News of the desk is an object.");
            var purchase = await purchases.FindAsync(news.Purchase, cancellationToken) ?? throw new InvalidOperationException($"Purchase {news.Purchase} is told of and not there.");
            var body = JsonSerializer.SerializeToUtf8Bytes(
                new Body(
                    news.Complaint is { } c ? new(purchase.Id, purchase.Seq, c.Id, c.State, c.Wants, c.Asked, c.Note, c.Answer) : null,
                    news.Dispute is { } d ? new(purchase.Id, purchase.Seq, d.State, purchase.Amount, d.AnswerBy) : null), TellDeskJson.Default.Body);
            // What the business answered is the business's; all else the payer's, or their bank's.
            MemberId sender = news.Complaint is { State: ComplaintState.Settled or ComplaintState.Declined } ? purchase.Page : purchase.Person;
            var outcome = await threads.AppendAsync(new(purchase.Thread, sender, news.Id, "payment", body), cancellationToken);
            if (outcome.Status == AppendStatus.Refused)
            {
                LogNotShown(purchase.Id, purchase.Thread);
            }

            told.Add(new(
                purchase.Id, purchase.Page, purchase.Person, purchase.Thread, purchase.Payload, purchase.Amount, "stripe", TellThread.ChargeIdOf(purchase), TellThread.PaymentIdOf(purchase),
                news.Complaint is { } complaint
                    ? new(complaint.Id, Words.Of(complaint.State), Words.Of(complaint.Wants), complaint.Asked, complaint.Note, complaint.AnswerBy) : null,
                news.Dispute is { } dispute ? new(dispute.State, dispute.AnswerBy) : null, news.At));
        }

        return told;
    }

    [LoggerMessage(471, LogLevel.Warning, "What became of purchase {Purchase} at the desk cannot be shown in thread {Thread}: who did it is not a member any more.")]
    private partial void LogNotShown(Guid purchase, ThreadId thread);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(TellDesk.News))]
[JsonSerializable(typeof(TellDesk.Body))]
internal sealed partial class TellDeskJson : JsonSerializerContext;
