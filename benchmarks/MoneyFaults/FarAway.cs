using System.Collections.Concurrent;
using Stoa.Kernel;
using Stoa.Payments;
using Stoa.Payments.Processors;
using Stoa.Payments.Sandbox;

namespace Stoa.Bench.MoneyFaults;

/// <summary>What goes wrong with one call to the processor.</summary>
internal enum CallFault
{
    None,

    /// <summary>The request is lost: nothing is done, and no answer comes.</summary>
    LosesRequest,

    /// <summary>It is done, and the answer is lost.</summary>
    LosesAnswer,
}

/// <summary>The processor and the merchant: they live on whatever happens to our nodes, and what they have done is done.</summary>
internal sealed class FarAway(SandboxProcessor sandbox, Func<PurchaseToConfirm, ConfirmOutcome> merchantSays)
{
    private readonly ConcurrentDictionary<Guid, ConfirmOutcome> said = new();

    public SandboxProcessor Sandbox { get; } = sandbox;

    /// <summary>What befalls the next call to the processor.</summary>
    public CallFault Next { get; set; }

    /// <summary>Purchases that the merchant has agreed to.</summary>
    public IReadOnlySet<Guid> Accepted => said.Where(one => one.Value == ConfirmOutcome.Accepted).Select(one => one.Key).ToHashSet();

    public ConfirmOutcome Ask(PurchaseToConfirm purchase) => said.GetOrAdd(purchase.Purchase, _ => merchantSays(purchase));

    public CallFault Take()
    {
        var next = Next;
        Next = CallFault.None;
        return next;
    }
}

/// <summary>The sandbox over a wire that loses requests and answers.</summary>
internal sealed class FaultyProcessor(FarAway far) : IProcessor
{
    private readonly SandboxProcessor inner = far.Sandbox;

    public string Name => inner.Name;

    public ProcessorTraits Traits => inner.Traits;

    public Task<IReadOnlyDictionary<string, string>?> BeginSaveAsync(PersonId customer, CancellationToken cancellationToken) => inner.BeginSaveAsync(customer, cancellationToken);

    public Task<SavedCard?> SaveAsync(string token, PersonId customer, CancellationToken cancellationToken) => inner.SaveAsync(token, customer, cancellationToken);

    public Task DeleteSavedAsync(string cardRef, CancellationToken cancellationToken) => inner.DeleteSavedAsync(cardRef, cancellationToken);

    public Task<ProcessorAnswer> ChargeAsync(ChargeRequest charge, CancellationToken cancellationToken) => CallAsync("charge", () => inner.ChargeAsync(charge, CancellationToken.None), cancellationToken);

    public Task<ProcessorAnswer> CaptureAsync(string requestKey, string paymentRef, long amountMinor, CancellationToken cancellationToken) =>
        CallAsync("capture", () => inner.CaptureAsync(requestKey, paymentRef, amountMinor, CancellationToken.None), cancellationToken);

    public Task<ProcessorAnswer> VoidAsync(string paymentRef, CancellationToken cancellationToken) => CallAsync("void", () => inner.VoidAsync(paymentRef, CancellationToken.None), cancellationToken);

    public Task<ProcessorAnswer> RefundAsync(RefundRequest refund, CancellationToken cancellationToken) => CallAsync("refund", () => inner.RefundAsync(refund, CancellationToken.None), cancellationToken);

    public Task<ProcessorAnswer> FindRefundAsync(RefundRequest refund, string? refundRef, CancellationToken cancellationToken) =>
        CallAsync("find-refund", () => inner.FindRefundAsync(refund, refundRef, CancellationToken.None), cancellationToken);

    public Task<ProcessorAnswer> GetAsync(string paymentRef, CancellationToken cancellationToken) => CallAsync("get", () => inner.GetAsync(paymentRef, CancellationToken.None), cancellationToken);

    public Task<ProcessorAnswer> FindByReferenceAsync(string reference, CancellationToken cancellationToken) =>
        CallAsync("find", () => inner.FindByReferenceAsync(reference, CancellationToken.None), cancellationToken);

    public Task<ProcessorAnswer> SendOneUnitAsync(CancellationToken cancellationToken) => inner.SendOneUnitAsync(cancellationToken);

    public Task<ProcessorEvent?> ParseWebhookAsync(WebhookCall call, CancellationToken cancellationToken) => Turns.FarAwayAsync(() => inner.ParseWebhookAsync(call, cancellationToken));

    private async Task<ProcessorAnswer> CallAsync(string what, Func<Task<ProcessorAnswer>> call, CancellationToken cancellationToken)
    {
        Turns.Cross($"processor {what}");
        cancellationToken.ThrowIfCancellationRequested();
        var fault = far.Take();
        if (fault == CallFault.LosesRequest)
        {
            return ProcessorAnswer.Unclear.Instance;
        }

        var answer = await Turns.FarAwayAsync(call);
        Turns.Cross($"processor {what} answers");
        cancellationToken.ThrowIfCancellationRequested();
        return fault == CallFault.LosesAnswer ? ProcessorAnswer.Unclear.Instance : answer;
    }
}

/// <summary>The question to the merchant, whom a dead node never hears.</summary>
internal sealed class FaultyMerchant(FarAway far) : IConfirmPurchase
{
    public Task<ConfirmOutcome> ConfirmAsync(PurchaseToConfirm purchase, CancellationToken cancellationToken)
    {
        Turns.Cross("merchant");
        cancellationToken.ThrowIfCancellationRequested();
        var outcome = far.Ask(purchase);
        Turns.Cross("merchant answers");
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(outcome);
    }
}
