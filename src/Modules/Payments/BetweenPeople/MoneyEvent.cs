using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Kernel;

namespace Stoa.Payments.BetweenPeople;

/// <summary>What a thread is told: once under <paramref name="ClientId"/>, which follows from what happened.</summary>
/// <param name="Sender">Who did it: the event is theirs.</param>
internal sealed record MoneyEvent(ThreadId Thread, PersonId Sender, Guid ClientId, MoneyEvent.Told Money)
{
    /// <summary>The member <c>money</c> of the event (docs/protocol/money.md): as it was then. The card asks for how it is now.</summary>
    /// <param name="News"><c>sent</c>, <c>waiting</c>, <c>asked</c>, <c>reminded</c>, <c>declined</c>, <c>given</c>.</param>
    /// <param name="With">The other one: who receives, or who is asked. Absent when it is several.</param>
    public sealed record Told(
        Guid Id, string Type, string News, Money Amount, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PersonId? With,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Note);

    public sealed record Body(Told Money);

    /// <returns>Null for what a thread is not told by an event: the card shows it.</returns>
    public static MoneyEvent? Of(TransferRow row, SendingState next) => next switch
    {
        // What waited has its card already: it was told when it began to.
        SendingState.Sent when row is { Thread: { } thread, State: SendingState.Created or SendingState.Unclaimed } => new(thread, row.Sender, IdOf("sent", row.Id), OfTransfer(row, "sent")),
        SendingState.Waiting when row.Thread is { } thread => new(thread, row.Sender, IdOf("waiting", row.Id), OfTransfer(row, "waiting")),
        _ => null,
    };

    public static MoneyEvent Asked(BillRow bill) => new(bill.Thread, bill.Asker, IdOf("asked", bill.Id), OfBill(bill, "asked"));

    public static MoneyEvent Reminded(BillRow bill, int number) => new(bill.Thread, bill.Asker, DerivedId.Of($"payments.money-event/reminded-{number}/1", bill.Id), OfBill(bill, "reminded"));

    public static MoneyEvent Declined(BillRow bill, PersonId payer) =>
        new(bill.Thread, payer, DerivedId.Of("payments.money-event/declined/1", $"{bill.Id:D}/{payer}"),
            OfBill(bill, "declined") with { Amount = new(bill.Shares.Single(share => share.Payer == payer).AmountMinor, bill.Currency), With = bill.Asker, Note = null });

    public static MoneyEvent Given(GiftRow gift) => new(gift.Thread, gift.Giver, IdOf("given", gift.Id), new(gift.Id, "gift", "given", gift.Amount, null, gift.Note));

    private static Told OfTransfer(TransferRow row, string news) => new(row.Id, "transfer", news, row.Amount, row.Receiver, row.Note);

    private static Told OfBill(BillRow bill, string news) => new(bill.Id, "request", news, bill.Amount, bill.IsSplit ? null : bill.Shares[0].Payer, bill.Note);

    private static Guid IdOf(string what, Guid thing) => DerivedId.Of($"payments.money-event/{what}/1", thing);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MoneyEvent))]
[JsonSerializable(typeof(MoneyEvent.Body))]
internal sealed partial class MoneyEventJson : JsonSerializerContext;
