using System.Text.Json.Serialization;
using Stoa.Bots.Webhooks;
using Stoa.Kernel;

namespace Stoa.Bots.Console;

/// <summary>How a delivery stands, in a developer's words. <c>next</c> is the one that its lane is at; what <c>waits</c> comes after it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeliveryStanding>))]
internal enum DeliveryStanding
{
    [JsonStringEnumMemberName("next")]
    Next,
    [JsonStringEnumMemberName("waits")]
    Waits,
    [JsonStringEnumMemberName("answered")]
    Answered,
    [JsonStringEnumMemberName("parked")]
    Parked,
    [JsonStringEnumMemberName("overtaken")]
    Overtaken,
    [JsonStringEnumMemberName("resent")]
    Resent,
}

/// <summary>A delivery in the log (docs/protocol/console.md, <c>Delivery</c>).</summary>
/// <param name="Id">Names it in the calls of the console: thread, subscription and number.</param>
/// <param name="Number">In <c>Stoa-Sequence</c>: without gaps within the thread.</param>
/// <param name="Webhook">In <c>webhook-id</c>: of the event, the same however often it is sent.</param>
/// <param name="Status">Of the last try; null without an answer.</param>
/// <param name="TookMs">The last try.</param>
/// <param name="NextTryAt">When it is tried again; of <c>next</c> alone.</param>
/// <param name="WaitsFor">The number that its lane is at; of <c>waits</c> alone.</param>
/// <param name="ResentOf">The number under which it stood before.</param>
internal sealed record DeliveryView(
    string Id, ThreadId Thread, long Number, Guid Webhook, string Field, DeliveryStanding State, int Tries, int? Status, int? TookMs, string? Error, DateTimeOffset CreatedAt,
    DateTimeOffset? NextTryAt, long? WaitsFor, long? ResentOf);

/// <param name="Body">Byte for byte what is sent.</param>
/// <param name="Headers">As they would be now: the signature that carries the time is made anew for each try.</param>
/// <param name="Attempts">The newest hundred, the oldest first.</param>
internal sealed record DeliveryDetail(DeliveryView Delivery, string Body, IReadOnlyList<HeaderView> Headers, IReadOnlyList<AttemptView> Attempts);

internal sealed record HeaderView(string Name, string Value);

/// <param name="Answer">The first 2,000 bytes of what was answered, if anything.</param>
internal sealed record AttemptView(int Number, DateTimeOffset At, int? Status, int TookMs, string? Error, string? Answer);

/// <summary>A delivery as the log reads it.</summary>
internal sealed class DeliveryRow
{
    /// <summary>Of <c>d</c>, a delivery, <c>l</c>, its lane, and <c>t</c>, its last try.</summary>
    public const string Columns =
        """
        d.thread_id as thread, d.subscription_id as subscription, d.number, d.webhook_id as webhook, d.field, d.state, d.attempts, d.created_at as createdat, d.resent_of as resentof,
        l.next_number as nextnumber, l.due_at as dueat, t.status, t.latency_ms as latencyms, t.error
        """;

    public const string Joins =
        """
        join bots.lanes l on l.thread_id = d.thread_id and l.subscription_id = d.subscription_id
        left join lateral (
          select status, latency_ms, error from bots.delivery_attempts a
          where a.thread_id = d.thread_id and a.subscription_id = d.subscription_id and a.number = d.number order by a.attempt desc limit 1) t on true
        """;

    public long Thread { get; init; }

    public long Subscription { get; init; }

    public long Number { get; init; }

    public Guid Webhook { get; init; }

    public string Field { get; init; } = "";

    public short State { get; init; }

    public int Attempts { get; init; }

    public DateTime CreatedAt { get; init; }

    public long? ResentOf { get; init; }

    public long NextNumber { get; init; }

    public DateTime DueAt { get; init; }

    public int? Status { get; init; }

    public int? LatencyMs { get; init; }

    public string? Error { get; init; }

    public DeliveryView AsView()
    {
        var standing = (DeliveryState)State switch
        {
            DeliveryState.Waiting => Number == NextNumber ? DeliveryStanding.Next : DeliveryStanding.Waits,
            DeliveryState.Delivered => DeliveryStanding.Answered,
            DeliveryState.Parked => DeliveryStanding.Parked,
            DeliveryState.Overtaken => DeliveryStanding.Overtaken,
            DeliveryState.Resent => DeliveryStanding.Resent,
            var other => throw new InvalidOperationException($"{other} is no state of a delivery."),
        };
        return new(
            DeliveryKey.Of(Thread, Subscription, Number), new(Thread), Number, Webhook, Field, standing, Attempts, Status, LatencyMs, Error, CreatedAt,
            standing == DeliveryStanding.Next ? new DateTimeOffset(DueAt) : null, standing == DeliveryStanding.Waits ? NextNumber : null, ResentOf);
    }
}
