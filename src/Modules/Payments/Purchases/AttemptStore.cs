using Dapper;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.Payments.Purchases;

/// <summary>What was asked of processors: written before the call, so that a crash leaves something to ask about.</summary>
internal sealed class AttemptStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The charge of a purchase; made now if this is the first try. One purchase has one, under one key.</summary>
    public async Task<Attempt> BeginChargeAsync(PurchaseRow row, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.attempts (request_key, purchase, operation, processor, amount_minor, currency, created_at)
            values (@key, @Id, 'charge', @Processor, @amount, @currency, @now) on conflict do nothing
            """,
            new { key = $"charge/{row.Id}", row.Id, row.Processor, amount = row.Amount.AmountMinor, currency = row.Amount.Currency.Code, now = time.GetUtcNow().UtcDateTime },
            cancellationToken: cancellationToken));
        var stored = await connection.QuerySingleAsync<(string Key, string? Ref, long AmountMinor, string Currency, DateTime CreatedAt)>(new CommandDefinition(
            "select request_key, processor_ref, amount_minor, currency, created_at from payments.attempts where purchase = @Id and operation = 'charge'",
            new { row.Id }, cancellationToken: cancellationToken));
        return new(stored.Key, stored.Ref, new(stored.AmountMinor, Currency.Of(stored.Currency)), new(stored.CreatedAt, TimeSpan.Zero));
    }

    /// <returns>The key to refund the charge with: one for each purchase.</returns>
    public async Task<string> BeginRefundAsync(PurchaseRow row, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.attempts (request_key, purchase, operation, processor, amount_minor, currency, created_at)
            values (@key, @Id, 'refund', @Processor, @amount, @currency, @now) on conflict do nothing
            """,
            new { key = $"refund/{row.Id}", row.Id, row.Processor, amount = row.Amount.AmountMinor, currency = row.Amount.Currency.Code, now = time.GetUtcNow().UtcDateTime },
            cancellationToken: cancellationToken));
        return $"refund/{row.Id}";
    }

    public async Task<bool> WasMadeAsync(Guid purchase, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from payments.attempts where purchase = @purchase)", new { purchase }, cancellationToken: cancellationToken));
    }

    public async Task NoteRefAsync(Attempt attempt, string processorRef, CancellationToken cancellationToken)
    {
        if (attempt.ProcessorRef != processorRef)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                "update payments.attempts set processor_ref = @processorRef where request_key = @RequestKey", new { processorRef, attempt.RequestKey }, cancellationToken: cancellationToken));
        }
    }

    /// <summary>The processor's id of a purchase's charge; null until one came back.</summary>
    public async Task<string?> FindRefAsync(Guid purchase, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select processor_ref from payments.attempts where purchase = @purchase and operation = 'charge'", new { purchase }, cancellationToken: cancellationToken));
    }

    /// <summary>The purchase that a processor's payment belongs to, by its id or by our reference.</summary>
    public async Task<Guid?> FindPurchaseAsync(string processor, string processorRef, string reference, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            "select purchase from payments.attempts where processor = @processor and operation = 'charge' and (processor_ref = @processorRef or purchase = @reference) limit 1",
            new { processor, processorRef, reference = Guid.TryParse(reference, out var id) ? id : Guid.Empty }, cancellationToken: cancellationToken));
    }
}

/// <param name="ProcessorRef">The processor's id; null until one came back.</param>
internal sealed record Attempt(string RequestKey, string? ProcessorRef, Money Amount, DateTimeOffset CreatedAt);
