using Stoa.Kernel;
using Stoa.Wallet;

namespace Stoa.Payments.BetweenPeople;

/// <summary>Takes a gift as far as it goes: puts it aside, moves portions that were taken, and at its end gives the rest back. Ids follow from the gift: whoever comes second finds it done.</summary>
internal sealed class AdvanceGift(GiftStore store, ILedger ledger, TimeProvider time)
{
    public async Task<GiftRow> RunAsync(GiftRow gift, CancellationToken cancellationToken)
    {
        if (gift.State == GiftState.Created)
        {
            gift = await PutAsideAsync(gift, cancellationToken);
        }

        foreach (var portion in gift.Portions.Where(p => p.State == "claiming").ToList())
        {
            var claimer = portion.Claimer ?? throw new InvalidOperationException($"Portion {portion.Number} of gift {gift.Id} is claimed by nobody.");
            await MoveAsync(gift, $"payments.gift-claim-{portion.Number}/1", Aside(gift), Of(claimer, gift), portion.AmountMinor, "claim", cancellationToken);
            gift = await store.TakenAsync(gift, portion.Number, cancellationToken);
        }

        if (gift.State == GiftState.Open && gift.Portions.All(p => p.State == "claimed"))
        {
            return await store.SeeAsync(gift, GiftSeen.AllTaken, null, cancellationToken);
        }

        if (gift.State == GiftState.Open && gift.ExpiresAt <= time.GetUtcNow())
        {
            gift = await store.SeeAsync(gift, GiftSeen.TimeIsOver, null, cancellationToken);
            return gift.State == GiftState.Ending ? await RunAsync(gift, cancellationToken) : gift;
        }

        return gift.State == GiftState.Ending && gift.Portions.All(p => p.State != "claiming") ? await EndAsync(gift, cancellationToken) : gift;
    }

    private async Task<GiftRow> PutAsideAsync(GiftRow gift, CancellationToken cancellationToken)
    {
        var outcome = await PostAsync(gift, "payments.gift/1", Of(gift.Giver, gift), Aside(gift), gift.AmountMinor, "gift", cancellationToken);
        return outcome switch
        {
            { Done: true } => await store.SeeAsync(gift, GiftSeen.PutAside, null, cancellationToken),
            { Status: TransferStatus.ExceedsBalance or TransferStatus.IdAlreadyFailed } => await store.SeeAsync(gift, GiftSeen.Refused, "insufficient_funds", cancellationToken),
            _ => throw new InvalidOperationException($"Gift {gift.Id} of {gift.Amount} was refused by the ledger: {outcome.Status}."),
        };
    }

    private async Task<GiftRow> EndAsync(GiftRow gift, CancellationToken cancellationToken)
    {
        var rest = gift.Portions.Where(p => p.State == "returned").Sum(p => p.AmountMinor);
        if (rest == 0)
        {
            return await store.SeeAsync(gift, GiftSeen.AllTaken, null, cancellationToken);
        }

        await MoveAsync(gift, "payments.gift-rest/1", Aside(gift), Of(gift.Giver, gift), rest, "give_back", cancellationToken);
        return await store.SeeAsync(gift, GiftSeen.RestIsBack, null, cancellationToken);
    }

    private async Task MoveAsync(GiftRow gift, string purpose, Account from, Account to, long minor, string code, CancellationToken cancellationToken)
    {
        var outcome = await PostAsync(gift, purpose, from, to, minor, code, cancellationToken);
        if (!outcome.Done)
        {
            throw new InvalidOperationException($"{minor} of gift {gift.Id} could not be moved out of what was put aside: {outcome.Status}.");
        }
    }

    private async Task<TransferOutcome> PostAsync(GiftRow gift, string purpose, Account from, Account to, long minor, string code, CancellationToken cancellationToken) =>
        (await ledger.PostAsync([new(DerivedId.Of(purpose, gift.Id), TransferKind.Post, from, to, new(minor, gift.Amount.Currency), code, Reference: gift.Id.ToString())], cancellationToken))[0];

    private static Account Of(PersonId person, GiftRow gift) => new(AccountKind.Person, person.Value, gift.Amount.Currency);

    private static Account Aside(GiftRow gift) => new(AccountKind.Suspense, gift.Account, gift.Amount.Currency);
}
