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

    /// <summary>Gives back all that is left, or <paramref name="amountMinor"/> of it.</summary>
    Task<ProcessorAnswer> RefundAsync(string requestKey, string paymentRef, long? amountMinor, CancellationToken cancellationToken);

    /// <summary>The payment as the processor has it now.</summary>
    Task<ProcessorAnswer> GetAsync(string paymentRef, CancellationToken cancellationToken);

    /// <summary>Looks a payment up by our own reference: what is left when no id of the processor's ever came back.</summary>
    /// <returns><c>Refused(not_found)</c> when there is none.</returns>
    Task<ProcessorAnswer> FindByReferenceAsync(string reference, CancellationToken cancellationToken);

    /// <summary>Verifies and reads what claims to come from the processor. Null: it does not.</summary>
    /// <param name="body">The bytes exactly as received.</param>
    Task<ProcessorEvent?> ParseWebhookAsync(string signature, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);
}

/// <param name="ResendsFor">How long after the first try the same request may be sent again under its key.</param>
/// <param name="FindsWithin">After this time, a payment that <see cref="IProcessor.FindByReferenceAsync"/> does not find was never received.</param>
internal sealed record ProcessorTraits(TimeSpan ResendsFor, TimeSpan FindsWithin);

internal sealed record SavedCard(string Ref, string Brand, string Last4, int ExpMonth, int ExpYear);

internal enum CaptureMode
{
    Automatic,
    Manual,
}

/// <param name="Reference">Ours: the purchase's id. Kept by the processor.</param>
internal sealed record ChargeRequest(string RequestKey, string Reference, string CardRef, Money Amount, CaptureMode Capture = CaptureMode.Automatic);

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
/// <param name="Failure">With <c>Failed</c>: one of <c>declined</c>, <c>insufficient_funds</c>, <c>expired_card</c>, <c>authentication_failed</c>.</param>
/// <param name="ActionUrl">With <c>RequiresAction</c>: the page of the payer's bank.</param>
internal sealed record ProcessorPayment(
    string Ref, string Reference, Money Amount, PaymentStatus Status, string? Failure, string? ActionUrl, long CapturedMinor, long RefundedMinor, bool Disputed);

/// <summary>What came of one call.</summary>
internal abstract record ProcessorAnswer
{
    private ProcessorAnswer()
    {
    }

    /// <summary>The processor's object came back.</summary>
    public sealed record Known(ProcessorPayment Payment) : ProcessorAnswer;

    /// <summary>A parsed refusal: nothing was done.</summary>
    /// <param name="Code"><c>not_found</c>, <c>key_reused</c>, <c>not_capturable</c>, <c>exceeds</c>, <c>card_unknown</c>.</param>
    public sealed record Refused(string Code) : ProcessorAnswer;

    /// <summary>No answer, or none that can be read: it may have been done.</summary>
    public sealed record Unclear : ProcessorAnswer
    {
        public static Unclear Instance { get; } = new();
    }
}

/// <summary>A hint that something about a payment changed; the payment itself is then asked for.</summary>
internal sealed record ProcessorEvent(string Id, string PaymentRef, string Reference);
