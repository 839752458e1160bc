using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;

namespace Stoa.Wallet.Posting;

/// <summary>Loads what a batch of transfers touches, under lock, and writes what was decided. Two round trips and a commit, however large the batch.</summary>
/// <remarks>
/// Locks are taken accounts first, in the order of their key, then the head: the same order everywhere, so batches of several nodes
/// wait for each other and never in a circle. Each statement sees what committed before it (READ COMMITTED), so what is read after
/// the locks is what the transaction before left.
/// </remarks>
internal static class LedgerStore
{
    private const string Columns =
        """
        t.seq, t.id, t.linked_from, t.kind, t.debit_owner, t.debit_kind, t.credit_owner, t.credit_kind, t.currency, t.amount_minor,
               t.code, t.reference, t.hold, t.hold_expires_at, t.posted_at,
               t.debit_balance_after, t.debit_held_after, t.credit_balance_after, t.credit_held_after
        """;

    /// <returns>The state under lock; null when an account is missing: make it with <see cref="OpenAccountsAsync"/>, in a transaction of its own, and come again.</returns>
    public static async Task<LedgerState?> LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<Account> accounts, Guid[] ids, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(Command(
            """
            select a.owner, a.kind, a.currency, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted
            from wallet.accounts a join unnest($1, $2, $3) as i (owner, kind, currency) using (owner, kind, currency)
            order by a.owner, a.kind, a.currency for no key update of a
            """, Keys(accounts)));
        batch.BatchCommands.Add(Command("select last_seq, last_posted_at from wallet.head for no key update"));
        batch.BatchCommands.Add(Command($"select {Columns} from wallet.transfers t where t.id = any($1)", new NpgsqlParameter<Guid[]> { TypedValue = ids }));
        batch.BatchCommands.Add(Command("select hold, kind from wallet.hold_resolutions where hold = any($1)", new NpgsqlParameter<Guid[]> { TypedValue = ids }));
        batch.BatchCommands.Add(Command("select id, status from wallet.refused where id = any($1)", new NpgsqlParameter<Guid[]> { TypedValue = ids }));

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var locked = new List<(Account, Counters)>(accounts.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            locked.Add((AccountAt(reader, 0, 1, 2), new(reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6))));
        }

        if (locked.Count < accounts.Count)
        {
            return null;
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        // The ledger's time never runs backwards, whatever the clock does: balances at an instant and numbers must agree.
        var last = reader.GetFieldValue<DateTime>(1) is var at && at == DateTime.MinValue ? DateTimeOffset.MinValue : new DateTimeOffset(at, TimeSpan.Zero);
        var now = time.GetUtcNow().WholeMicroseconds();
        var state = new LedgerState(now > last ? now : last, reader.GetInt64(0));
        locked.ForEach(a => state.Load(a.Item1, a.Item2));

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            state.Load(TransferAt(reader));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            state.LoadResolution(reader.GetGuid(0), (EntryKind)reader.GetInt16(1));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            state.LoadRefusal(reader.GetGuid(0), Enum.Parse<TransferStatus>(reader.GetString(1)));
        }

        return state;
    }

    public static async Task OpenAccountsAsync(NpgsqlConnection connection, IReadOnlyCollection<Account> accounts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Command(
            """
            insert into wallet.accounts (owner, kind, currency, created_at)
            select i.owner, i.kind, i.currency, $4 from unnest($1, $2, $3) as i (owner, kind, currency)
            order by 1, 2, 3 on conflict do nothing
            """, [.. Keys(accounts), new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime }]));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task WriteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, LedgerState state, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (state.NewRefusals.Count > 0)
        {
            batch.BatchCommands.Add(Command(
                "insert into wallet.refused (id, status, refused_at) select i.id, i.status, $3 from unnest($1, $2) as i (id, status)",
                new NpgsqlParameter<Guid[]> { TypedValue = state.NewRefusals.Select(r => r.Id).ToArray() },
                new NpgsqlParameter<string[]> { TypedValue = state.NewRefusals.Select(r => r.Status.ToString()).ToArray() },
                new NpgsqlParameter<DateTime> { TypedValue = state.Now.UtcDateTime }));
        }

        if (state.NewTransfers.Count > 0)
        {
            AddTransfers(batch, state);
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public static async Task<StoredTransfer?> FindAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from wallet.transfers t where t.id = $1", connection) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = id } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? TransferAt(reader) : null;
    }

    /// <summary>The whole journal in order, with the stored canonical bytes.</summary>
    public static async IAsyncEnumerable<(StoredTransfer Transfer, byte[] Canonical)> ReadAllAsync(
        NpgsqlConnection connection, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {Columns}, t.canonical from wallet.transfers t order by t.seq", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return (TransferAt(reader), reader.GetFieldValue<byte[]>(19));
        }
    }

    private static void AddTransfers(NpgsqlBatch batch, LedgerState state)
    {
        var rows = state.NewTransfers;
        batch.BatchCommands.Add(Command(
            """
            insert into wallet.transfers (
              seq, id, linked_from, kind, debit_owner, debit_kind, credit_owner, credit_kind, currency, amount_minor, code, reference, hold, hold_expires_at,
              debit_balance_after, debit_held_after, credit_balance_after, credit_held_after, canonical, posted_at)
            select i.*, $20 from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) as i
            """,
            Column(rows, r => r.Seq), Column(rows, r => r.Id), Column(rows, r => r.LinkedFrom), Column(rows, r => (short)r.Kind),
            Column(rows, r => r.Debit.Owner), Column(rows, r => (short)r.Debit.Kind), Column(rows, r => r.Credit.Owner), Column(rows, r => (short)r.Credit.Kind),
            Column(rows, r => r.Debit.Currency.Code), Column(rows, r => r.AmountMinor), Column(rows, r => r.Code), Column(rows, r => r.Reference),
            Column(rows, r => r.Hold), Instants(rows, r => r.HoldExpiresAt),
            Column(rows, r => r.DebitAfter.PostedMinor), Column(rows, r => r.DebitAfter.HeldMinor), Column(rows, r => r.CreditAfter.PostedMinor), Column(rows, r => r.CreditAfter.HeldMinor),
            new NpgsqlParameter { Value = rows.Select(CanonicalBytes.Of).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            new NpgsqlParameter<DateTime> { TypedValue = state.Now.UtcDateTime }));

        var resolving = rows.FindAll(r => r.Hold is not null);
        if (resolving.Count > 0)
        {
            batch.BatchCommands.Add(Command(
                "insert into wallet.hold_resolutions (hold, transfer, kind) select * from unnest($1, $2, $3)",
                Column(resolving, r => r.Hold), Column(resolving, r => r.Id), Column(resolving, r => (short)r.Kind)));
        }

        var limited = rows.FindAll(r => r.HoldExpiresAt is not null);
        if (limited.Count > 0)
        {
            batch.BatchCommands.Add(Command(
                "insert into wallet.expiring_holds (hold, expires_at) select * from unnest($1, $2)",
                Column(limited, r => r.Id), Instants(limited, r => r.HoldExpiresAt)));
        }

        if (resolving.Count > 0)
        {
            // After the insert: a hold may be placed and resolved in one batch.
            batch.BatchCommands.Add(Command("delete from wallet.expiring_holds where hold = any($1)", Column(resolving, r => r.Hold)));
        }

        var touched = rows.SelectMany(r => new[] { r.Debit, r.Credit }).Distinct().ToList();
        batch.BatchCommands.Add(Command(
            """
            update wallet.accounts a
            set debits_pending = i.debits_pending, debits_posted = i.debits_posted, credits_pending = i.credits_pending, credits_posted = i.credits_posted
            from unnest($1, $2, $3, $4, $5, $6, $7) as i (owner, kind, currency, debits_pending, debits_posted, credits_pending, credits_posted)
            where (a.owner, a.kind, a.currency) = (i.owner, i.kind, i.currency)
            """,
            [.. Keys(touched),
                Column(touched, a => state.Accounts[a].DebitsPending), Column(touched, a => state.Accounts[a].DebitsPosted),
                Column(touched, a => state.Accounts[a].CreditsPending), Column(touched, a => state.Accounts[a].CreditsPosted)]));
        batch.BatchCommands.Add(Command("update wallet.head set last_seq = $1, last_posted_at = $2",
            new NpgsqlParameter<long> { TypedValue = state.LastSeq }, new NpgsqlParameter<DateTime> { TypedValue = state.Now.UtcDateTime }));
    }

    private static StoredTransfer TransferAt(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetGuid(1), reader.GetInt64(2), (EntryKind)reader.GetInt16(3), AccountAt(reader, 4, 5, 8), AccountAt(reader, 6, 7, 8),
        reader.GetInt64(9), reader.GetString(10), reader.IsDBNull(11) ? null : reader.GetString(11), reader.IsDBNull(12) ? null : reader.GetGuid(12),
        reader.IsDBNull(13) ? null : InstantAt(reader, 13), InstantAt(reader, 14),
        new(reader.GetInt64(15), reader.GetInt64(16)), new(reader.GetInt64(17), reader.GetInt64(18)));

    private static Account AccountAt(NpgsqlDataReader reader, int owner, int kind, int currency) =>
        new((AccountKind)reader.GetInt16(kind), reader.GetInt64(owner), Currency.Of(reader.GetString(currency)));

    private static DateTimeOffset InstantAt(NpgsqlDataReader reader, int column) => new(reader.GetFieldValue<DateTime>(column), TimeSpan.Zero);

    private static NpgsqlParameter[] Keys(IReadOnlyCollection<Account> accounts) =>
        [Column(accounts, a => a.Owner), Column(accounts, a => (short)a.Kind), Column(accounts, a => a.Currency.Code)];

    private static NpgsqlParameter<TValue[]> Column<TRow, TValue>(IEnumerable<TRow> rows, Func<TRow, TValue> value) =>
        new() { TypedValue = rows.Select(value).ToArray() };

    // The type is named: an array of nothing but nulls would be taken for one without a time zone.
    private static NpgsqlParameter Instants(List<StoredTransfer> rows, Func<StoredTransfer, DateTimeOffset?> instant) => new()
    {
        Value = rows.Select(r => instant(r)?.UtcDateTime).ToArray(),
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
    };

    private static NpgsqlBatchCommand Command(string text, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
