using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.Kernel;
using Stoa.Payments.Processors;
using Stoa.Wallet;

namespace Stoa.Payments.Purchases;

/// <summary>Holds the price on the payer's balance and posts it to the merchant. The ids follow from the purchase, so doing it again does nothing more.</summary>
internal sealed partial class PayFromBalance(ILedger ledger, TimeProvider time, IOptions<PaymentsOptions> options, ILogger<PayFromBalance> log)
{
    public async Task<Observation> PayAsync(PurchaseRow row, CancellationToken cancellationToken)
    {
        if (row.IsTest)
        {
            // What a bot marks as a test moves no money of ours. (The sandbox's cards are all play.)
            return new Observation.PaymentIs(PaymentStatus.Captured);
        }

        var hold = new Transfer(
            DerivedId.Of("payments.hold/1", row.Id), TransferKind.Hold, new(AccountKind.Person, row.Person.Value, row.Amount.Currency),
            new(AccountKind.Merchant, row.Page.Value, row.Amount.Currency), row.Amount, "merchant_payment", HoldExpiresAfter: options.Value.BalanceIsHeldFor, Reference: row.Id.ToString());
        if (time.GetUtcNow() - row.CreatedAt > options.Value.BeginsWithin && await ledger.FindAsync(hold.Id, cancellationToken) is null)
        {
            // Interrupted before anything was held, and so long ago that the payer does not expect it any more.
            return Failed(PurchaseFailure.ProcessorUnavailable);
        }

        var held = (await ledger.PostAsync([hold], cancellationToken))[0];
        if (!held.Done)
        {
            // IdAlreadyFailed: it was refused before a crash, and for want of funds, since nothing else about it can be.
            return held.Status is TransferStatus.ExceedsBalance or TransferStatus.IdAlreadyFailed ? Failed(PurchaseFailure.InsufficientFunds) : Broken(row.Id, held.Status);
        }

        var posted = (await ledger.PostAsync([End(hold, TransferKind.PostHold, "payments.post-hold/1", row.Id)], cancellationToken))[0];
        if (posted.Done)
        {
            return new Observation.PaymentIs(PaymentStatus.Captured);
        }

        // The hold's time was over before we came back to it. Whatever is left of it is given back.
        await ledger.PostAsync([End(hold, TransferKind.VoidHold, "payments.void-hold/1", row.Id)], cancellationToken);
        return Broken(row.Id, posted.Status);
    }

    private static Transfer End(Transfer hold, TransferKind kind, string purpose, Guid purchase) =>
        hold with { Id = DerivedId.Of(purpose, purchase), Kind = kind, Hold = hold.Id, HoldExpiresAfter = null };

    private Observation.PaymentIs Broken(Guid purchase, TransferStatus status)
    {
        LogRefused(purchase, status);
        return Failed(PurchaseFailure.ProcessorUnavailable);
    }

    private static Observation.PaymentIs Failed(PurchaseFailure failure) => new(PaymentStatus.Failed, failure);

    [LoggerMessage(404, LogLevel.Warning, "Purchase {Purchase} could not be paid from the balance: {Status}. Nothing was taken.")]
    private partial void LogRefused(Guid purchase, TransferStatus status);
}
