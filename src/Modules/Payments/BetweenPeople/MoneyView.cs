using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Kernel;
using Stoa.Payments.Purchases;
using Stoa.People;

namespace Stoa.Payments.BetweenPeople;

/// <summary>A transfer, a request or a gift as it is now (docs/protocol/money.md, <c>MoneyItem</c>). What is absent is left out.</summary>
internal sealed record MoneyView
{
    public required Guid Id { get; init; }

    /// <summary><c>transfer</c>, <c>request</c> or <c>gift</c>.</summary>
    public required string Type { get; init; }

    public required string State { get; init; }

    /// <summary>Rises with each change: of two views the one with the higher version is the newer.</summary>
    public required int Version { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ThreadId? Thread { get; init; }

    /// <summary>Who sends, asks or gives.</summary>
    public required PartyView From { get; init; }

    /// <summary>Of a transfer: who receives.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PartyView? To { get; init; }

    public required Money Amount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    /// <summary>Of a transfer that pays one: the request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? Request { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Split { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShareView>? Shares { get; init; }

    /// <summary>Of a gift: in how many portions it is given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Portions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Random { get; init; }

    /// <summary>Of a gift: who has taken how much. What is in the others nobody is told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ClaimView>? Claims { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(InstantJsonConverter))]
    public DateTimeOffset? SendAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(InstantJsonConverter))]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Of a request: when its asker may remind (again); absent when no more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(InstantJsonConverter))]
    public DateTimeOffset? RemindableAt { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    public sealed record PartyView(PersonId Id, string Name);

    public sealed record ClaimView(PartyView Person, Money Amount);

    public sealed record ShareView(PartyView Person, Money Amount, string State);

    /// <summary>Those of the asked that the reader may see.</summary>
    public sealed record Items([property: JsonPropertyName("items")] IReadOnlyList<MoneyView> All);
}

/// <summary>Makes views, with the names people have now.</summary>
internal sealed class MoneyViews(IPeople people, Microsoft.Extensions.Options.IOptions<BetweenPeopleOptions> options)
{
    public async Task<MoneyView> OfAsync(TransferRow row, CancellationToken cancellationToken) => (await OfAsync([row], [], [], cancellationToken))[0];

    public async Task<MoneyView> OfAsync(BillRow bill, CancellationToken cancellationToken) => (await OfAsync([], [bill], [], cancellationToken))[0];

    public async Task<MoneyView> OfAsync(GiftRow gift, CancellationToken cancellationToken) => (await OfAsync([], [], [gift], cancellationToken))[0];

    public async Task<IReadOnlyList<MoneyView>> OfAsync(IReadOnlyCollection<TransferRow> transfers, IReadOnlyCollection<BillRow> bills, IReadOnlyCollection<GiftRow> gifts, CancellationToken cancellationToken)
    {
        var ids = transfers.SelectMany(t => t.Receiver is { } to ? new[] { t.Sender, to } : [t.Sender])
            .Concat(bills.SelectMany(b => b.Shares.Select(s => s.Payer).Append(b.Asker)))
            .Concat(gifts.SelectMany(g => g.Portions.Select(p => p.Claimer).OfType<PersonId>().Append(g.Giver))).ToHashSet();
        var cards = await people.FindAsync(ids, cancellationToken);
        MoneyView.PartyView Party(PersonId id) => new(id, cards.GetValueOrDefault(id)?.Name ?? "");
        return
        [
            .. transfers.Select(row => new MoneyView
            {
                Id = row.Id, Type = "transfer", State = Words.Of(row.State), Version = row.Version, Thread = row.Thread, From = Party(row.Sender),
                To = row.Receiver is { } to ? Party(to) : null, Amount = row.Amount, Note = row.Note, Request = row.Bill, SendAt = row.SendAt, ExpiresAt = row.ClaimExpiresAtUtc is { } until ? new DateTimeOffset(until, TimeSpan.Zero) : null,
                CreatedAt = new(row.CreatedAtUtc, TimeSpan.Zero), UpdatedAt = new(row.UpdatedAtUtc, TimeSpan.Zero),
            }),
            .. bills.Select(bill => new MoneyView
            {
                Id = bill.Id, Type = "request", State = Words.Of(bill.State), Version = bill.Version, Thread = bill.Thread, From = Party(bill.Asker), Amount = bill.Amount, Note = bill.Note,
                Split = bill.IsSplit, Shares = [.. bill.Shares.Select(s => new MoneyView.ShareView(Party(s.Payer), new(s.AmountMinor, bill.Currency), Words.Of(s.State)))],
                ExpiresAt = bill.ExpiresAt, RemindableAt = RemindableAt(bill),
                CreatedAt = new(bill.CreatedAtUtc, TimeSpan.Zero), UpdatedAt = new(bill.UpdatedAtUtc, TimeSpan.Zero),
            }),
            .. gifts.Select(gift => new MoneyView
            {
                Id = gift.Id, Type = "gift", State = Words.Of(gift.State), Version = gift.Version, Thread = gift.Thread, From = Party(gift.Giver), Amount = gift.Amount, Note = gift.Note,
                Portions = gift.Portions.Count, Random = gift.IsRandom,
                Claims = [.. gift.Portions.Where(p => p.State == "claimed").Select(p => new MoneyView.ClaimView(Party(new(p.ClaimerId ?? 0)), new(p.AmountMinor, gift.Amount.Currency)))],
                ExpiresAt = gift.ExpiresAt, CreatedAt = new(gift.CreatedAtUtc, TimeSpan.Zero), UpdatedAt = new(gift.UpdatedAtUtc, TimeSpan.Zero),
            }),
        ];
    }

    private DateTimeOffset? RemindableAt(BillRow bill) =>
        bill.Reminders < options.Value.RemindersMax && bill.Shares.Any(s => s.State == ShareState.Open) ? (bill.RemindedAt ?? new(bill.CreatedAtUtc, TimeSpan.Zero)) + options.Value.RemindEvery : null;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MoneyView))]
[JsonSerializable(typeof(MoneyView.Items))]
[JsonSerializable(typeof(LookAtReceiver.Outlook))]
[JsonSerializable(typeof(MoneyStanding.View))]
[JsonSerializable(typeof(MoneyStanding.Appeals))]
internal sealed partial class MoneyJson : JsonSerializerContext;
