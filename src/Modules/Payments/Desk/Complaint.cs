using System.Text.Json.Serialization;
using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Desk;

[JsonConverter(typeof(SnakeCaseEnumConverter<ComplaintState>))]
internal enum ComplaintState
{
    /// <summary>The business has not answered.</summary>
    Open,

    /// <summary>It gave money back, or helped.</summary>
    Settled,

    /// <summary>It said no, and why.</summary>
    Declined,

    /// <summary>The payer does not want it any more.</summary>
    Withdrawn,
}

[JsonConverter(typeof(SnakeCaseEnumConverter<Wanted>))]
internal enum Wanted
{
    Refund,
    Help,
}

/// <summary>What a payer wants of a business about a purchase, and what came of it. An ended one does not change any more.</summary>
/// <param name="Asked">What is to go back; null: all that is left, or nothing.</param>
/// <param name="AnswerBy">Until when the business should answer; it may still do so later.</param>
internal sealed record Complaint(
    Guid Id, Guid Purchase, Wanted Wants, Money? Asked, string Note, ComplaintState State, string? Answer, Guid? Refund, DateTimeOffset AnswerBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A complaint on the wire (docs/protocol/payments.md).</summary>
internal sealed record ComplaintView
{
    public required Guid Id { get; init; }

    public required Guid Purchase { get; init; }

    public required Wanted Wants { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? Asked { get; init; }

    public required string Note { get; init; }

    public required ComplaintState State { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Answer { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? Refund { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset AnswerBy { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <param name="Next">To go on from, as <c>before</c>; null at the end.</param>
    public sealed record Several(IReadOnlyList<ComplaintView> Complaints, Guid? Next);

    public static ComplaintView Of(Complaint complaint) => new()
    {
        Id = complaint.Id,
        Purchase = complaint.Purchase,
        Wants = complaint.Wants,
        Asked = complaint.Asked,
        Note = complaint.Note,
        State = complaint.State,
        Answer = complaint.Answer,
        Refund = complaint.Refund,
        AnswerBy = complaint.AnswerBy,
        CreatedAt = complaint.CreatedAt,
        UpdatedAt = complaint.UpdatedAt,
    };
}

/// <summary>Whether the payer's bank takes the money back.</summary>
internal sealed record DisputeView
{
    public required string State { get; init; }

    /// <summary>When evidence stops being taken; absent where the processor does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(InstantJsonConverter))]
    public DateTimeOffset? AnswerBy { get; init; }

    public static DisputeView? Of(PurchaseRow row) => row.Dispute is { } state ? new() { State = state, AnswerBy = row.DisputeAnswerBy } : null;
}
