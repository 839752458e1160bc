using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.BetweenPeople;

/// <summary>A stored transfer: what was wanted, which never changes (but for who claims it), and where the money is.</summary>
internal sealed record TransferRow(
    Guid Id, byte[] RequestHash, long SenderId, long? ReceiverId, long? ThreadId, long AmountMinor, string CurrencyCode, string? Note, Guid? Bill, short? Share,
    string StateWord, string? Failure, DateTime? SendAtUtc, int Version, DateTime CreatedAtUtc, DateTime UpdatedAtUtc, long? Account = null, byte[]? ClaimHash = null,
    DateTime? ClaimExpiresAtUtc = null)
{
    public const string Columns =
        """
        t.id, t.request_hash as RequestHash, t.sender as SenderId, t.receiver as ReceiverId, t.thread as ThreadId, t.amount_minor as AmountMinor, t.currency as CurrencyCode, t.note, t.bill, t.share,
        t.state as StateWord, t.failure, t.send_at as SendAtUtc, t.version, t.created_at as CreatedAtUtc, t.updated_at as UpdatedAtUtc,
        t.account, t.claim_hash as ClaimHash, t.claim_expires_at as ClaimExpiresAtUtc
        """;

    public PersonId Sender => new(SenderId);

    public PersonId? Receiver => ReceiverId is { } id ? new PersonId(id) : null;

    public ThreadId? Thread => ThreadId is { } id ? new ThreadId(id) : null;

    public Money Amount => new(AmountMinor, Currency.Of(CurrencyCode));

    public SendingState State => Words.Read<SendingState>(StateWord);

    public DateTimeOffset? SendAt => SendAtUtc is { } at ? new(at, TimeSpan.Zero) : null;
}

internal sealed record BillRow(
    Guid Id, byte[] RequestHash, long ThreadId, long AskerId, bool IsSplit, long AmountMinor, string CurrencyCode, string? Note, DateTime ExpiresAtUtc, DateTime? RemindedAtUtc,
    short Reminders, int Version, DateTime CreatedAtUtc, DateTime UpdatedAtUtc)
{
    public const string Columns =
        """
        b.id, b.request_hash as RequestHash, b.thread as ThreadId, b.asker as AskerId, b.is_split as IsSplit, b.amount_minor as AmountMinor, b.currency as CurrencyCode, b.note, b.expires_at as ExpiresAtUtc,
        b.reminded_at as RemindedAtUtc, b.reminders, b.version, b.created_at as CreatedAtUtc, b.updated_at as UpdatedAtUtc
        """;

    public IReadOnlyList<ShareRow> Shares { get; init; } = [];

    public PersonId Asker => new(AskerId);

    public ThreadId Thread => new(ThreadId);

    public Currency Currency => Currency.Of(CurrencyCode);

    public Money Amount => new(AmountMinor, Currency);

    public DateTimeOffset ExpiresAt => new(ExpiresAtUtc, TimeSpan.Zero);

    public DateTimeOffset? RemindedAt => RemindedAtUtc is { } at ? new(at, TimeSpan.Zero) : null;

    public BillState State => BetweenPeople.Shares.Sum([.. Shares.Select(share => share.State)]);
}

internal sealed record ShareRow(Guid Bill, short Number, long PayerId, long AmountMinor, string StateWord, Guid? Transfer)
{
    public const string Columns = "s.bill, s.number, s.payer as PayerId, s.amount_minor as AmountMinor, s.state as StateWord, s.transfer";

    public PersonId Payer => new(PayerId);

    public ShareState State => Words.Read<ShareState>(StateWord);
}
