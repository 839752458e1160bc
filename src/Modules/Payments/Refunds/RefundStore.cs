using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Refunds;

/// <summary>Refunds: asked for under the purchase's row lock, so that all together never exceed what was paid; settled by the worker that has the purchase.</summary>
internal sealed class RefundStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Refunds that one purchase may have, those that failed included.</summary>
    public const int RefundsMax = 100;

    private const string Columns =
        """
        r.id, r.purchase, r.amount_minor as AmountMinor, p.currency, r.reason, r.state, r.failure, r.processor_ref as ProcessorRef, r.created_at as CreatedAt, r.updated_at as UpdatedAt
        """;

    /// <summary>Stores a refund to be made, or finds what the key stands for already. The purchase is due a look then.</summary>
    /// <param name="amountMinor">Null: all that is left.</param>
    /// <exception cref="ProblemException">404 <c>purchase_not_found</c>; 409 <c>not_refundable</c>, <c>too_many_refunds</c>; 422 <c>key_reused</c>, <c>refund_exceeds</c>.</exception>
    public Task<(Refund Refund, bool Created)> CreateAsync(
        PageId page, Guid purchase, Guid key, long? amountMinor, string? reason, byte[] requestHash, CancellationToken cancellationToken) =>
        CreateAsync(page, purchase, key, amountMinor, reason, requestHash, null, cancellationToken);

    /// <param name="with">What is stored together with a new refund; when it throws, neither is.</param>
    public async Task<(Refund Refund, bool Created)> CreateAsync(
        PageId page, Guid purchase, Guid key, long? amountMinor, string? reason, byte[] requestHash, Func<NpgsqlConnection, NpgsqlTransaction, Refund, Task>? with,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Everybody who would refund this purchase waits here.
        if (await connection.QuerySingleOrDefaultAsync<Paid>(new CommandDefinition(
            """
            select state, amount_minor as AmountMinor, refunded_minor as RefundedMinor, currency from payments.purchases where id = @purchase and page = @page for no key update
            """, new { purchase, page = page.Value }, transaction, cancellationToken: cancellationToken)) is not { } paid)
        {
            throw new ProblemException(Problem.NotFound("purchase_not_found", "purchase"));
        }

        if (await FindByKeyAsync(connection, transaction, page, key, cancellationToken) is var (known, hash))
        {
            return hash.AsSpan().SequenceEqual(requestHash) ? (known, false) : throw KeyReused(key);
        }

        if (!new Purchase(Words.Read<PurchaseState>(paid.State)).IsPaid)
        {
            throw new ProblemException(new(StatusCodes.Status409Conflict, "not_refundable", "Refund a purchase", $"It is {paid.State}: nothing was paid that could go back.",
                "Refund a purchase that is captured or partly_refunded."));
        }

        // A refund that is settled may not stand in the purchase yet: the larger of the two counts.
        var made = await connection.QuerySingleAsync<(long Pending, long Succeeded, int Count)>(new CommandDefinition(
            """
            select coalesce(sum(amount_minor) filter (where state = 'pending'), 0)::bigint, coalesce(sum(amount_minor) filter (where state = 'succeeded'), 0)::bigint, count(*)::int
            from payments.refunds where purchase = @purchase
            """,
            new { purchase }, transaction, cancellationToken: cancellationToken));
        var currency = Currency.Of(paid.Currency);
        var left = paid.AmountMinor - Math.Max(paid.RefundedMinor, made.Succeeded) - made.Pending;
        var amount = amountMinor ?? left;
        if (amount < 1 || amount > left)
        {
            throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "refund_exceeds", "Refund a purchase",
                $"{new Money(amount, currency)} was asked for; of {new Money(paid.AmountMinor, currency)} paid, {new Money(left, currency)} can still go back.",
                "Ask for at most that; leave amountMinor out for all of it."));
        }

        if (made.Count >= RefundsMax)
        {
            throw new ProblemException(new(StatusCodes.Status409Conflict, "too_many_refunds", "Refund a purchase", $"It has {RefundsMax} refunds already.", "Give the rest back another way."));
        }

        var refund = new Refund(Guid.CreateVersion7(), purchase, new(amount, currency), reason, RefundState.Pending, null, null, Now, Now);
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into payments.refunds (id, purchase, page, key, request_hash, amount_minor, reason, state, created_at, updated_at)
                values (@Id, @purchase, @page, @key, @requestHash, @amount, @reason, 'pending', @now, @now);
                update payments.purchases set nudges = nudges + 1, looks = 0, look_at = @now where id = @purchase
                """,
                new { refund.Id, purchase, page = page.Value, key, requestHash, amount, reason, now = refund.CreatedAt.UtcDateTime }, transaction, cancellationToken: cancellationToken));
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // The same key arrived at once for another purchase.
            throw KeyReused(key);
        }

        if (with is not null)
        {
            await with(connection, transaction, refund);
        }

        await transaction.CommitAsync(cancellationToken);
        return (refund, true);
    }

    /// <summary>The refunds of a purchase, oldest first.</summary>
    public async Task<IReadOnlyList<Refund>> ListAsync(Guid purchase, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Row>(new CommandDefinition(
            $"select {Columns} from payments.refunds r join payments.purchases p on p.id = r.purchase where r.purchase = @purchase order by r.id limit {RefundsMax}",
            new { purchase }, cancellationToken: cancellationToken))).Select(Read).ToList();
    }

    /// <summary>Notes what became of a refund, in the name of the worker that has the purchase.</summary>
    /// <exception cref="LeaseLostException">Another worker has taken over; nothing was written.</exception>
    public async Task SettleAsync(PurchaseRow row, Refund refund, RefundState state, RefundFailure? failure, string? processorRef, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var written = await connection.ExecuteAsync(new CommandDefinition(
            """
            update payments.refunds set state = @state, failure = @failure, processor_ref = coalesce(@processorRef, processor_ref), updated_at = @now
            where purchase = @purchase and id = @Id and exists (select from payments.purchases where id = @purchase and lease = @Lease for no key update)
            """,
            new
            {
                refund.Id,
                state = Words.Of(state),
                failure = failure is { } word ? Words.Of(word) : null,
                processorRef,
                now = Now.UtcDateTime,
                purchase = row.Id,
                row.Lease,
            }, cancellationToken: cancellationToken));
        if (written == 0)
        {
            throw new LeaseLostException(row.Id);
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private static async Task<(Refund Refund, byte[] Hash)?> FindByKeyAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PageId page, Guid key, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"select {Columns}, r.request_hash as RequestHash from payments.refunds r join payments.purchases p on p.id = r.purchase where r.page = @page and r.key = @key",
            new { page = page.Value, key }, transaction, cancellationToken: cancellationToken));
        return row is null ? null : (Read(row), row.RequestHash ?? []);
    }

    private static ProblemException KeyReused(Guid key) => new(new(StatusCodes.Status422UnprocessableEntity, "key_reused", "Refund a purchase",
        $"The key {key} was used for another refund.", "Make a new key for each refund, and keep it for repeats of the same request."));

    private static Refund Read(Row row) => new(
        row.Id, row.Purchase, new(row.AmountMinor, Currency.Of(row.Currency)), row.Reason, Words.Read<RefundState>(row.State),
        row.Failure is { } failure ? Words.Read<RefundFailure>(failure) : null, row.ProcessorRef, new(row.CreatedAt, TimeSpan.Zero), new(row.UpdatedAt, TimeSpan.Zero));

    private sealed class Paid
    {
        public string State { get; init; } = "";

        public long AmountMinor { get; init; }

        public long RefundedMinor { get; init; }

        public string Currency { get; init; } = "";
    }

    private sealed class Row
    {
        public Guid Id { get; init; }

        public Guid Purchase { get; init; }

        public long AmountMinor { get; init; }

        public string Currency { get; init; } = "";

        public string? Reason { get; init; }

        public string State { get; init; } = "";

        public string? Failure { get; init; }

        public string? ProcessorRef { get; init; }

        public DateTime CreatedAt { get; init; }

        public DateTime UpdatedAt { get; init; }

        public byte[]? RequestHash { get; init; }
    }
}
