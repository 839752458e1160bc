using Dapper;
using Npgsql;
using Stoa.Bots.Pages;
using Stoa.Bots.Webhooks;
using Stoa.Payments;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Purchases;

/// <summary>
/// Asks the bot before the charge: <c>messaging_pre_checkouts</c> in the thread's lane, so that it comes after everything the person wrote.
/// </summary>
internal sealed class ConfirmPurchase(
    NpgsqlDataSource database, Subscribers subscribers, PageDirectory pages, IBusinessThreads threads, Questions questions, Deliveries deliveries, TimeProvider time) : IConfirmPurchase
{
    private static readonly TimeSpan answerWithin = TimeSpan.FromSeconds(20);

    public async Task<ConfirmOutcome> ConfirmAsync(PurchaseToConfirm purchase, CancellationToken cancellationToken)
    {
        if (await subscribers.FindFirstAsync(purchase.Page, WebhookFields.PreCheckouts, cancellationToken) is not { } subscriber)
        {
            // The documented rule: who did not ask to be asked is not asked.
            return ConfirmOutcome.Accepted;
        }

        await AskOnceAsync(purchase, subscriber, cancellationToken);
        var page = await pages.FindRowAsync(purchase.Page, cancellationToken);
        return await questions.WaitAsync(purchase.Purchase, page?.Profile.AcceptsWithoutAnswer == true ? ConfirmOutcome.Accepted : ConfirmOutcome.NoAnswer, cancellationToken);
    }

    /// <summary>A purchase asked about again, after a crash, keeps its first question and its time.</summary>
    private async Task AskOnceAsync(PurchaseToConfirm purchase, Subscriber subscriber, CancellationToken cancellationToken)
    {
        var known = await RequestedInfo.KnownAsync(threads, purchase.Buyer, purchase.RequestedUserInfo, purchase.Details, cancellationToken);
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var asked = await connection.ExecuteAsync(new CommandDefinition(
            "insert into bots.pre_checkouts (purchase, page_id, expires_at) values (@id, @page, @expires) on conflict (purchase) do nothing",
            new { id = purchase.Purchase, page = purchase.Page.Value, expires = now + answerWithin }, transaction, cancellationToken: cancellationToken));
        if (asked == 0)
        {
            return;
        }

        var psid = (await PageScopedIds.FindOrMakeAsync(connection, transaction, [(purchase.Page, purchase.Buyer)], cancellationToken))[(purchase.Page, purchase.Buyer)];
        var question = new WebhookEvent(EventComposer.Party(psid), EventComposer.Party(purchase.Page.Value), now.ToUnixTimeMilliseconds())
        {
            PreCheckout = new(purchase.Payload, known, new(purchase.Amount.Currency.Code, purchase.Amount.ToDecimalString())),
        };
        await Lanes.AppendAsync(connection, transaction, [new(subscriber, purchase.Thread, WebhookFields.PreCheckouts, question, Purchase: purchase.Purchase)], now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        deliveries.Wake(new(subscriber.AppId));
    }
}

