using Dapper;
using Stoa.Kernel;

namespace Stoa.Payments.BetweenPeople;

/// <summary>The part that is about money for whoever comes with a link.</summary>
internal sealed partial class MoneyStore
{
    private const int UnclaimedMax = 100;

    public async Task<TransferRow?> FindByClaimAsync(byte[] claim, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<TransferRow>(new CommandDefinition(
            $"select {TransferRow.Columns} from payments.money_transfers t where t.claim_hash = @claim and t.state <> 'created'", new { claim }, cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<TransferRow>> ListUnclaimedAsync(PersonId sender, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<TransferRow>(new CommandDefinition(
            $"select {TransferRow.Columns} from payments.money_transfers t where t.sender = @sender and t.state = 'unclaimed' order by t.created_at desc limit @UnclaimedMax",
            new { sender = sender.Value, UnclaimedMax }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Makes it somebody's, if it is nobody's yet and its time is not over. The money moves afterwards, and the sweep sees to it.</summary>
    public async Task<TransferRow> ClaimAsync(TransferRow row, PersonId claimer, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                with claimed as (
                  update payments.money_transfers set receiver = @claimer, version = version + 1, updated_at = @now
                  where id = @Id and state = 'unclaimed' and receiver is null and claim_hash is not null and claim_expires_at > @now returning id)
                update payments.money_jobs set due_at = @soon where thing in (select id from claimed)
                """, new { row.Id, claimer = claimer.Value, now = Now, soon = Now + LookAfter }, cancellationToken: cancellationToken));
        }

        return await FindTransferAsync(row.Id, cancellationToken) ?? throw new InvalidOperationException($"Transfer {row.Id} is gone.");
    }

    /// <summary>Says where it is told of.</summary>
    public async Task<TransferRow> PlaceAsync(TransferRow row, ThreadId thread, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "update payments.money_transfers set thread = @thread where id = @Id and thread is null", new { row.Id, thread = thread.Value }, cancellationToken: cancellationToken));
        }

        return await FindTransferAsync(row.Id, cancellationToken) ?? throw new InvalidOperationException($"Transfer {row.Id} is gone.");
    }

    /// <summary>Sees to it that nobody can claim it any more.</summary>
    /// <returns>False when somebody has: it is theirs.</returns>
    public async Task<bool> WithdrawAsync(TransferRow row, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            "update payments.money_transfers set claim_hash = null where id = @Id and state = 'unclaimed' and receiver is null", new { row.Id }, cancellationToken: cancellationToken)) == 1;
    }
}
