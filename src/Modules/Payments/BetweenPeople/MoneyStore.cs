using Dapper;
using Npgsql;
using Stoa.Hosting.Outbox;
using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.BetweenPeople;

/// <summary>Loads and changes transfers and bills. What changes a state also writes, in the same transaction, what has to be told and what is left to do.</summary>
internal sealed partial class MoneyStore(NpgsqlDataSource database, TimeProvider time, OutboxWriter outbox, MoneyNews news)
{
    /// <summary>How soon the sweep looks at something that its beginner should have finished at once.</summary>
    public static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(5);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task<TransferRow?> FindTransferAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<TransferRow>(new CommandDefinition(
            $"select {TransferRow.Columns} from payments.money_transfers t where t.id = @id", new { id }, cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<TransferRow>> FindTransfersAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<TransferRow>(new CommandDefinition(
            $"select {TransferRow.Columns} from payments.money_transfers t where t.id = any(@ids)", new { ids }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Whether money of this person has reached the other before: what the warning about a first payment asks.</summary>
    public async Task<bool> HavePaidAsync(PersonId sender, PersonId receiver, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from payments.money_transfers where sender = @sender and receiver = @receiver and state = 'sent')",
            new { sender = sender.Value, receiver = receiver.Value }, cancellationToken: cancellationToken));
    }

    /// <summary>Writes a wanted transfer down, once. For a share of a bill it takes the share, so that two who pay at once pay once.</summary>
    /// <param name="permit">Asked under the lock of the sender's row; throws to refuse.</param>
    /// <returns>The row as stored, by this call or one before it.</returns>
    public async Task<TransferRow> BeginAsync(TransferRow wanted, Func<NpgsqlConnection, NpgsqlTransaction, Task> permit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await permit(connection, transaction);
        var inserted = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.money_transfers (id, request_hash, sender, receiver, thread, amount_minor, currency, note, bill, share, state, send_at, created_at, updated_at, account, claim_hash, claim_expires_at)
            values (@Id, @RequestHash, @SenderId, @ReceiverId, @ThreadId, @AmountMinor, @CurrencyCode, @Note, @Bill, @Share, 'created', @SendAtUtc, @now, @now, @Account, @ClaimHash, @ClaimExpiresAtUtc)
            on conflict (id) do nothing
            """,
            new
            {
                wanted.Id,
                wanted.RequestHash,
                wanted.SenderId,
                wanted.ReceiverId,
                wanted.ThreadId,
                wanted.AmountMinor,
                wanted.CurrencyCode,
                wanted.Note,
                wanted.Bill,
                wanted.Share,
                wanted.SendAtUtc,
                wanted.Account,
                wanted.ClaimHash,
                wanted.ClaimExpiresAtUtc,
                now = Now,
            }, transaction, cancellationToken: cancellationToken));
        if (inserted == 1)
        {
            if (wanted is { Bill: { } bill, Share: { } share })
            {
                await TakeShareAsync(connection, transaction, bill, share, wanted.Id, cancellationToken);
            }

            await DoLaterAsync(connection, transaction, wanted.Id, "transfer", Now + LookAfter, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return await FindTransferAsync(wanted.Id, cancellationToken) ?? throw new InvalidOperationException($"Transfer {wanted.Id} was stored and is not there.");
    }

    /// <summary>Has the sweep look again later.</summary>
    public async Task PutOffAsync(Guid thing, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.money_jobs set due_at = @later where thing = @thing", new { thing, later = Now + TimeSpan.FromMinutes(10) }, cancellationToken: cancellationToken));
    }

    /// <summary>Stores what the ledger said of a transfer, the share that it pays, and the news of it.</summary>
    /// <returns>The transfer as it stands now, changed by this call or by another before it.</returns>
    public async Task<TransferRow> SeeAsync(TransferRow row, SendingSeen seen, string? failure, CancellationToken cancellationToken)
    {
        var next = row.State.Next(seen) ?? throw new InvalidOperationException($"Transfer {row.Id} is {row.State} and was seen {seen}: the ledger contradicts itself.");
        if (next != row.State)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var changed = await connection.ExecuteAsync(new CommandDefinition(
                "update payments.money_transfers set state = @next, failure = @failure, version = version + 1, updated_at = @now where id = @Id and state = @StateWord",
                new { row.Id, row.StateWord, next = Words.Of(next), failure, now = Now }, transaction, cancellationToken: cancellationToken));
            if (changed == 1)
            {
                await AfterSeeingAsync(connection, transaction, row, next, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                outbox.Wake(TellMoney.TopicName);
            }
        }

        var now = await FindTransferAsync(row.Id, cancellationToken) ?? throw new InvalidOperationException($"Transfer {row.Id} is gone.");
        await news.TellAsync(now, cancellationToken);
        if (now.Bill is { } of && await FindBillAsync(of, cancellationToken) is { } bill)
        {
            await news.TellAsync(bill, cancellationToken);
        }

        return now;
    }

    private async Task AfterSeeingAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, TransferRow row, SendingState next, CancellationToken cancellationToken)
    {
        if (row is { Bill: { } bill, Share: { } share } && next is SendingState.Sent or SendingState.Failed or SendingState.Cancelled)
        {
            await LockAsync(connection, transaction, bill, cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                "update payments.money_shares set state = @to, transfer = case when @to = 'paid' then transfer end where bill = @bill and number = @share and transfer = @Id and state = 'paying'",
                new { to = Words.Of(next == SendingState.Sent ? ShareState.Paid : ShareState.Open), bill, share, row.Id }, transaction, cancellationToken: cancellationToken));
            await TouchAsync(connection, transaction, bill, cancellationToken);
            await EndJobAsync(connection, transaction, bill, cancellationToken);
        }

        if (MoneyEvent.Of(row, next) is { } told)
        {
            await TellMoney.WriteAsync(connection, transaction, told, cancellationToken);
        }

        await connection.ExecuteAsync(new CommandDefinition(
            next.IsFinal() ? "delete from payments.money_jobs where thing = @Id" : "update payments.money_jobs set due_at = coalesce(@SendAtUtc, @ClaimExpiresAtUtc, due_at) where thing = @Id",
            new { row.Id, row.SendAtUtc, row.ClaimExpiresAtUtc }, transaction, cancellationToken: cancellationToken));
    }

    private static Task<int> DoLaterAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid thing, string kind, DateTime dueAt, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "insert into payments.money_jobs (thing, kind, due_at) values (@thing, @kind, @dueAt)", new { thing, kind, dueAt }, transaction, cancellationToken: cancellationToken));
}
