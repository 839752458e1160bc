using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.Payments.Refunds;

namespace Stoa.Payments.Purchases;

/// <summary>
/// Takes one purchase as far as it goes: asks the merchant, then for the money, and looks until the outcome is definite. Button, webhook and
/// sweeper all end here, and it may be killed at any await: every step either was stored or is done again under the same id.
/// </summary>
/// <remarks>Steps 2 to 5 of docs/journeys/pay-in-a-conversation.md. One worker has a purchase at a time, by a lease that fences its writes.</remarks>
internal sealed partial class AdvancePurchase(
    PurchaseStore purchases, AttemptStore attempts, IConfirmPurchase merchant, ChargeCard card, PayFromBalance balance, SettleRefunds refunds, TimeProvider time,
    IOptions<PaymentsOptions> options, ILogger<AdvancePurchase> log)
{
    // Beyond what the merchant is promised (20 s), for one that is asked by broken code.
    private static readonly TimeSpan merchantAnswersWithin = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan[] pauses =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6), TimeSpan.FromDays(1),
    ];

    /// <returns>When it returns, the purchase is final, or waits for somebody, or another worker has it.</returns>
    public async Task RunAsync(Guid id, CancellationToken cancellationToken)
    {
        while (await purchases.LeaseAsync(id, options.Value.LeaseLasts, cancellationToken) is { } row)
        {
            DateTimeOffset? lookAt;
            await using (var lease = new KeptLease(purchases, row, options.Value.LeaseLasts, cancellationToken))
            {
                try
                {
                    (row, lookAt) = await StepsAsync(row, lease.Lost);
                }
                catch (Exception exception) when (exception is LeaseLostException
                    || (exception is OperationCanceledException && lease.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested))
                {
                    // Whoever has it now goes on from what is stored.
                    return;
                }
            }

            if (await purchases.ReleaseAsync(row, lookAt, cancellationToken))
            {
                return;
            }
        }
    }

    private async Task<(PurchaseRow Row, DateTimeOffset? LookAt)> StepsAsync(PurchaseRow row, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (row.Status.State)
            {
                case PurchaseState.Created:
                    row = await ApplyAsync(row, new Observation.Begun(), cancellationToken);
                    break;

                case PurchaseState.Confirming:
                    row = await ApplyAsync(row, new Observation.MerchantAnswered(await AskMerchantAsync(row, cancellationToken)), cancellationToken);
                    break;

                case PurchaseState.Authorising when row.Processor is null:
                    row = await ApplyAsync(row, await balance.PayAsync(row, cancellationToken), cancellationToken);
                    break;

                case var _ when row.Status.IsPaid:
                    var pending = await refunds.AdvanceAsync(row, cancellationToken);
                    row = await ApplyAsync(row, row.Processor is null ? await card.PaidAsync(row, null, cancellationToken) : await card.AdvanceAsync(row, cancellationToken), cancellationToken);
                    return (row, pending ? time.GetUtcNow() + pauses[Math.Min(row.Looks, pauses.Length - 1)] : null);

                default:
                    // The processor's object decides; one look at it, and then a pause that grows.
                    if (row.Processor is null || (row.Status.IsFinal && !await attempts.WasMadeAsync(row.Id, cancellationToken)))
                    {
                        return (row, null);
                    }

                    var before = row.Status;
                    row = await ApplyAsync(row, await card.AdvanceAsync(row, cancellationToken), cancellationToken);
                    if (row.Status.IsFinal)
                    {
                        return (row, null);
                    }

                    if (row.Status == before || row.Status.State is PurchaseState.Unknown or PurchaseState.RequiresAction)
                    {
                        return (row, time.GetUtcNow() + pauses[Math.Min(row.Looks, pauses.Length - 1)]);
                    }

                    break;
            }
        }
    }

    private async Task<ConfirmOutcome> AskMerchantAsync(PurchaseRow row, CancellationToken cancellationToken)
    {
        // A crash asks again with the same id; a merchant who could not be asked for so long has not answered.
        if (time.GetUtcNow() - row.CreatedAt > options.Value.BeginsWithin)
        {
            return ConfirmOutcome.NoAnswer;
        }

        using var patience = new CancellationTokenSource(merchantAnswersWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await merchant.ConfirmAsync(
                new(row.Id, row.Page, row.Person, row.Thread, row.Payload, row.Amount, row.RequestedUserInfo, row.Details), either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ConfirmOutcome.NoAnswer;
        }
    }

    private async Task<PurchaseRow> ApplyAsync(PurchaseRow row, Observation seen, CancellationToken cancellationToken)
    {
        var before = row.Status.State;
        try
        {
            (row, var verdict) = await purchases.ApplyAsync(row, seen, cancellationToken);
            if (verdict == Verdict.Contradicts)
            {
                LogContradiction(row.Id, before, row.Status.State);
            }
        }
        catch (PaidElsewhereException)
        {
            // Charged after all, but the payer has been told no and has paid for the same button another way.
            LogPaidTwice(row.Id);
            await card.GiveBackAsync(row, cancellationToken);
        }

        return row;
    }

    [LoggerMessage(401, LogLevel.Error, "Purchase {Purchase} was {Before} and is {After}: its processor did it after all. The payer was told otherwise; somebody should look.")]
    private partial void LogContradiction(Guid purchase, PurchaseState before, PurchaseState after);

    [LoggerMessage(408, LogLevel.Error, "Purchase {Purchase} had failed and was charged after all, while its button was paid another way: the late charge is refunded.")]
    private partial void LogPaidTwice(Guid purchase);
}
