using Stoa.Kernel;

namespace Stoa.Wallet;

/// <summary>Moves money that is ours to hold. Every call is durable when it returns; the same id again answers with the first outcome.</summary>
public interface ILedger
{
    /// <summary>Posts, holds, or resolves a hold. All of <paramref name="transfers"/> happen or none.</summary>
    /// <returns>One outcome per transfer, in order. When one is refused, it tells why, and the others say <see cref="TransferStatus.LinkedFailed"/>.</returns>
    /// <exception cref="ArgumentException">A transfer that no state of the ledger could accept: a bug of the caller.</exception>
    /// <exception cref="Hosting.Problems.ProblemException">503 <c>busy</c> when the queue is full: nothing happened.</exception>
    Task<IReadOnlyList<TransferOutcome>> PostAsync(IReadOnlyList<Transfer> transfers, CancellationToken cancellationToken);

    /// <summary>Posted balance and what is held of it.</summary>
    Task<Balance> ReadBalanceAsync(Account account, CancellationToken cancellationToken);

    /// <summary>Every balance that a person has or had, in the order of the currency's code.</summary>
    Task<IReadOnlyList<Balance>> ReadBalancesAsync(PersonId person, CancellationToken cancellationToken);

    /// <summary>The balance as it stood after everything posted up to an instant.</summary>
    Task<Balance> ReadBalanceAsync(Account account, DateTimeOffset asOf, CancellationToken cancellationToken);

    /// <summary>Reads what became of a transfer: <c>Exists</c>, <c>IdAlreadyFailed</c>, or null when the id was never seen.</summary>
    Task<TransferOutcome?> FindAsync(Guid transfer, CancellationToken cancellationToken);
}

/// <summary>An account has exactly one owner, purpose and currency; it exists from its first use.</summary>
public readonly record struct Account(AccountKind Kind, long Owner, Currency Currency)
{
    /// <summary>Gives no more than it has: what people own, and what waits for its receiver.</summary>
    public bool HasNoOverdraft => Kind is AccountKind.Person or AccountKind.Suspense;
}

public enum AccountKind
{
    /// <summary>A person's balance; may not go below zero. Owner: the person.</summary>
    Person = 1,

    /// <summary>What is owed to a merchant. Owner: the page.</summary>
    Merchant = 2,

    /// <summary>What a processor owes us. Owner: 1 for the sandbox.</summary>
    ProcessorClearing = 3,

    Fees = 4,

    /// <summary>Money that waits for its receiver; may not go below zero. Owner: a number of the thing it waits for.</summary>
    Suspense = 5,
}

public enum TransferKind
{
    /// <summary>Moves at once.</summary>
    Post = 0,

    /// <summary>Holds the amount until resolved or until <see cref="Transfer.HoldExpiresAfter"/> is over.</summary>
    Hold = 1,

    /// <summary>Moves a hold's money, all of it or <see cref="Transfer.Amount"/> of it; the rest returns.</summary>
    PostHold = 2,

    /// <summary>Gives a hold's money back, all of it.</summary>
    VoidHold = 3,
}

/// <param name="Id">Made by the caller before the first try.</param>
/// <param name="Debit">With <c>PostHold</c> and <c>VoidHold</c>: both accounts are those of the hold.</param>
/// <param name="Code">Why: <c>send</c>, <c>gift</c>, <c>claim</c>, <c>give_back</c>, <c>put_aside</c>, <c>topup</c>, <c>merchant_payment</c>, <c>refund</c>, <c>correction</c>.</param>
/// <param name="Hold">With <c>PostHold</c> and <c>VoidHold</c>: the id of the hold.</param>
/// <param name="HoldExpiresAfter">With <c>Hold</c>: counted from its posting in the ledger's time. Absent: the hold stays until resolved.</param>
/// <param name="Reference">What it is for, outside the ledger: a purchase's id. At most 200 characters, and never personal: it is hashed into the chain.</param>
public sealed record Transfer(
    Guid Id, TransferKind Kind, Account Debit, Account Credit, Money Amount, string Code, Guid? Hold = null, TimeSpan? HoldExpiresAfter = null, string? Reference = null);

/// <summary>Answers by precedence: the first that applies is given, so the same input always gets the same answer.</summary>
public enum TransferStatus
{
    /// <summary>Done now.</summary>
    Created,

    /// <summary>Done before under this id, with the same content.</summary>
    Exists,

    /// <summary>The id was used with other content.</summary>
    ExistsWithDifferentContent,

    /// <summary>The id was refused before and stays refused: trying again needs a new id.</summary>
    IdAlreadyFailed,

    AmountMustBePositive,
    CurrenciesDiffer,
    AccountsMustDiffer,
    HoldNotFound,
    HoldAlreadyPosted,
    HoldAlreadyVoided,
    HoldExpired,
    ExceedsHold,

    /// <summary>A hold is given back whole: the amount must be the hold's.</summary>
    VoidMustBeWhole,

    /// <summary>A counter of one of the accounts would leave 64 bits.</summary>
    Overflows,

    /// <summary>The debited account has not so much that is not held.</summary>
    ExceedsBalance,

    /// <summary>Another transfer of the same call was refused.</summary>
    LinkedFailed,
}

public readonly record struct TransferOutcome(Guid Id, TransferStatus Status)
{
    /// <summary>The money has moved or is held.</summary>
    public bool Done => Status is TransferStatus.Created or TransferStatus.Exists;
}

/// <param name="Held">Part of <paramref name="Posted"/> that holds keep.</param>
public readonly record struct Balance(Money Posted, Money Held)
{
    public Money Available => Posted - Held;
}
