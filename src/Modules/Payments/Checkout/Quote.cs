using System.Text.Json.Serialization;
using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Checkout;

[JsonConverter(typeof(SnakeCaseEnumConverter<QuoteState>))]
internal enum QuoteState
{
    /// <summary>The merchant has the question; a repeat of the request waits for the answer.</summary>
    Asking,
    Offered,
    Failed,
}

[JsonConverter(typeof(SnakeCaseEnumConverter<QuoteFailure>))]
internal enum QuoteFailure
{
    /// <summary>Nothing came within 20 seconds.</summary>
    NoAnswer,

    /// <summary>What came cannot be read as ways of sending with prices.</summary>
    BadAnswer,

    /// <summary>The merchant offers no way of sending to this address.</summary>
    NotSentThere,

    /// <summary>Nobody at the business answers such questions.</summary>
    NobodyAsked,
}

/// <summary>What a merchant asks for sending something to one address; it never changes once it is answered.</summary>
/// <param name="Superseded">A newer one was asked for the same button: this one pays nothing any more.</param>
internal sealed record QuoteRow(
    Guid Id, PersonId Person, ThreadId Thread, long Seq, int? Element, int Button, PageId Page, PostalAddress Address,
    QuoteState State, QuoteFailure? Failure, IReadOnlyList<ShippingOption> Options, bool Superseded, DateTimeOffset ExpiresAt);

/// <summary>A quote on the wire (docs/protocol/payments.md).</summary>
internal sealed record QuoteView
{
    public required Guid Id { get; init; }

    public required QuoteState State { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public QuoteFailure? Failure { get; init; }

    /// <summary>Empty unless offered.</summary>
    public required IReadOnlyList<OptionView> Options { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <param name="Total">The whole price with this way of sending.</param>
    public sealed record OptionView(string Id, string Title, IReadOnlyList<PriceLine> Lines, Money Total);

    public static QuoteView Of(QuoteRow row, Money goods) => new()
    {
        Id = row.Id,
        State = row.State,
        Failure = row.Failure,
        Options = [.. row.Options.Select(o => new OptionView(o.Id, o.Title, o.Lines, new(goods.AmountMinor + o.AmountMinor, goods.Currency)))],
        ExpiresAt = row.ExpiresAt,
    };
}
