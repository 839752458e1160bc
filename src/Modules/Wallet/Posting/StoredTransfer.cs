using Stoa.Kernel;

namespace Stoa.Wallet.Posting;

/// <summary>What a row of the journal is. The first four are those of <see cref="TransferKind"/>.</summary>
internal enum EntryKind : short
{
    Post = 0,
    Hold = 1,
    PostHold = 2,
    VoidHold = 3,
    ExpireHold = 4,
}

/// <summary>A row of the journal, complete and never changed.</summary>
/// <param name="LinkedFrom">Number of the first transfer of the same call.</param>
internal sealed record StoredTransfer(
    long Seq, Guid Id, long LinkedFrom, EntryKind Kind, Account Debit, Account Credit, long AmountMinor, string Code, string? Reference,
    Guid? Hold, DateTimeOffset? HoldExpiresAt, DateTimeOffset PostedAt, Standing DebitAfter, Standing CreditAfter)
{
    /// <summary>Whether <paramref name="transfer"/> asks for what this row did.</summary>
    public bool SameAs(Transfer transfer) =>
        Kind == (EntryKind)transfer.Kind && Debit == transfer.Debit && Credit == transfer.Credit
        && AmountMinor == transfer.Amount.AmountMinor && Debit.Currency == transfer.Amount.Currency
        && Code == transfer.Code && Reference == transfer.Reference && Hold == transfer.Hold
        && HoldExpiresAt - PostedAt == transfer.HoldExpiresAfter?.WholeMicroseconds();
}

/// <summary>What an account holds on its normal side, and what of it holds keep.</summary>
internal readonly record struct Standing(long PostedMinor, long HeldMinor)
{
    public Balance AsBalance(Currency currency) => new(new(PostedMinor, currency), new(HeldMinor, currency));
}

/// <summary>The four counters of an account.</summary>
internal readonly record struct Counters(long DebitsPending, long DebitsPosted, long CreditsPending, long CreditsPosted)
{
    /// <summary>People, merchants, fees and suspense are owed money: credits less debits. Processors owe it: debits less credits.</summary>
    public Standing On(AccountKind kind) => kind == AccountKind.ProcessorClearing
        ? new(DebitsPosted - CreditsPosted, CreditsPending)
        : new(CreditsPosted - DebitsPosted, DebitsPending);
}

internal static class LedgerTime
{
    /// <summary>The database keeps microseconds; what is compared with it must too.</summary>
    public static TimeSpan WholeMicroseconds(this TimeSpan time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMicrosecond));

    public static DateTimeOffset WholeMicroseconds(this DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
