using Dapper;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.BetweenPeople;

/// <summary>The half that is about bills and their shares.</summary>
internal sealed partial class MoneyStore
{
    public async Task<BillRow?> FindBillAsync(Guid id, CancellationToken cancellationToken) => (await FindBillsAsync([id], cancellationToken)).SingleOrDefault();

    public async Task<IReadOnlyList<BillRow>> FindBillsAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One statement: shares and bill of one moment.
        var bills = new Dictionary<Guid, (BillRow Bill, List<ShareRow> Shares)>();
        await connection.QueryAsync<BillRow, ShareRow, int>(new CommandDefinition(
            $"""
            select {BillRow.Columns}, {ShareRow.Columns} from payments.money_bills b join payments.money_shares s on s.bill = b.id
            where b.id = any(@ids) order by s.number
            """, new { ids }, cancellationToken: cancellationToken),
            (bill, share) =>
            {
                if (!bills.TryGetValue(bill.Id, out var known))
                {
                    bills[bill.Id] = known = (bill, []);
                }

                known.Shares.Add(share);
                return 0;
            }, splitOn: "Bill");
        return [.. bills.Values.Select(b => b.Bill with { Shares = b.Shares })];
    }

    /// <summary>Writes a bill down, once, with the news of it.</summary>
    public async Task<(BillRow Bill, bool Created)> AskAsync(BillRow wanted, int openMax, Problem tooMany, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into payments.money_people (person) values (@AskerId) on conflict do nothing; select from payments.money_people where person = @AskerId for update",
            new { wanted.AskerId }, transaction, cancellationToken: cancellationToken));
        var created = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.money_bills (id, request_hash, thread, asker, is_split, amount_minor, currency, note, expires_at, created_at, updated_at)
            values (@Id, @RequestHash, @ThreadId, @AskerId, @IsSplit, @AmountMinor, @CurrencyCode, @Note, @ExpiresAtUtc, @now, @now) on conflict (id) do nothing
            """,
            new { wanted.Id, wanted.RequestHash, wanted.ThreadId, wanted.AskerId, wanted.IsSplit, wanted.AmountMinor, wanted.CurrencyCode, wanted.Note, wanted.ExpiresAtUtc, now = Now },
            transaction, cancellationToken: cancellationToken)) == 1;
        if (created)
        {
            var open = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
                "select count(*) from payments.money_bills b where asker = @AskerId and exists (select from payments.money_shares s where s.bill = b.id and s.state in ('open', 'paying'))",
                new { wanted.AskerId }, transaction, cancellationToken: cancellationToken));
            if (open >= openMax)
            {
                throw tooMany.AsException();
            }

            await connection.ExecuteAsync(new CommandDefinition(
                "insert into payments.money_shares (bill, number, payer, amount_minor, state) values (@Bill, @Number, @PayerId, @AmountMinor, 'open')",
                wanted.Shares, transaction, cancellationToken: cancellationToken));
            await DoLaterAsync(connection, transaction, wanted.Id, "bill", wanted.ExpiresAtUtc, cancellationToken);
            await TellMoney.WriteAsync(connection, transaction, MoneyEvent.Asked(wanted), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            outbox.Wake(TellMoney.TopicName);
        }

        return (await FindBillAsync(wanted.Id, cancellationToken) ?? throw new InvalidOperationException($"Bill {wanted.Id} was stored and is not there."), created);
    }

    /// <summary>Declines, cancels or expires those shares of a bill that this act is possible for.</summary>
    /// <param name="payer">Whose share; null for all.</param>
    /// <returns>The bill as it stands now, and whether anything changed.</returns>
    public async Task<(BillRow Bill, bool Changed)> EndSharesAsync(BillRow bill, PersonId? payer, ShareAct act, CancellationToken cancellationToken)
    {
        var next = ShareState.Open.Next(act) ?? throw new ArgumentOutOfRangeException(nameof(act), act, "Ends no open share.");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, transaction, bill.Id, cancellationToken);
        var changed = await connection.ExecuteAsync(new CommandDefinition(
            "update payments.money_shares set state = @next where bill = @Id and state = 'open' and (@payer::bigint is null or payer = @payer)",
            new { bill.Id, next = Words.Of(next), payer = payer?.Value }, transaction, cancellationToken: cancellationToken)) > 0;
        if (changed)
        {
            await TouchAsync(connection, transaction, bill.Id, cancellationToken);
            if (act == ShareAct.Decline && payer is { } who)
            {
                await TellMoney.WriteAsync(connection, transaction, MoneyEvent.Declined(bill, who), cancellationToken);
            }
        }

        await EndJobAsync(connection, transaction, bill.Id, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (await AfterBillAsync(bill.Id, changed, cancellationToken), changed);
    }

    /// <summary>Notes a reminder and writes the news of it, if the last one is long enough ago and there were not too many.</summary>
    public async Task<(BillRow Bill, bool Reminded)> RemindAsync(BillRow bill, TimeSpan every, int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, transaction, bill.Id, cancellationToken);
        var reminders = await connection.ExecuteScalarAsync<short?>(new CommandDefinition(
            """
            update payments.money_bills set reminders = reminders + 1, reminded_at = @now, version = version + 1, updated_at = @now
            where id = @Id and reminders < @most and coalesce(reminded_at, created_at) <= @before returning reminders
            """,
            new { bill.Id, most, before = Now - every, now = Now }, transaction, cancellationToken: cancellationToken));
        if (reminders is { } number)
        {
            await TellMoney.WriteAsync(connection, transaction, MoneyEvent.Reminded(bill, number), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return (await AfterBillAsync(bill.Id, reminders is not null, cancellationToken), reminders is not null);
    }

    private async Task<BillRow> AfterBillAsync(Guid id, bool changed, CancellationToken cancellationToken)
    {
        var bill = await FindBillAsync(id, cancellationToken) ?? throw new InvalidOperationException($"Bill {id} is gone.");
        if (changed)
        {
            outbox.Wake(TellMoney.TopicName);
            await news.TellAsync(bill, cancellationToken);
        }

        return bill;
    }

    private async Task TakeShareAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid bill, short share, Guid transfer, CancellationToken cancellationToken)
    {
        await LockAsync(connection, transaction, bill, cancellationToken);
        var taken = await connection.ExecuteAsync(new CommandDefinition(
            """
            update payments.money_shares s set state = 'paying', transfer = @transfer from payments.money_bills b
            where s.bill = @bill and s.number = @share and s.state = 'open' and b.id = s.bill and b.expires_at > @now
            """, new { bill, share, transfer, now = Now }, transaction, cancellationToken: cancellationToken));
        if (taken == 0)
        {
            var state = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
                "select state from payments.money_shares where bill = @bill and number = @share", new { bill, share }, transaction, cancellationToken: cancellationToken));
            throw MoneyProblems.NotOpen(state is null or "open" ? ShareState.Expired : Words.Read<ShareState>(state)).AsException();
        }

        await TouchAsync(connection, transaction, bill, cancellationToken);
    }

    /// <summary>All changes of one bill stand in line here, so that its version and its shares agree.</summary>
    private static Task<int> LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid bill, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition("select from payments.money_bills where id = @bill for update", new { bill }, transaction, cancellationToken: cancellationToken));

    private Task<int> TouchAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid bill, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "update payments.money_bills set version = version + 1, updated_at = @now where id = @bill", new { bill, now = Now }, transaction, cancellationToken: cancellationToken));

    /// <summary>A bill of which nothing is open needs no look at its end.</summary>
    private static Task<int> EndJobAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid bill, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "delete from payments.money_jobs where thing = @bill and not exists (select from payments.money_shares where bill = @bill and state in ('open', 'paying'))",
            new { bill }, transaction, cancellationToken: cancellationToken));
}
