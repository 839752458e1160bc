using Stoa.Kernel;

namespace Stoa.Wallet.Tests;

/// <summary>
/// What the ledger should say, by the plainest means: a list of what was accepted, summed anew for every question. No counters,
/// no locks, no database.
/// </summary>
internal sealed class LedgerModel
{
    private readonly List<(Transfer Transfer, DateTimeOffset At)> accepted = [];
    private readonly HashSet<Guid> released = [];
    private readonly HashSet<Guid> failed = [];

    public TransferStatus[] Post(IReadOnlyList<Transfer> call, DateTimeOffset now)
    {
        var before = accepted.Count;
        var statuses = new TransferStatus[call.Count];
        for (var i = 0; i < call.Count; i++)
        {
            statuses[i] = Decide(call[i], now);
            if (statuses[i] == TransferStatus.Created)
            {
                accepted.Add((call[i], now));
            }
            else if (statuses[i] != TransferStatus.Exists)
            {
                accepted.RemoveRange(before, accepted.Count - before);
                if (statuses[i] >= TransferStatus.HoldNotFound)
                {
                    failed.Add(call[i].Id);
                }

                return [.. call.Select((t, j) => j == i ? statuses[i] : Find(t.Id) is { } known && known == t ? TransferStatus.Exists : TransferStatus.LinkedFailed)];
            }
        }

        return statuses;
    }

    public void ReleaseExpired(DateTimeOffset now)
    {
        foreach (var (hold, at) in accepted.Where(a => a.Transfer.Kind == TransferKind.Hold && EndOf(a.Transfer.Id) is null && IsOver(a.Transfer, a.At, now)).ToList())
        {
            released.Add(hold.Id);
        }
    }

    public (long Posted, long Held) Read(Account account)
    {
        var sign = account.Kind == AccountKind.ProcessorClearing ? -1 : 1;
        long posted = 0;
        long held = 0;
        foreach (var (transfer, _) in accepted)
        {
            var side = transfer.Credit == account ? sign : transfer.Debit == account ? -sign : 0;
            posted += transfer.Kind is TransferKind.Post or TransferKind.PostHold ? side * transfer.Amount.AmountMinor : 0;
            held += transfer.Kind == TransferKind.Hold && side < 0 && EndOf(transfer.Id) is null && !released.Contains(transfer.Id) ? transfer.Amount.AmountMinor : 0;
        }

        return (posted, held);
    }

    private TransferStatus Decide(Transfer transfer, DateTimeOffset now)
    {
        if (Find(transfer.Id) is { } known)
        {
            return known == transfer ? TransferStatus.Exists : TransferStatus.ExistsWithDifferentContent;
        }

        var hold = accepted.FirstOrDefault(a => a.Transfer.Id == transfer.Hold && a.Transfer.Kind == TransferKind.Hold
            && a.Transfer.Debit == transfer.Debit && a.Transfer.Credit == transfer.Credit);
        var (posted, held) = Read(transfer.Debit);
        return transfer switch
        {
            _ when failed.Contains(transfer.Id) => TransferStatus.IdAlreadyFailed,
            _ when transfer.Amount.AmountMinor <= 0 => TransferStatus.AmountMustBePositive,
            _ when transfer.Debit.Currency != transfer.Credit.Currency || transfer.Amount.Currency != transfer.Debit.Currency => TransferStatus.CurrenciesDiffer,
            _ when transfer.Debit == transfer.Credit => TransferStatus.AccountsMustDiffer,
            { Hold: not null } when hold.Transfer is null => TransferStatus.HoldNotFound,
            { Hold: { } id } when EndOf(id) == TransferKind.PostHold => TransferStatus.HoldAlreadyPosted,
            { Hold: { } id } when EndOf(id) == TransferKind.VoidHold => TransferStatus.HoldAlreadyVoided,
            { Hold: not null } when IsOver(hold.Transfer, hold.At, now) => TransferStatus.HoldExpired,
            { Hold: not null } when transfer.Amount.AmountMinor > hold.Transfer.Amount.AmountMinor => TransferStatus.ExceedsHold,
            { Kind: TransferKind.VoidHold } when transfer.Amount.AmountMinor < hold.Transfer.Amount.AmountMinor => TransferStatus.VoidMustBeWhole,
            { Hold: null, Debit.Kind: AccountKind.Person or AccountKind.Suspense } when posted - held < transfer.Amount.AmountMinor => TransferStatus.ExceedsBalance,
            _ => TransferStatus.Created,
        };
    }

    private Transfer? Find(Guid id) => accepted.Find(a => a.Transfer.Id == id).Transfer;

    private TransferKind? EndOf(Guid hold) => accepted.Find(a => a.Transfer.Hold == hold).Transfer?.Kind;

    private static bool IsOver(Transfer hold, DateTimeOffset since, DateTimeOffset now) => hold.HoldExpiresAfter is { } after && since + after <= now;
}
