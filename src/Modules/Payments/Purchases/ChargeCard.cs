using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.Payments.Methods;
using Stoa.Payments.Processors;
using Stoa.Payments.Refunds;

namespace Stoa.Payments.Purchases;

/// <summary>Brings back what the processor knows of a card payment; the first time, by asking it to charge.</summary>
internal sealed partial class ChargeCard(
    ProcessorList processors, AttemptStore attempts, MethodStore methods, PurchaseStore purchases, SettleRefunds refunds, TimeProvider time,
    IOptions<PaymentsOptions> options, ILogger<ChargeCard> log)
{
    public async Task<Observation> AdvanceAsync(PurchaseRow row, CancellationToken cancellationToken)
    {
        var processor = await processors.FindAsync(row.Processor, cancellationToken);
        if (time.GetUtcNow() - row.CreatedAt > options.Value.BeginsWithin && !await attempts.WasMadeAsync(row.Id, cancellationToken))
        {
            // Interrupted before anything was sent, and so long ago that the payer does not expect it any more.
            return new Observation.PaymentIs(PaymentStatus.Failed, PurchaseFailure.ProcessorUnavailable);
        }

        // Write first, call second: from here on a crash leaves a row that is asked about.
        var attempt = await attempts.BeginChargeAsync(row, cancellationToken);
        var answer = await Patience.CallAsync(time, token => AskAsync(processor, row, attempt, token), cancellationToken);
        switch (answer)
        {
            case ProcessorAnswer.Known { Payment: var payment }:
                if (payment.Amount != attempt.Amount || payment.Reference != row.Id.ToString())
                {
                    // Not ours, or not what was asked for. It never counts as paid; a person decides.
                    LogMismatch(row.Id, payment.Ref);
                    return new Observation.OutcomeUnclear();
                }

                await attempts.NoteRefAsync(attempt, payment.Ref, cancellationToken);
                if (payment.Dispute != DisputeStatus.None && Words.Of(payment.Dispute) != row.Dispute)
                {
                    var dispute = processor is IDisputeDesk desk ? await desk.FindDisputeAsync(payment.Ref, cancellationToken) as DisputeAnswer.Known : null;
                    await purchases.NoteDisputeAsync(row, payment.Dispute, dispute?.AnswerBy, cancellationToken);
                }

                return payment.Status is PaymentStatus.Captured or PaymentStatus.Refunded
                    ? await PaidAsync(row, payment.RefundedMinor, cancellationToken)
                    : new Observation.PaymentIs(payment.Status, FailureOf(payment), payment.ActionUrl);

            case ProcessorAnswer.Refused { Code: NotFoundWhereItMustBe }:
                return new Observation.NeverReceived();

            case ProcessorAnswer.Refused { Code: var code }:
                // Understood and refused: nothing was charged, and sending it again would change nothing.
                LogRefused(row.Id, code);
                return new Observation.PaymentIs(PaymentStatus.Failed, PurchaseFailure.ProcessorUnavailable);

            default:
                return new Observation.OutcomeUnclear();
        }
    }

    /// <summary>A paid purchase, with what has gone back of it for certain.</summary>
    /// <param name="processorMinor">The processor's own sum; null for a balance, which has none.</param>
    public async Task<Observation> PaidAsync(PurchaseRow row, long? processorMinor, CancellationToken cancellationToken)
    {
        var sums = await refunds.SumAsync(row, processorMinor, cancellationToken);
        var total = Math.Min(row.Amount.AmountMinor, sums.TotalMinor(processorMinor ?? 0));
        return new Observation.PaymentIs(total == row.Amount.AmountMinor ? PaymentStatus.Refunded : PaymentStatus.Captured, RefundedMinor: total);
    }

    /// <summary>Refunds a charge that came after its purchase had failed. Under one key, so however often, once.</summary>
    public async Task GiveBackAsync(PurchaseRow row, CancellationToken cancellationToken)
    {
        var attempt = await attempts.BeginChargeAsync(row, cancellationToken);
        if (attempt.ProcessorRef is { } charged)
        {
            var key = await attempts.BeginRefundAsync(row, cancellationToken);
            var processor = await processors.FindAsync(row.Processor, cancellationToken);
            var answer = await Patience.CallAsync(time, token => processor.RefundAsync(new(key, row.Id.ToString(), charged, null), token), cancellationToken);
            // Beyond what is left: it has gone back already.
            if (answer is not (ProcessorAnswer.KnownRefund or ProcessorAnswer.Refused { Code: "exceeds" }))
            {
                throw new RefundUnsettledException(row.Id);
            }
        }
    }

    private const string NotFoundWhereItMustBe = "never_received";

    private async Task<ProcessorAnswer> AskAsync(IProcessor processor, PurchaseRow row, Attempt attempt, CancellationToken cancellationToken)
    {
        if (attempt.ProcessorRef is { } known)
        {
            return row is { CancelAsked: true, Status.State: PurchaseState.RequiresAction }
                ? await processor.VoidAsync(known, cancellationToken)
                : await processor.GetAsync(known, cancellationToken);
        }

        var age = time.GetUtcNow() - attempt.CreatedAt;
        if (age < processor.Traits.ResendsFor && !row.Status.IsFinal)
        {
            // The same key and the same body, however often: the processor charges once.
            return await methods.FindRefAsync(row.Method, cancellationToken) is { } cardRef
                ? await processor.ChargeAsync(new(attempt.RequestKey, row.Id.ToString(), cardRef, attempt.Amount), cancellationToken)
                : new ProcessorAnswer.Refused("card_unknown");
        }

        // Too late to send again under that key: another charge is never sent without the payer. Only looked for.
        var found = await processor.FindByReferenceAsync(row.Id.ToString(), cancellationToken);
        return found is ProcessorAnswer.Refused { Code: "not_found" }
            ? age < processor.Traits.FindsWithin ? ProcessorAnswer.Unclear.Instance : new ProcessorAnswer.Refused(NotFoundWhereItMustBe)
            : found;
    }

    private static PurchaseFailure? FailureOf(ProcessorPayment payment) => payment.Status != PaymentStatus.Failed ? null : payment.Failure switch
    {
        "insufficient_funds" => PurchaseFailure.InsufficientFunds,
        "expired_card" => PurchaseFailure.ExpiredCard,
        "authentication_failed" => PurchaseFailure.AuthenticationFailed,
        // Lost, stolen, suspected: the payer is told no more than that the bank said no.
        _ => PurchaseFailure.CardDeclined,
    };

    [LoggerMessage(402, LogLevel.Error, "The payment {Payment} that a processor gave for purchase {Purchase} differs in amount, currency or reference; it is not counted.")]
    private partial void LogMismatch(Guid purchase, string payment);

    [LoggerMessage(403, LogLevel.Error, "The charge for purchase {Purchase} was refused as {Code}: a mistake of ours or a card that is gone.")]
    private partial void LogRefused(Guid purchase, string code);
}

/// <summary>A refund that must be made had no definite answer; the purchase keeps its lease until it runs out, and is then tried again under the same key.</summary>
internal sealed class RefundUnsettledException(Guid purchase) : Exception($"The late charge of purchase {purchase} is not refunded yet.");
