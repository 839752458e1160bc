using Stoa.Kernel;

namespace Stoa.Wallet.Posting;

/// <summary>
/// Decides transfers over what was loaded under the accounts' locks. Knows no database: it reads what it was given and collects
/// what is to be written.
/// </summary>
/// <param name="now">The moment of this batch, never before that of the last one.</param>
/// <param name="lastSeq">The last number given.</param>
internal sealed class LedgerState(DateTimeOffset now, long lastSeq)
{
    private readonly Dictionary<Account, Counters> accounts = [];
    private readonly Dictionary<Guid, StoredTransfer> transfers = [];
    private readonly Dictionary<Guid, EntryKind> resolutions = [];
    private readonly Dictionary<Guid, TransferStatus> refused = [];
    private readonly List<(Counters Debit, Counters Credit)> before = []; // as they stood before each of NewTransfers

    public DateTimeOffset Now { get; } = now;

    public long LastSeq { get; private set; } = lastSeq;

    /// <summary>Every account that was loaded, with its counters as they are to be.</summary>
    public IReadOnlyDictionary<Account, Counters> Accounts => accounts;

    public List<StoredTransfer> NewTransfers { get; } = [];

    public List<(Guid Id, TransferStatus Status)> NewRefusals { get; } = [];

    public void Load(Account account, Counters counters) => accounts[account] = counters;

    public void Load(StoredTransfer transfer) => transfers[transfer.Id] = transfer;

    public void LoadResolution(Guid hold, EntryKind kind) => resolutions[hold] = kind;

    public void LoadRefusal(Guid id, TransferStatus status) => refused[id] = status;

    /// <summary>Decides one call: all of it happens or nothing.</summary>
    public TransferOutcome[] Apply(IReadOnlyList<Transfer> call)
    {
        var outcomes = new TransferOutcome[call.Count];
        var first = NewTransfers.Count;
        for (var i = 0; i < call.Count; i++)
        {
            var status = Decide(call[i], linkedFrom: LastSeq + 1 - (NewTransfers.Count - first));
            outcomes[i] = new(call[i].Id, status);
            if (!outcomes[i].Done)
            {
                Undo(first);
                Remember(call[i].Id, status);
                for (var j = 0; j < call.Count; j++)
                {
                    if (j != i)
                    {
                        // What was done by an earlier call stays done, and is said to be.
                        outcomes[j] = new(call[j].Id, transfers.TryGetValue(call[j].Id, out var stored) && stored.SameAs(call[j]) ? TransferStatus.Exists : TransferStatus.LinkedFailed);
                    }
                }

                break;
            }
        }

        return outcomes;
    }

    /// <summary>Gives back a hold whose time is over; does nothing when it was resolved or has time left.</summary>
    public void Expire(Guid hold)
    {
        if (transfers.TryGetValue(hold, out var held) && !resolutions.ContainsKey(hold) && held.HoldExpiresAt <= Now)
        {
            Resolve(new(ExpiryOf(hold), TransferKind.VoidHold, held.Debit, held.Credit, new(held.AmountMinor, held.Debit.Currency), held.Code, hold, Reference: held.Reference),
                held, EntryKind.ExpireHold, LastSeq + 1);
        }
    }

    public static Guid ExpiryOf(Guid hold) => DerivedId.Of("wallet.expire-hold/1", hold);

    // In the order of TransferStatus: the first that applies is the answer.
    private TransferStatus Decide(Transfer transfer, long linkedFrom)
    {
        if (transfers.TryGetValue(transfer.Id, out var stored))
        {
            return stored.SameAs(transfer) ? TransferStatus.Exists : TransferStatus.ExistsWithDifferentContent;
        }

        if (refused.ContainsKey(transfer.Id))
        {
            return TransferStatus.IdAlreadyFailed;
        }

        if (CheckContent(transfer) is { } wrong)
        {
            return wrong;
        }

        return transfer.Kind switch
        {
            TransferKind.Post => Move(transfer, EntryKind.Post, linkedFrom),
            TransferKind.Hold => Move(transfer, EntryKind.Hold, linkedFrom),
            _ => DecideResolution(transfer, linkedFrom),
        };
    }

    /// <summary>What is wrong with a transfer whatever the state, or null. Accounts of such a transfer are not even made.</summary>
    public static TransferStatus? CheckContent(Transfer transfer) => transfer switch
    {
        { Amount.AmountMinor: <= 0 } => TransferStatus.AmountMustBePositive,
        _ when transfer.Debit.Currency != transfer.Credit.Currency || transfer.Debit.Currency != transfer.Amount.Currency => TransferStatus.CurrenciesDiffer,
        _ when transfer.Debit == transfer.Credit => TransferStatus.AccountsMustDiffer,
        _ => null,
    };

    private TransferStatus DecideResolution(Transfer transfer, long linkedFrom)
    {
        if (transfer.Hold is not { } id || !transfers.TryGetValue(id, out var held) || held.Kind != EntryKind.Hold
            || held.Debit != transfer.Debit || held.Credit != transfer.Credit)
        {
            return TransferStatus.HoldNotFound;
        }

        if (resolutions.TryGetValue(id, out var kind))
        {
            return kind switch
            {
                EntryKind.PostHold => TransferStatus.HoldAlreadyPosted,
                EntryKind.VoidHold => TransferStatus.HoldAlreadyVoided,
                _ => TransferStatus.HoldExpired,
            };
        }

        // Decided here and now, not by the sweep: that only tidies.
        if (held.HoldExpiresAt <= Now)
        {
            return TransferStatus.HoldExpired;
        }

        if (transfer.Amount.AmountMinor > held.AmountMinor)
        {
            return TransferStatus.ExceedsHold;
        }

        if (transfer.Kind == TransferKind.VoidHold && transfer.Amount.AmountMinor < held.AmountMinor)
        {
            return TransferStatus.VoidMustBeWhole;
        }

        return Resolve(transfer, held, (EntryKind)transfer.Kind, linkedFrom);
    }

    private TransferStatus Move(Transfer transfer, EntryKind kind, long linkedFrom)
    {
        var debit = accounts[transfer.Debit];
        var credit = accounts[transfer.Credit];
        var amount = transfer.Amount.AmountMinor;

        // Both the posted and the pending counter must keep room, so that resolving a hold can never overflow.
        if (Adds(debit.DebitsPending, debit.DebitsPosted, amount) is not { } debited || Adds(credit.CreditsPending, credit.CreditsPosted, amount) is null)
        {
            return TransferStatus.Overflows;
        }

        if (transfer.Debit.HasNoOverdraft && debited > debit.CreditsPosted)
        {
            return TransferStatus.ExceedsBalance;
        }

        var holds = kind == EntryKind.Hold;
        Write(transfer, kind, linkedFrom,
            holds ? debit with { DebitsPending = debit.DebitsPending + amount } : debit with { DebitsPosted = debit.DebitsPosted + amount },
            holds ? credit with { CreditsPending = credit.CreditsPending + amount } : credit with { CreditsPosted = credit.CreditsPosted + amount });
        return TransferStatus.Created;
    }

    private TransferStatus Resolve(Transfer transfer, StoredTransfer held, EntryKind kind, long linkedFrom)
    {
        var debit = accounts[held.Debit];
        var credit = accounts[held.Credit];
        var posted = kind == EntryKind.PostHold ? transfer.Amount.AmountMinor : 0;
        resolutions[held.Id] = kind;
        Write(transfer, kind, linkedFrom,
            debit with { DebitsPending = debit.DebitsPending - held.AmountMinor, DebitsPosted = debit.DebitsPosted + posted },
            credit with { CreditsPending = credit.CreditsPending - held.AmountMinor, CreditsPosted = credit.CreditsPosted + posted });
        return TransferStatus.Created;
    }

    private void Write(Transfer transfer, EntryKind kind, long linkedFrom, Counters debit, Counters credit)
    {
        before.Add((accounts[transfer.Debit], accounts[transfer.Credit]));
        accounts[transfer.Debit] = debit;
        accounts[transfer.Credit] = credit;
        var stored = new StoredTransfer(
            ++LastSeq, transfer.Id, linkedFrom, kind, transfer.Debit, transfer.Credit, transfer.Amount.AmountMinor, transfer.Code, transfer.Reference,
            transfer.Hold, kind == EntryKind.Hold ? Now + transfer.HoldExpiresAfter?.WholeMicroseconds() : null, Now, debit.On(transfer.Debit.Kind), credit.On(transfer.Credit.Kind));
        transfers.Add(stored.Id, stored);
        NewTransfers.Add(stored);
    }

    private void Undo(int first)
    {
        for (var i = NewTransfers.Count - 1; i >= first; i--)
        {
            var undone = NewTransfers[i];
            accounts[undone.Debit] = before[i].Debit;
            accounts[undone.Credit] = before[i].Credit;
            transfers.Remove(undone.Id);
            if (undone.Hold is { } hold)
            {
                resolutions.Remove(hold);
            }
        }

        LastSeq -= NewTransfers.Count - first;
        NewTransfers.RemoveRange(first, NewTransfers.Count - first);
        before.RemoveRange(first, before.Count - first);
    }

    // A refusal that another moment might have decided otherwise is kept, so that a late repeat cannot go through by surprise.
    private void Remember(Guid id, TransferStatus status)
    {
        if (status is >= TransferStatus.HoldNotFound and not TransferStatus.LinkedFailed)
        {
            refused.Add(id, status);
            NewRefusals.Add((id, status));
        }
    }

    private static long? Adds(long pending, long posted, long amount)
    {
        var sum = (Int128)pending + posted + amount;
        return sum <= long.MaxValue ? (long)sum : null;
    }
}
