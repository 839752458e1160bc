using Dapper;
using Npgsql;
using Stoa.Bots.Pages;
using Stoa.Bots.Webhooks;
using Stoa.Payments;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Purchases;

/// <summary>Asks the bot what sending to an address costs: <c>messaging_checkout_updates</c> in the thread's lane, as a pre-checkout is asked.</summary>
internal sealed class AskForPrice(NpgsqlDataSource database, Subscribers subscribers, Questions questions, Deliveries deliveries, TimeProvider time) : IAskForPrice
{
    private static readonly TimeSpan answerWithin = TimeSpan.FromSeconds(20);

    public async Task<PriceAnswer> AskAsync(PriceToAsk quote, CancellationToken cancellationToken)
    {
        if (await subscribers.FindFirstAsync(quote.Page, WebhookFields.CheckoutUpdates, cancellationToken) is not { } subscriber)
        {
            return new PriceAnswer.NobodyToAsk();
        }

        await AskOnceAsync(quote, subscriber, cancellationToken);
        return await questions.WaitForPriceAsync(quote.Quote, cancellationToken);
    }

    /// <summary>Asked about again, after a crash or by a second caller, it keeps its first question and its time.</summary>
    private async Task AskOnceAsync(PriceToAsk quote, Subscriber subscriber, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var asked = await connection.ExecuteAsync(new CommandDefinition(
            "insert into bots.pre_checkouts (purchase, page_id, expires_at, asks_price) values (@id, @page, @expires, true) on conflict (purchase) do nothing",
            new { id = quote.Quote, page = quote.Page.Value, expires = now + answerWithin }, transaction, cancellationToken: cancellationToken));
        if (asked == 0)
        {
            return;
        }

        var psid = (await PageScopedIds.FindOrMakeAsync(connection, transaction, [(quote.Page, quote.Buyer)], cancellationToken))[(quote.Page, quote.Buyer)];
        var question = new WebhookEvent(EventComposer.Party(psid), EventComposer.Party(quote.Page.Value), now.ToUnixTimeMilliseconds())
        {
            CheckoutUpdate = new(quote.Payload, RequestedInfo.Of(quote.Address, quote.Buyer)),
        };
        await Lanes.AppendAsync(connection, transaction, [new(subscriber, quote.Thread, WebhookFields.CheckoutUpdates, question, Purchase: quote.Quote)], now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        deliveries.Wake(new(subscriber.AppId));
    }
}
