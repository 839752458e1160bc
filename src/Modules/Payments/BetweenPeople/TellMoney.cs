using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Outbox;
using Stoa.Kernel;
using Stoa.Threads;

namespace Stoa.Payments.BetweenPeople;

/// <summary>Shows in the conversation what has become of money. The append carries an id that follows from what happened: a crash after it appends nothing twice.</summary>
internal sealed partial class TellMoney(IThreadLog threads, ILogger<TellMoney> log) : IOutboxConsumer
{
    public const string TopicName = "payments.money-event";

    public string Topic => TopicName;

    public static Task WriteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, MoneyEvent told, CancellationToken cancellationToken) =>
        OutboxWriter.WriteAsync(connection, transaction, TopicName, told.Thread.Value, JsonSerializer.Serialize(told, MoneyEventJson.Default.MoneyEvent), cancellationToken);

    // Threads do not wait for each other; within one, the order of the rows is the order of the events.
    public Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken) =>
        Task.WhenAll(rows.GroupBy(row => row.Key).Select(thread => AppendAsync(thread, cancellationToken)));

    private async Task AppendAsync(IEnumerable<OutboxRow> rows, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            var told = JsonSerializer.Deserialize(row.Body, MoneyEventJson.Default.MoneyEvent) ?? throw new JsonException("News of money is an object.");
            var body = JsonSerializer.SerializeToUtf8Bytes(new MoneyEvent.Body(told.Money), MoneyEventJson.Default.Body);
            var outcome = await threads.AppendAsync(new(told.Thread, told.Sender, told.ClientId, "payment", body), cancellationToken);
            if (outcome.Status == AppendStatus.Refused)
            {
                // Left or blocked in the meantime. The money has moved all the same; the statement of both shows it.
                LogNotShown(told.Money.Id, told.Thread);
            }
        }
    }

    [LoggerMessage(420, LogLevel.Warning, "What became of {Money} cannot be shown in thread {Thread}: who did it is not a member any more.")]
    private partial void LogNotShown(Guid money, ThreadId thread);
}
