using Dapper;
using Npgsql;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Processors;

/// <summary>Takes what a processor tells of its own accord: only as a hint to look. The payment is then asked for, and its state applied.</summary>
internal sealed class ReceiveEvent(NpgsqlDataSource database, AttemptStore attempts, PurchaseStore purchases, PurchaseLane lane, TimeProvider time)
{
    /// <returns>False when the event is not the processor's: answer 400 and forget it.</returns>
    public async Task<bool> RunAsync(IProcessor processor, WebhookCall call, CancellationToken cancellationToken)
    {
        if (await processor.ParseWebhookAsync(call, cancellationToken) is not { } told)
        {
            return false;
        }

        if (await attempts.FindPurchaseAsync(processor.Name, told.PaymentRef, told.Reference, cancellationToken) is not { } purchase)
        {
            // Of a payment we do not know: perhaps another system's of the same account. There is nothing to look at.
            return true;
        }

        // The look is asked for first: a crash in between asks for it twice, never not at all.
        if (!await IsKnownAsync(processor.Name, told.Id, cancellationToken))
        {
            await purchases.NudgeAsync(purchase, cancellationToken);
            await RememberAsync(processor.Name, told.Id, cancellationToken);
            lane.Start(purchase);
        }

        return true;
    }

    private async Task<bool> IsKnownAsync(string processor, string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from payments.processor_events where processor = @processor and event = @id)", new { processor, id }, cancellationToken: cancellationToken));
    }

    private async Task RememberAsync(string processor, string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into payments.processor_events (processor, event, received_at) values (@processor, @id, @now) on conflict do nothing",
            new { processor, id, now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken));
    }
}
