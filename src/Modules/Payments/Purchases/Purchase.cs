using System.Text.Json.Serialization;
using Stoa.Payments.Processors;

namespace Stoa.Payments.Purchases;

[JsonConverter(typeof(SnakeCaseEnumConverter<PurchaseState>))]
internal enum PurchaseState
{
    /// <summary>Stored; nothing was asked or sent.</summary>
    Created,

    /// <summary>The merchant is being asked.</summary>
    Confirming,

    /// <summary>The merchant agreed; the money is being asked for.</summary>
    Authorising,

    /// <summary>A step of the payer is awaited: their bank asks them.</summary>
    RequiresAction,

    /// <summary>Paid.</summary>
    Captured,

    /// <summary>Nothing was charged. The button may be tried again.</summary>
    Failed,

    /// <summary>The processor may have charged or not. Never charged anew: asked about until it is known.</summary>
    Unknown,

    /// <summary>Paid, and some of it given back.</summary>
    PartlyRefunded,

    /// <summary>Paid, and all of it given back.</summary>
    Refunded,
}

[JsonConverter(typeof(SnakeCaseEnumConverter<PurchaseFailure>))]
internal enum PurchaseFailure
{
    CardDeclined,
    InsufficientFunds,
    ExpiredCard,
    AuthenticationFailed,
    MerchantRefused,
    MerchantNoAnswer,
    Cancelled,
    ProcessorUnavailable,
}

/// <summary>What can be seen of a purchase, by whomever: the worker, the merchant, the processor, the ledger, the payer.</summary>
internal abstract record Observation
{
    private Observation()
    {
    }

    /// <summary>A worker took it up.</summary>
    public sealed record Begun : Observation;

    public sealed record MerchantAnswered(ConfirmOutcome Outcome) : Observation;

    /// <summary>The processor's object, or the ledger, says so.</summary>
    /// <param name="RefundedMinor">With <c>Captured</c> and <c>Refunded</c>: what has gone back for certain; with <c>Refunded</c> that is all of it.</param>
    public sealed record PaymentIs(PaymentStatus Status, PurchaseFailure? Failure = null, string? ActionUrl = null, long RefundedMinor = 0) : Observation;

    /// <summary>A call had no usable answer, or the answer does not fit what was asked.</summary>
    public sealed record OutcomeUnclear : Observation;

    /// <summary>The processor surely never received the charge.</summary>
    public sealed record NeverReceived : Observation;
}

internal enum Verdict
{
    Applied,

    /// <summary>Says what was known.</summary>
    Repeated,

    /// <summary>Late or out of place: recorded, and without effect.</summary>
    Ignored,

    /// <summary>Says otherwise than what was final, in a direction that is believed: applied, and a person should look.</summary>
    Contradicts,
}

/// <summary>Where a purchase stands, and the one place that says where it may go. Knows no database, no clock and no network.</summary>
/// <remarks>
/// created → confirming → authorising → (requires_action) → captured | failed | unknown → …; captured → partly_refunded → refunded. Late facts
/// move it only in these directions: unknown → anything; failed → captured, since the processor did it after all; and back from a refund, when
/// the payer's bank returned it to the merchant days later.
/// </remarks>
/// <param name="RefundedMinor">Of a paid purchase: what has gone back.</param>
internal sealed record Purchase(PurchaseState State, PurchaseFailure? Failure = null, string? ActionUrl = null, long RefundedMinor = 0)
{
    public static Purchase New { get; } = new(PurchaseState.Created);

    /// <summary>Nothing is left to do by itself; a processor may still tell of a refund.</summary>
    public bool IsFinal => IsPaid || State is PurchaseState.Failed;

    /// <summary>The money came, whatever of it has gone back since.</summary>
    public bool IsPaid => State is PurchaseState.Captured or PurchaseState.PartlyRefunded or PurchaseState.Refunded;

    public (Purchase Next, Verdict Verdict) Apply(Observation seen)
    {
        var next = (State, seen) switch
        {
            (PurchaseState.Created, Observation.Begun) => new(PurchaseState.Confirming),

            (PurchaseState.Confirming, Observation.MerchantAnswered { Outcome: var outcome }) => outcome switch
            {
                ConfirmOutcome.Accepted => new(PurchaseState.Authorising),
                ConfirmOutcome.Refused => Failed(PurchaseFailure.MerchantRefused),
                _ => Failed(PurchaseFailure.MerchantNoAnswer),
            },

            (PurchaseState.Authorising or PurchaseState.RequiresAction or PurchaseState.Unknown, Observation.PaymentIs payment) => After(payment),
            (PurchaseState.Authorising or PurchaseState.RequiresAction or PurchaseState.Unknown, Observation.NeverReceived) => Failed(PurchaseFailure.ProcessorUnavailable),
            // A look that brought no answer tells nothing about the payer's step: they may still take it.
            (PurchaseState.Authorising or PurchaseState.Unknown, Observation.OutcomeUnclear) => new(PurchaseState.Unknown),

            (PurchaseState.Captured or PurchaseState.PartlyRefunded or PurchaseState.Refunded, Observation.PaymentIs { Status: PaymentStatus.Captured or PaymentStatus.Refunded } payment) => After(payment),
            // Only where something was sent: a merchant who refused was not charged by us.
            (PurchaseState.Failed, Observation.PaymentIs { Status: PaymentStatus.Captured } payment)
                when Failure is not (PurchaseFailure.MerchantRefused or PurchaseFailure.MerchantNoAnswer) => After(payment),

            _ => this,
        };
        var verdict = next == this
            ? SaysWhatIsKnown(seen) ? Verdict.Repeated : Verdict.Ignored
            : State == PurchaseState.Failed || (IsPaid && next.RefundedMinor < RefundedMinor) ? Verdict.Contradicts : Verdict.Applied;
        return (next, verdict);
    }

    private static Purchase After(Observation.PaymentIs payment) => payment.Status switch
    {
        PaymentStatus.Captured when payment.RefundedMinor > 0 => new(PurchaseState.PartlyRefunded, RefundedMinor: payment.RefundedMinor),
        PaymentStatus.Captured => new(PurchaseState.Captured),
        PaymentStatus.Refunded => new(PurchaseState.Refunded, RefundedMinor: payment.RefundedMinor),
        PaymentStatus.Failed => Failed(payment.Failure ?? PurchaseFailure.CardDeclined),
        PaymentStatus.Voided => Failed(PurchaseFailure.Cancelled),
        // The payer's step is shown once; seen again from Unknown it is shown again.
        PaymentStatus.RequiresAction when payment.ActionUrl is not null => new(PurchaseState.RequiresAction, ActionUrl: payment.ActionUrl),
        // Under way at the processor, or authorised and about to be captured by it: known there, not settled.
        _ => new(PurchaseState.Unknown),
    };

    private bool SaysWhatIsKnown(Observation seen) => (State, seen) switch
    {
        (PurchaseState.Confirming, Observation.Begun) => true,
        (PurchaseState.Authorising, Observation.MerchantAnswered { Outcome: ConfirmOutcome.Accepted }) => true,
        (PurchaseState.Captured or PurchaseState.PartlyRefunded or PurchaseState.Refunded, Observation.PaymentIs { Status: PaymentStatus.Captured or PaymentStatus.Refunded }) => true,
        (PurchaseState.Failed, Observation.PaymentIs { Status: PaymentStatus.Failed or PaymentStatus.Voided }) => true,
        (PurchaseState.RequiresAction, Observation.PaymentIs { Status: PaymentStatus.RequiresAction }) => true,
        (PurchaseState.Unknown, Observation.OutcomeUnclear or Observation.PaymentIs) => true,
        _ => false,
    };

    private static Purchase Failed(PurchaseFailure failure) => new(PurchaseState.Failed, failure);
}
