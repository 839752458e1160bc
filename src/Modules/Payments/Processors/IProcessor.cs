using Stoa.Kernel;

namespace Stoa.Payments.Processors;

/// <summary>A company that charges cards, or the sandbox that plays one. Every implementation passes <c>ProcessorSpecification</c>.</summary>
/// <remarks>
/// Nothing here throws for what a processor or the network does: each answer is a value, and no answer is <see cref="ProcessorAnswer.Unclear"/>,
/// never a failure. A request key names one logical operation: a resend carries the same key and the same body.
/// </remarks>
internal interface IProcessor
{
    /// <summary>As in <c>GET /api/pay/config</c> and in stored rows.</summary>
    string Name { get; }

    ProcessorTraits Traits { get; }

    /// <summary>What a browser needs to turn a card into a token on the processor's own page or fields.</summary>
    /// <returns>Members as that page knows them, nothing secret beyond this one save; null when no answer came: ask again.</returns>
    Task<IReadOnlyDictionary<string, string>?> BeginSaveAsync(PersonId customer, CancellationToken cancellationToken);

    /// <summary>Turns what the browser brought from the processor's page into a saved card. The same token again gives the same card.</summary>
    /// <returns>Null for a token that is not the processor's, is malformed, or belongs to another customer.</returns>
    Task<SavedCard?> SaveAsync(string token, PersonId customer, CancellationToken cancellationToken);

    /// <summary>Forgets a card; one that is gone already is forgotten as well.</summary>
    Task DeleteSavedAsync(string cardRef, CancellationToken cancellationToken);

    Task<ProcessorAnswer> ChargeAsync(ChargeRequest charge, CancellationToken cancellationToken);

    /// <summary>Takes an authorised amount, or less.</summary>
    Task<ProcessorAnswer> CaptureAsync(string requestKey, string paymentRef, long amountMinor, CancellationToken cancellationToken);

    /// <summary>Gives up a payment that is not captured. One that is answers as captured: it is too late.</summary>
    Task<ProcessorAnswer> VoidAsync(string paymentRef, CancellationToken cancellationToken);

    /// <summary>Gives back a captured amount, all that is left or a part.</summary>
    /// <returns><see cref="ProcessorAnswer.KnownRefund"/>, which may still be pending; <c>Refused(exceeds)</c> beyond what is left.</returns>
    Task<ProcessorAnswer> RefundAsync(RefundRequest refund, CancellationToken cancellationToken);

    /// <summary>A refund as the processor has it now: by its id, or by our reference when none ever came back.</summary>
    /// <returns><c>Refused(not_found)</c> when there is none.</returns>
    Task<ProcessorAnswer> FindRefundAsync(RefundRequest refund, string? refundRef, CancellationToken cancellationToken);

    /// <summary>The payment as the processor has it now.</summary>
    Task<ProcessorAnswer> GetAsync(string paymentRef, CancellationToken cancellationToken);

    /// <summary>Looks a payment up by our own reference: what is left when no id of the processor's ever came back.</summary>
    /// <returns><c>Refused(not_found)</c> when there is none.</returns>
    Task<ProcessorAnswer> FindByReferenceAsync(string reference, CancellationToken cancellationToken);

    /// <summary>In test mode, charges one unit on the processor's own test card and gives it back; in live mode, asks whether the keys are good and moves nothing.</summary>
    /// <returns>Anything known: it works.</returns>
    Task<ProcessorAnswer> SendOneUnitAsync(CancellationToken cancellationToken);

    /// <summary>Verifies and reads what claims to come from the processor. Null: it does not.</summary>
    Task<ProcessorEvent?> ParseWebhookAsync(WebhookCall call, CancellationToken cancellationToken);
}

/// <param name="ResendsFor">How long after the first try the same request may be given to the connector again under its key. One whose processor knows no keys sends it once all the same, and looks for it from then on.</param>
/// <param name="FindsWithin">After this time, a payment that <see cref="IProcessor.FindByReferenceAsync"/> does not find was never received.</param>
internal sealed record ProcessorTraits(TimeSpan ResendsFor, TimeSpan FindsWithin)
{
    /// <summary>The same as <see cref="ResendsFor"/>, of refunds; a connector that waits for a payment to settle first says longer.</summary>
    public TimeSpan RefundsResendFor { get; init; } = ResendsFor;

    /// <summary>The payer's bank asks them in the browser before the charge: a charge that it was not asked about fails, and never waits for the payer.</summary>
    public bool AsksInBrowser { get; init; }
}

internal sealed record SavedCard(string Ref, string Brand, string Last4, int ExpMonth, int ExpYear);

internal enum CaptureMode
{
    Automatic,
    Manual,
}

/// <param name="Reference">Ours: the purchase's id. Kept by the processor.</param>
internal sealed record ChargeRequest(string RequestKey, string Reference, string CardRef, Money Amount, CaptureMode Capture = CaptureMode.Automatic);

/// <param name="Reference">Ours: the refund's id, or the purchase's. Kept by the processor.</param>
/// <param name="Amount">Null: all that is left.</param>
internal sealed record RefundRequest(string RequestKey, string Reference, string PaymentRef, Money? Amount);

internal enum PaymentStatus
{
    RequiresAction,
    Processing,
    Authorised,
    Captured,
    Failed,
    Voided,
    Refunded,
}

/// <summary>A processor's payment object, as far as we look at it.</summary>
/// <param name="RefundedMinor">What has gone back, or is on its way.</param>
/// <param name="Failure">With <c>Failed</c>: one of <c>declined</c>, <c>insufficient_funds</c>, <c>expired_card</c>, <c>authentication_failed</c>.</param>
/// <param name="ActionUrl">With <c>RequiresAction</c>: the page of the payer's bank.</param>
internal sealed record ProcessorPayment(
    string Ref, string Reference, Money Amount, PaymentStatus Status, string? Failure, string? ActionUrl, long CapturedMinor, long RefundedMinor, DisputeStatus Dispute);

/// <summary>Whether the payer's bank takes the money back. Never a state of the payment: it stands beside it.</summary>
internal enum DisputeStatus
{
    None,

    /// <summary>The merchant has to answer, at the processor.</summary>
    NeedsResponse,

    UnderReview,
    Won,
    Lost,
}

internal enum RefundStatus
{
    /// <summary>The processor has taken it on; it may be days on the way.</summary>
    Pending,

    Succeeded,
    Failed,
}

/// <summary>A processor's refund object.</summary>
internal sealed record ProcessorRefund(string Ref, long AmountMinor, RefundStatus Status);

/// <summary>What came of one call.</summary>
internal abstract record ProcessorAnswer
{
    private ProcessorAnswer()
    {
    }

    /// <summary>The processor's object came back.</summary>
    public sealed record Known(ProcessorPayment Payment) : ProcessorAnswer;

    /// <summary>The processor's refund came back.</summary>
    public sealed record KnownRefund(ProcessorRefund Refund) : ProcessorAnswer;

    /// <summary>A parsed refusal: nothing was done.</summary>
    /// <param name="Code">
    /// <c>not_found</c>, <c>key_reused</c>, <c>not_capturable</c>, <c>exceeds</c>, <c>card_unknown</c>, <c>not_refundable</c> (too late, or disputed), <c>not_yet</c> (refundable later), <c>never_received</c>,
    /// <c>config</c> (the merchant's account refuses us), <c>invalid</c> (a mistake of ours).
    /// </param>
    public sealed record Refused(string Code) : ProcessorAnswer;

    /// <summary>No answer, or none that can be read: it may have been done.</summary>
    public sealed record Unclear : ProcessorAnswer
    {
        public static Unclear Instance { get; } = new();
    }
}

/// <summary>A call that claims to be a processor's.</summary>
/// <param name="Headers">By name, whatever its case.</param>
/// <param name="Body">The bytes exactly as received.</param>
internal sealed record WebhookCall(IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    public static WebhookCall Of(string header, string value, ReadOnlyMemory<byte> body) =>
        new(new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [header] = value }, body);

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>A hint that something about a payment changed; the payment itself is then asked for.</summary>
internal sealed record ProcessorEvent(string Id, string PaymentRef, string Reference);
