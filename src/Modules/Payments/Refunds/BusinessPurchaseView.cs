using System.Globalization;
using System.Text.Json.Serialization;
using Stoa.Kernel;
using Stoa.Payments.Checkout;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Refunds;

/// <summary>A purchase as its merchant sees it (docs/protocol/payments.md): of the payer how they paid, and what its button asked of them.</summary>
internal sealed record BusinessPurchaseView
{
    public required Guid Id { get; init; }

    /// <summary>As in the payment event, <c>fb_payment_id</c>.</summary>
    public required string PaymentId { get; init; }

    public required PurchaseState State { get; init; }

    public required string Payload { get; init; }

    public required Money Amount { get; init; }

    public required Money Refunded { get; init; }

    /// <summary>What a refund may still be made of.</summary>
    public required Money Refundable { get; init; }

    public required bool IsTest { get; init; }

    public required PurchaseView.MethodView Method { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShippingChoice? Shipping { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DetailsView? Details { get; init; }

    /// <summary><c>needs_response</c>, <c>under_review</c>, <c>won</c> or <c>lost</c>; absent: nobody disputes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Dispute { get; init; }

    /// <summary>When evidence stops being taken; absent where the processor does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(InstantJsonConverter))]
    public DateTimeOffset? DisputeAnswerBy { get; init; }

    /// <summary>Oldest first, at most 100.</summary>
    public required IReadOnlyList<RefundView> Refunds { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    public sealed record DetailsView(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Phone,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SavedDetails.AddressView? Address);

    /// <param name="Next">To go on from, as <c>before</c>; null at the end.</param>
    public sealed record Page(IReadOnlyList<BusinessPurchaseView> Purchases, Guid? Next);

    public static BusinessPurchaseView Of(PurchaseRow row, IReadOnlyList<Refund> refunds)
    {
        var currency = row.Amount.Currency;
        var pending = refunds.Where(r => r.State == RefundState.Pending).Sum(r => r.Amount.AmountMinor);
        return new()
        {
            Id = row.Id,
            PaymentId = row.PaymentId.ToString(CultureInfo.InvariantCulture),
            State = row.Status.State,
            Payload = row.Payload,
            Amount = row.Amount,
            Refunded = new(row.Status.RefundedMinor, currency),
            Refundable = row.Status.IsPaid ? new(row.Amount.AmountMinor - row.Status.RefundedMinor - pending, currency) : Money.Zero(currency),
            IsTest = row.IsTest,
            Method = PurchaseView.MethodOf(row),
            Shipping = row.Shipping,
            Details = row.Details is { } details ? new(details.Name, details.Email, details.Phone, SavedDetails.AddressView.Of(details.Address)) : null,
            Dispute = row.Dispute,
            DisputeAnswerBy = row.DisputeAnswerBy,
            Refunds = [.. refunds.Select(RefundView.Of)],
            CreatedAt = row.CreatedAt,
            UpdatedAt = row.UpdatedAt,
        };
    }
}

/// <summary>A refund on the wire.</summary>
internal sealed record RefundView
{
    public required Guid Id { get; init; }

    public required Guid Purchase { get; init; }

    public required RefundState State { get; init; }

    public required Money Amount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RefundFailure? Failure { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    public static RefundView Of(Refund refund) => new()
    {
        Id = refund.Id,
        Purchase = refund.Purchase,
        State = refund.State,
        Amount = refund.Amount,
        Reason = refund.Reason,
        Failure = refund.Failure,
        CreatedAt = refund.CreatedAt,
        UpdatedAt = refund.UpdatedAt,
    };
}
