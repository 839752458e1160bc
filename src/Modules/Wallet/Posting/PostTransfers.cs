using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Stoa.Hosting.Postgres;
using Stoa.Hosting.Problems;
using Stoa.Kernel;

namespace Stoa.Wallet.Posting;

/// <summary>The ledger: one lane that commits everything that waits at once (GroupCommit), decides in plain C# under row locks, and answers after the commit.</summary>
internal sealed partial class PostTransfers : ILedger, IAsyncDisposable
{
    private readonly NpgsqlDataSource database;
    private readonly TimeProvider time;
    private readonly GroupCommit<Command, IReadOnlyList<TransferOutcome>> lane;

    public PostTransfers(NpgsqlDataSource database, TimeProvider time)
    {
        this.database = database;
        this.time = time;
        lane = new(database, CommitAsync);
    }

    public async Task<IReadOnlyList<TransferOutcome>> PostAsync(IReadOnlyList<Transfer> transfers, CancellationToken cancellationToken)
    {
        foreach (var transfer in transfers)
        {
            RefuseNonsense(transfer);
        }

        return transfers.Count == 0 ? [] : await EnqueueAsync(new(transfers, null), cancellationToken);
    }

    /// <summary>Gives back those of <paramref name="holds"/> whose time is over.</summary>
    public async Task ExpireAsync(IReadOnlyList<Guid> holds, CancellationToken cancellationToken)
    {
        // Which accounts they lock is in their rows, and rows never change: they can be read before the locks.
        var commands = new List<Task>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var hold in holds)
        {
            if (await LedgerStore.FindAsync(connection, hold, cancellationToken) is { } held)
            {
                commands.Add(EnqueueAsync(new([], held), cancellationToken));
            }
        }

        await Task.WhenAll(commands);
    }

    public async Task<Balance> ReadBalanceAsync(Account account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select debits_pending, debits_posted, credits_pending, credits_posted from wallet.accounts where (owner, kind, currency) = ($1, $2, $3)");
        command.Parameters.AddRange(KeyOf(account));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counters = await reader.ReadAsync(cancellationToken)
            ? new Counters(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3))
            : default;
        return counters.On(account.Kind).AsBalance(account.Currency);
    }

    public async Task<IReadOnlyList<Balance>> ReadBalancesAsync(PersonId person, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select currency, credits_posted - debits_posted, debits_pending from wallet.accounts where owner = $1 and kind = 1 order by currency");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var balances = new List<Balance>();
        while (await reader.ReadAsync(cancellationToken))
        {
            balances.Add(new Standing(reader.GetInt64(1), reader.GetInt64(2)).AsBalance(Currency.Of(reader.GetString(0))));
        }

        return balances;
    }

    public async Task<Balance> ReadBalanceAsync(Account account, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with last as materialized (select wallet.seq_at($4) as seq)
            select balance, held from (
              (select t.seq, t.debit_balance_after as balance, t.debit_held_after as held from wallet.transfers t
               where (t.debit_owner, t.debit_kind, t.currency) = ($1, $2, $3) and t.seq <= (select seq from last) order by t.seq desc limit 1)
              union all
              (select t.seq, t.credit_balance_after, t.credit_held_after from wallet.transfers t
               where (t.credit_owner, t.credit_kind, t.currency) = ($1, $2, $3) and t.seq <= (select seq from last) order by t.seq desc limit 1)
            ) as sides order by seq desc limit 1
            """);
        command.Parameters.AddRange(KeyOf(account));
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = asOf.UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var standing = await reader.ReadAsync(cancellationToken) ? new Standing(reader.GetInt64(0), reader.GetInt64(1)) : default;
        return standing.AsBalance(account.Currency);
    }

    public async Task<TransferOutcome?> FindAsync(Guid transfer, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select exists (select from wallet.transfers where id = $1), exists (select from wallet.refused where id = $1)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = transfer });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetBoolean(0) ? new(transfer, TransferStatus.Exists) : reader.GetBoolean(1) ? new(transfer, TransferStatus.IdAlreadyFailed) : null;
    }

    public ValueTask DisposeAsync() => lane.DisposeAsync();

    private Task<IReadOnlyList<TransferOutcome>> EnqueueAsync(Command command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Once handed over it will be committed: a caller who goes away stops waiting, not the transfer.
        return lane.TryEnqueue(command, out var committed)
            ? committed.WaitAsync(cancellationToken)
            : throw new ProblemException(new(StatusCodes.Status503ServiceUnavailable, "busy", "Move money",
                "The ledger has more waiting than it may.", "Nothing happened. Try again in a moment with the same id."));
    }

    private async Task<IReadOnlyList<IReadOnlyList<TransferOutcome>>> CommitAsync(NpgsqlConnection connection, IReadOnlyList<Command> batch, CancellationToken cancellationToken)
    {
        var accounts = batch.SelectMany(c => c.Accounts).ToHashSet();
        var ids = batch.SelectMany(c => c.Ids).Distinct().ToArray();
        while (true)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (await LedgerStore.LoadAsync(connection, transaction, accounts, ids, time, cancellationToken) is not { } state)
            {
                await transaction.RollbackAsync(cancellationToken);
                await LedgerStore.OpenAccountsAsync(connection, accounts, time.GetUtcNow(), cancellationToken);
                continue;
            }

            var results = new List<IReadOnlyList<TransferOutcome>>(batch.Count);
            foreach (var command in batch)
            {
                if (command.Expired is { } hold)
                {
                    state.Expire(hold.Id);
                }

                results.Add(state.Apply(command.Transfers));
            }

            await LedgerStore.WriteAsync(connection, transaction, state, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return results;
        }
    }

    private static void RefuseNonsense(Transfer transfer)
    {
        var resolves = transfer.Kind is TransferKind.PostHold or TransferKind.VoidHold;
        var wrong = transfer switch
        {
            { Id: var id } when id == Guid.Empty => "has no id",
            { Kind: < TransferKind.Post or > TransferKind.VoidHold } => "is of no known kind",
            _ when resolves != transfer.Hold.HasValue => "names a hold if and only if it resolves one",
            { HoldExpiresAfter: { } after } when transfer.Kind != TransferKind.Hold || after <= TimeSpan.Zero => "has a time limit, which only holds have, and above zero",
            { Reference.Length: > 200 } => "has a reference of more than 200 characters",
            _ when !Code().IsMatch(transfer.Code) => "has no code of lower-case letters",
            _ => null,
        };
        if (wrong is not null)
        {
            throw new ArgumentException($"Transfer {transfer.Id} {wrong}.", nameof(transfer));
        }
    }

    private static NpgsqlParameter[] KeyOf(Account account) =>
    [
        new NpgsqlParameter<long> { TypedValue = account.Owner },
        new NpgsqlParameter<short> { TypedValue = (short)account.Kind },
        new NpgsqlParameter<string> { TypedValue = account.Currency.Code },
    ];

    [GeneratedRegex("^[a-z_]{1,32}$", RegexOptions.NonBacktracking)]
    private static partial Regex Code();

    /// <summary>Transfers to decide together, or a hold whose time may be over.</summary>
    private sealed record Command(IReadOnlyList<Transfer> Transfers, StoredTransfer? Expired)
    {
        public IEnumerable<Account> Accounts =>
            Transfers.Where(t => LedgerState.CheckContent(t) is null).SelectMany(t => new[] { t.Debit, t.Credit })
                .Concat(Expired is null ? [] : [Expired.Debit, Expired.Credit]);

        public IEnumerable<Guid> Ids =>
            Transfers.Select(t => t.Id).Concat(Transfers.Where(t => t.Hold is not null).Select(t => t.Hold!.Value)) // Just filtered.
                .Concat(Expired is null ? [] : [Expired.Id]);
    }
}
