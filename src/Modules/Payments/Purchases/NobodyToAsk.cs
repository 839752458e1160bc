namespace Stoa.Payments.Purchases;

/// <summary>A server without businesses: nobody can be asked, so nothing is charged. The module that has them registers its own.</summary>
internal sealed class NobodyToAsk : IConfirmPurchase
{
    public Task<ConfirmOutcome> ConfirmAsync(PurchaseToConfirm purchase, CancellationToken cancellationToken) => Task.FromResult(ConfirmOutcome.NoAnswer);
}
