using System.Data;
using Dapper;
using Npgsql;
using Stoa.Kernel;
using Stoa.Wallet.Chain;
using Stoa.Wallet.Posting;

namespace Stoa.Wallet;

/// <summary>Reads the whole ledger on one snapshot and says what in it is not as it must be.</summary>
public static class LedgerCheck
{
    /// <param name="anchors">Heads of the chain that were kept outside of the database.</param>
    /// <returns>What was looked at, and each violation as a sentence. An empty list is a sound ledger.</returns>
    public static async Task<LedgerReport> RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken, IReadOnlyList<ChainAnchor>? anchors = null)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var wrong = new List<string>();
        var chain = (await connection.QueryAsync<Block>(new CommandDefinition(
            "select number, seq_from as SeqFrom, seq_to as SeqTo, previous_hash as PreviousHash, hash from wallet.chain_blocks order by number",
            transaction: transaction, cancellationToken: cancellationToken))).ToList();
        var stored = (await connection.QueryAsync<AccountRow>(new CommandDefinition(
            """
            select owner, kind, currency, debits_pending as DebitsPending, debits_posted as DebitsPosted, credits_pending as CreditsPending, credits_posted as CreditsPosted
            from wallet.accounts
            """, transaction: transaction, cancellationToken: cancellationToken)))
            .ToDictionary(a => new Account((AccountKind)a.Kind, a.Owner, Currency.Of(a.Currency)), a => new Counters(a.DebitsPending, a.DebitsPosted, a.CreditsPending, a.CreditsPosted));
        var resolutions = (await connection.QueryAsync<(Guid Hold, Guid Transfer, short Kind)>(new CommandDefinition(
            "select hold, transfer, kind from wallet.hold_resolutions", transaction: transaction, cancellationToken: cancellationToken)))
            .ToDictionary(r => r.Hold, r => (r.Transfer, r.Kind));
        var refused = (await connection.QueryAsync<Guid>(new CommandDefinition(
            "select r.id from wallet.refused r join wallet.transfers t on t.id = r.id", transaction: transaction, cancellationToken: cancellationToken))).ToList();
        var (lastSeq, lastPostedAt) = await connection.QuerySingleAsync<(long, DateTime)>(new CommandDefinition(
            "select last_seq, last_posted_at from wallet.head", transaction: transaction, cancellationToken: cancellationToken));

        var replay = new Replay(wrong);
        var hash = CloseChainBlocks.Genesis;
        var block = 0;
        var blockStart = hash;
        await foreach (var (transfer, canonical) in LedgerStore.ReadAllAsync(connection, cancellationToken))
        {
            replay.Apply(transfer, canonical);
            hash = CloseChainBlocks.Next(hash, canonical);
            if (block < chain.Count && chain[block].SeqTo == transfer.Seq)
            {
                if (!chain[block].PreviousHash.AsSpan().SequenceEqual(blockStart) || !chain[block].Hash.AsSpan().SequenceEqual(hash)
                    || chain[block].Number != block + 1 || chain[block].SeqFrom != (block == 0 ? 1 : chain[block - 1].SeqTo + 1))
                {
                    wrong.Add($"Block {chain[block].Number} ({chain[block].SeqFrom} to {chain[block].SeqTo}) does not hash to what it says.");
                }

                blockStart = hash;
                block++;
            }
        }

        if (block < chain.Count)
        {
            wrong.Add($"The chain has {chain.Count} blocks, of which {chain.Count - block} close over transfers that are not there.");
        }

        foreach (var anchor in anchors ?? [])
        {
            if (chain.ElementAtOrDefault((int)Math.Clamp(anchor.Block - 1, int.MinValue, int.MaxValue)) is not { } anchored)
            {
                wrong.Add($"Block {anchor.Block}, anchored on {anchor.ClosedAt:yyyy-MM-dd}, is not there any more.");
            }
            else if (anchored.SeqTo != anchor.SeqTo || !Convert.ToHexStringLower(anchored.Hash).Equals(anchor.Hash, StringComparison.OrdinalIgnoreCase))
            {
                wrong.Add($"Block {anchor.Block} is not what was anchored on {anchor.ClosedAt:yyyy-MM-dd}: what came before it has been rewritten.");
            }
        }

        replay.Finish(stored, resolutions, lastSeq);
        wrong.AddRange(refused.Select(id => $"Transfer {id} was made although its id had been refused."));
        if (replay.LastPostedAt is { } posted && posted.UtcDateTime > lastPostedAt)
        {
            wrong.Add($"The head says {lastPostedAt:O}, the last transfer {posted:O}.");
        }

        return new(lastSeq, chain.Count, anchors?.Count ?? 0, wrong);
    }

    /// <summary>The journal played again from nothing, by other code than that which wrote it.</summary>
    private sealed class Replay(List<string> wrong)
    {
        private readonly Dictionary<Account, Counters> accounts = [];
        private readonly Dictionary<Guid, StoredTransfer> holds = [];
        private readonly Dictionary<Guid, StoredTransfer> resolved = [];
        private long seq;

        public DateTimeOffset? LastPostedAt { get; private set; }

        public void Apply(StoredTransfer transfer, byte[] canonical)
        {
            Expect(transfer.Seq == ++seq, $"Transfer {transfer.Id} has number {transfer.Seq}; {seq} was next.");
            seq = transfer.Seq;
            Expect(LastPostedAt is null || transfer.PostedAt >= LastPostedAt, $"Transfer {transfer.Seq} was posted before the one before it.");
            LastPostedAt = transfer.PostedAt;
            Expect(CanonicalBytes.Of(transfer).AsSpan().SequenceEqual(canonical), $"Transfer {transfer.Seq} is not what its canonical bytes say.");
            var (pending, posted) = transfer.Kind switch
            {
                EntryKind.Post => (0L, transfer.AmountMinor),
                EntryKind.Hold => (transfer.AmountMinor, 0L),
                EntryKind.PostHold => (-HeldBy(transfer), transfer.AmountMinor),
                _ => (-HeldBy(transfer), 0L),
            };
            if (transfer.Kind == EntryKind.Hold)
            {
                holds.Add(transfer.Id, transfer);
            }

            var debit = accounts.GetValueOrDefault(transfer.Debit);
            debit = debit with { DebitsPending = debit.DebitsPending + pending, DebitsPosted = debit.DebitsPosted + posted };
            var credit = accounts.GetValueOrDefault(transfer.Credit);
            credit = credit with { CreditsPending = credit.CreditsPending + pending, CreditsPosted = credit.CreditsPosted + posted };
            accounts[transfer.Debit] = debit;
            accounts[transfer.Credit] = credit;
            Expect(debit.On(transfer.Debit.Kind) == transfer.DebitAfter, $"Transfer {transfer.Seq} says that {transfer.Debit} stood at {transfer.DebitAfter} after it; it stood at {debit.On(transfer.Debit.Kind)}.");
            Expect(credit.On(transfer.Credit.Kind) == transfer.CreditAfter, $"Transfer {transfer.Seq} says that {transfer.Credit} stood at {transfer.CreditAfter} after it; it stood at {credit.On(transfer.Credit.Kind)}.");
            Expect(!transfer.Debit.HasNoOverdraft || debit.DebitsPending + debit.DebitsPosted <= debit.CreditsPosted, $"After transfer {transfer.Seq}, {transfer.Debit} has given more than it had.");
        }

        public void Finish(Dictionary<Account, Counters> stored, Dictionary<Guid, (Guid Transfer, short Kind)> resolutions, long lastSeq)
        {
            Expect(seq == lastSeq, $"The head says {lastSeq} transfers, the journal has {seq}.");
            foreach (var (account, counters) in stored)
            {
                var summed = accounts.GetValueOrDefault(account);
                Expect(counters == summed, $"{account} says {counters}; its transfers sum to {summed}.");
            }

            wrong.AddRange(accounts.Keys.Except(stored.Keys).Select(account => $"{account} has transfers but no row."));
            foreach (var currency in stored.GroupBy(a => a.Key.Currency))
            {
                var posted = currency.Aggregate((Int128)0, (sum, a) => sum + a.Value.CreditsPosted - a.Value.DebitsPosted);
                var pending = currency.Aggregate((Int128)0, (sum, a) => sum + a.Value.CreditsPending - a.Value.DebitsPending);
                Expect(posted == 0 && pending == 0, $"{currency.Key} does not sum to zero: posted {posted}, pending {pending}.");
            }

            foreach (var (hold, resolution) in resolutions)
            {
                Expect(resolved.TryGetValue(hold, out var by) && by.Id == resolution.Transfer && (short)by.Kind == resolution.Kind, $"Hold {hold} is said to have ended by {resolution.Transfer}, which does not say so.");
            }

            wrong.AddRange(resolved.Keys.Except(resolutions.Keys).Select(hold => $"Hold {hold} has ended without a row that says so."));
        }

        private long HeldBy(StoredTransfer resolution)
        {
            if (resolution.Hold is not { } id || !holds.TryGetValue(id, out var hold) || hold.Debit != resolution.Debit || hold.Credit != resolution.Credit)
            {
                wrong.Add($"Transfer {resolution.Seq} ends hold {resolution.Hold}, which is not there or is another's.");
                return 0;
            }

            Expect(resolved.TryAdd(id, resolution), $"Hold {id} ended twice.");
            Expect(resolution.AmountMinor <= hold.AmountMinor, $"Transfer {resolution.Seq} moves more than hold {id} kept.");
            Expect(resolution.Kind == EntryKind.ExpireHold ? hold.HoldExpiresAt <= resolution.PostedAt : !(hold.HoldExpiresAt <= resolution.PostedAt), $"Transfer {resolution.Seq} ended hold {id} on the wrong side of its time limit.");
            return hold.AmountMinor;
        }

        private void Expect(bool holds, string otherwise)
        {
            if (!holds)
            {
                wrong.Add(otherwise);
            }
        }
    }

    private sealed record Block(long Number, long SeqFrom, long SeqTo, byte[] PreviousHash, byte[] Hash);

    private sealed record AccountRow(long Owner, short Kind, string Currency, long DebitsPending, long DebitsPosted, long CreditsPending, long CreditsPosted);
}

/// <param name="Transfers">How many the journal has.</param>
/// <param name="ChainBlocks">How many blocks of the hash chain were verified.</param>
/// <param name="Anchors">How many heads that were kept elsewhere were compared.</param>
/// <param name="Violations">Sentences; empty when the ledger is sound.</param>
public sealed record LedgerReport(long Transfers, int ChainBlocks, int Anchors, IReadOnlyList<string> Violations)
{
    public bool Sound => Violations.Count == 0;
}
