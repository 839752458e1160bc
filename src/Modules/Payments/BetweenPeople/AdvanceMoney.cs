using Stoa.Kernel;
using Stoa.Threads;
using Stoa.Wallet;

namespace Stoa.Payments.BetweenPeople;

/// <summary>
/// Takes a transfer as far as it goes. The caller, the sweep and a repeat of the request all end here, at once or one after the other: the
/// ledger's ids follow from the transfer, so whoever comes second finds what the first did.
/// </summary>
internal sealed class AdvanceMoney(MoneyStore store, ILedger ledger, Permits permits, IPeopleThreads threads, TimeProvider time)
{
    /// <summary>Asks the ledger for what is due, and stores its answer.</summary>
    public async Task<TransferRow> TransferAsync(TransferRow row, CancellationToken cancellationToken)
    {
        switch (row.State)
        {
            case SendingState.Created when row.Account is not null:
                return await SeeAsync(row, await PostAsync(PutAside(row), cancellationToken), SendingSeen.PutAside, cancellationToken);

            case SendingState.Created when row.SendAt is null:
                return await SeeAsync(row, await PostAsync(Arrival(row), cancellationToken), SendingSeen.Arrived, cancellationToken);

            case SendingState.Created:
                row = await SeeAsync(row, await PostAsync(Hold(row), cancellationToken), SendingSeen.Held, cancellationToken);
                return row.State == SendingState.Waiting && row.SendAt <= time.GetUtcNow() ? await TransferAsync(row, cancellationToken) : row;

            // Who was frozen meanwhile sends nothing; the money stays held, and theirs to take back.
            case SendingState.Waiting when row.SendAt <= time.GetUtcNow() && (await permits.ReadAsync(row.Sender, cancellationToken)).FrozenAt is not null:
                await store.PutOffAsync(row.Id, cancellationToken);
                return row;

            case SendingState.Waiting when row.SendAt <= time.GetUtcNow():
                var posted = await PostAsync(End(row, TransferKind.PostHold), cancellationToken);
                return await store.SeeAsync(row, posted.Done ? SendingSeen.Arrived : SendingSeen.TakenBack, null, cancellationToken);

            case SendingState.Unclaimed when row.Receiver is { } claimer:
                if (row.Thread is null)
                {
                    // Their conversation is where it is told of. Opened by the sender, whose act this is, and accepted by who took it.
                    var thread = await threads.OpenDirectAsync(row.Sender, claimer, cancellationToken);
                    await threads.OpenDirectAsync(claimer, row.Sender, cancellationToken);
                    row = await store.PlaceAsync(row, thread, cancellationToken);
                }

                await MoveOutAsync(row, "payments.money-claim/1", Of(Receiver(row), row), "claim", cancellationToken);
                return await store.SeeAsync(row, SendingSeen.Arrived, null, cancellationToken);

            case SendingState.Unclaimed when row.ClaimExpiresAtUtc <= time.GetUtcNow().UtcDateTime:
                return await GiveBackAsync(row, cancellationToken);

            default:
                return row;
        }
    }

    /// <summary>Gives a delayed transfer back to its sender, unless its money has gone: the ledger ends a hold once, one way or the other.</summary>
    public async Task<TransferRow> TakeBackAsync(TransferRow row, CancellationToken cancellationToken)
    {
        var voided = await PostAsync(End(row, TransferKind.VoidHold), cancellationToken);
        return await store.SeeAsync(row, voided.Done ? SendingSeen.TakenBack : SendingSeen.Arrived, null, cancellationToken);
    }

    /// <summary>Gives what nobody has claimed back to its sender, unless somebody has in this moment.</summary>
    public async Task<TransferRow> GiveBackAsync(TransferRow row, CancellationToken cancellationToken)
    {
        if (!await store.WithdrawAsync(row, cancellationToken))
        {
            var now = await store.FindTransferAsync(row.Id, cancellationToken) ?? row;
            return now.State == SendingState.Unclaimed ? await TransferAsync(now, cancellationToken) : now;
        }

        await MoveOutAsync(row, "payments.money-give-back/1", Of(row.Sender, row), "give_back", cancellationToken);
        return await store.SeeAsync(row, SendingSeen.GivenBack, null, cancellationToken);
    }

    private async Task MoveOutAsync(TransferRow row, string purpose, Account to, string code, CancellationToken cancellationToken)
    {
        var outcome = await PostAsync(PutAside(row) with { Id = DerivedId.Of(purpose, row.Id), Debit = Aside(row), Credit = to, Code = code }, cancellationToken);
        if (!outcome.Done)
        {
            throw new InvalidOperationException($"What was put aside for transfer {row.Id} could not be moved: {outcome.Status}.");
        }
    }

    private async Task<TransferRow> SeeAsync(TransferRow row, TransferOutcome outcome, SendingSeen seen, CancellationToken cancellationToken) => outcome.Status switch
    {
        _ when outcome.Done => await store.SeeAsync(row, seen, null, cancellationToken),
        // IdAlreadyFailed: it was refused before a crash, and for want of funds or room, since nothing else about it can be.
        TransferStatus.ExceedsBalance or TransferStatus.IdAlreadyFailed => await store.SeeAsync(row, SendingSeen.Refused, "insufficient_funds", cancellationToken),
        TransferStatus.Overflows => await store.SeeAsync(row, SendingSeen.Refused, "balance_too_large", cancellationToken),
        _ => throw new InvalidOperationException($"Transfer {row.Id} of {row.Amount} was refused by the ledger: {outcome.Status}."),
    };

    private async Task<TransferOutcome> PostAsync(Transfer transfer, CancellationToken cancellationToken) => (await ledger.PostAsync([transfer], cancellationToken))[0];

    private static Transfer Arrival(TransferRow row) => new(
        DerivedId.Of("payments.money-post/1", row.Id), TransferKind.Post, Of(row.Sender, row), Of(Receiver(row), row), row.Amount, "send", Reference: row.Id.ToString());

    private static Transfer PutAside(TransferRow row) => new(
        DerivedId.Of("payments.money-put-aside/1", row.Id), TransferKind.Post, Of(row.Sender, row), Aside(row), row.Amount, "put_aside", Reference: row.Id.ToString());

    private static Account Aside(TransferRow row) => new(AccountKind.Suspense, row.Account ?? throw new InvalidOperationException($"Transfer {row.Id} is not put aside."), row.Amount.Currency);

    private static Transfer Hold(TransferRow row) => Arrival(row) with { Id = DerivedId.Of("payments.money-hold/1", row.Id), Kind = TransferKind.Hold };

    private static Transfer End(TransferRow row, TransferKind kind) => Hold(row) with
    {
        Id = DerivedId.Of(kind == TransferKind.PostHold ? "payments.money-post-hold/1" : "payments.money-void-hold/1", row.Id),
        Kind = kind,
        Hold = DerivedId.Of("payments.money-hold/1", row.Id),
    };

    private static Account Of(PersonId person, TransferRow row) => new(AccountKind.Person, person.Value, row.Amount.Currency);

    private static PersonId Receiver(TransferRow row) => row.Receiver ?? throw new InvalidOperationException($"Transfer {row.Id} has nobody to go to.");
}
