using Microsoft.Extensions.Logging;
using Stoa.Kernel;
using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;
using Stoa.Wallet;

namespace Stoa.Payments.Refunds;

/// <summary>Gives back what was asked for: by the processor that was paid, or from the merchant's balance. Run by the one worker that has the purchase.</summary>
/// <remarks>Each refund has one key, or one transfer id: after a crash the same request is made again, and is once.</remarks>
internal sealed partial class SettleRefunds(
    RefundStore refunds, ProcessorList processors, AttemptStore attempts, ILedger ledger, TimeProvider time, ILogger<SettleRefunds> log)
{
    /// <summary>Asks for every refund that is not settled.</summary>
    /// <returns>Whether one is left that has to be asked about again.</returns>
    public async Task<bool> AdvanceAsync(PurchaseRow row, CancellationToken cancellationToken)
    {
        var left = false;
        foreach (var refund in await refunds.ListAsync(row.Id, cancellationToken))
        {
            if (refund.State == RefundState.Pending)
            {
                left |= await (row.Processor is null ? FromBalanceAsync(row, refund, cancellationToken) : ByProcessorAsync(row, refund, cancellationToken));
            }
        }

        return left;
    }

    /// <summary>Sums up what has gone back through us, after looking again at refunds that the processor does not count any more.</summary>
    /// <param name="processorMinor">The processor's own sum; null: there is none.</param>
    public async Task<RefundSums> SumAsync(PurchaseRow row, long? processorMinor, CancellationToken cancellationToken)
    {
        var all = await refunds.ListAsync(row.Id, cancellationToken);
        var sums = Sum(all);
        if (processorMinor is not { } counted || counted >= sums.SucceededMinor)
        {
            return sums;
        }

        foreach (var refund in all.Where(refund => refund.State == RefundState.Succeeded))
        {
            var answer = await Patience.CallAsync(time, token => FindAsync(row, refund, token), cancellationToken);
            if (answer is ProcessorAnswer.KnownRefund { Refund.Status: RefundStatus.Failed })
            {
                LogReturned(refund.Id, row.Id);
                await refunds.SettleAsync(row, refund, RefundState.Failed, RefundFailure.Returned, null, cancellationToken);
            }
        }

        return Sum(await refunds.ListAsync(row.Id, cancellationToken));
    }

    private async Task<bool> ByProcessorAsync(PurchaseRow row, Refund refund, CancellationToken cancellationToken)
    {
        var answer = await Patience.CallAsync(time, token => AskAsync(row, refund, token), cancellationToken);
        switch (answer)
        {
            case ProcessorAnswer.KnownRefund { Refund: var made } when made.AmountMinor != refund.Amount.AmountMinor:
                // Not what was asked for: it never counts as done; a person decides.
                LogMismatch(refund.Id, row.Id, made.Ref);
                return true;

            case ProcessorAnswer.KnownRefund { Refund: var made }:
                var (state, failure) = made.Status switch
                {
                    RefundStatus.Succeeded => (RefundState.Succeeded, (RefundFailure?)null),
                    RefundStatus.Failed => (RefundState.Failed, RefundFailure.Refused),
                    _ => (RefundState.Pending, null),
                };
                await refunds.SettleAsync(row, refund, state, failure, made.Ref, cancellationToken);
                return state == RefundState.Pending;

            case ProcessorAnswer.Refused { Code: "not_yet" }:
                // Refundable once it has settled at the processor.
                return true;

            case ProcessorAnswer.Refused { Code: var code }:
                LogRefused(refund.Id, row.Id, code);
                await refunds.SettleAsync(row, refund, RefundState.Failed, code switch
                {
                    "exceeds" => RefundFailure.Exceeds,
                    "never_received" => RefundFailure.ProcessorUnavailable,
                    _ => RefundFailure.Refused,
                }, null, cancellationToken);
                return false;

            default:
                return true;
        }
    }

    private async Task<ProcessorAnswer> AskAsync(PurchaseRow row, Refund refund, CancellationToken cancellationToken)
    {
        if (refund.ProcessorRef is not null)
        {
            return await FindAsync(row, refund, cancellationToken);
        }

        var processor = await processors.FindAsync(row.Processor, cancellationToken);
        var age = time.GetUtcNow() - refund.CreatedAt;
        if (age < processor.Traits.RefundsResendFor)
        {
            return await processor.RefundAsync(await RequestAsync(row, refund, cancellationToken), cancellationToken);
        }

        // Too late to send again under that key. Only looked for.
        var found = await FindAsync(row, refund, cancellationToken);
        return found is ProcessorAnswer.Refused { Code: "not_found" }
            ? age < processor.Traits.FindsWithin ? ProcessorAnswer.Unclear.Instance : new ProcessorAnswer.Refused("never_received")
            : found;
    }

    private async Task<ProcessorAnswer> FindAsync(PurchaseRow row, Refund refund, CancellationToken cancellationToken) =>
        await (await processors.FindAsync(row.Processor, cancellationToken)).FindRefundAsync(await RequestAsync(row, refund, cancellationToken), refund.ProcessorRef, cancellationToken);

    private async Task<RefundRequest> RequestAsync(PurchaseRow row, Refund refund, CancellationToken cancellationToken)
    {
        var charge = await attempts.BeginChargeAsync(row, cancellationToken);
        return new(refund.RequestKey, refund.Id.ToString(), charge.ProcessorRef ?? throw new InvalidOperationException($"Purchase {row.Id} is paid, and its payment has no id."), refund.Amount);
    }

    private async Task<bool> FromBalanceAsync(PurchaseRow row, Refund refund, CancellationToken cancellationToken)
    {
        if (row.IsTest)
        {
            // It moved no money of ours when it was paid.
            await refunds.SettleAsync(row, refund, RefundState.Succeeded, null, null, cancellationToken);
            return false;
        }

        var back = new Transfer(
            DerivedId.Of("payments.refund/1", refund.Id), TransferKind.Post, new(AccountKind.Merchant, row.Page.Value, row.Amount.Currency),
            new(AccountKind.Person, row.Person.Value, row.Amount.Currency), refund.Amount, "refund", Reference: row.Id.ToString());
        var posted = (await ledger.PostAsync([back], cancellationToken))[0];
        var failed = posted.Status is TransferStatus.ExceedsBalance or TransferStatus.IdAlreadyFailed ? RefundFailure.InsufficientFunds : RefundFailure.Refused;
        if (!posted.Done)
        {
            LogRefused(refund.Id, row.Id, posted.Status.ToString());
        }

        await refunds.SettleAsync(row, refund, posted.Done ? RefundState.Succeeded : RefundState.Failed, posted.Done ? null : failed, null, cancellationToken);
        return false;
    }

    private static RefundSums Sum(IReadOnlyList<Refund> all) => new(
        all.Where(r => r.State == RefundState.Succeeded).Sum(r => r.Amount.AmountMinor), all.Where(r => r.State == RefundState.Pending).Sum(r => r.Amount.AmountMinor));

    [LoggerMessage(460, LogLevel.Error, "The refund {Made} that a processor gave for refund {Refund} of purchase {Purchase} differs in its amount; it is not counted.")]
    private partial void LogMismatch(Guid refund, Guid purchase, string made);

    [LoggerMessage(461, LogLevel.Warning, "Refund {Refund} of purchase {Purchase} was refused as {Code}; nothing went back.")]
    private partial void LogRefused(Guid refund, Guid purchase, string code);

    [LoggerMessage(462, LogLevel.Error, "Refund {Refund} of purchase {Purchase} was made and came back: the payer's bank did not take it. Somebody should look.")]
    private partial void LogReturned(Guid refund, Guid purchase);
}
