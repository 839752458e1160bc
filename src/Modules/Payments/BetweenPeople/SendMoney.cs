using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Payments.Guards;
using Stoa.People;
using Stoa.Threads;
using Stoa.Wallet;

namespace Stoa.Payments.BetweenPeople;

/// <summary>Sends money to the other person of a thread, or pays what somebody asked for. What is confirmed is bound to amount and receiver.</summary>
internal sealed class SendMoney(
    IPeopleThreads threads, IPeople people, MoneyStore store, AdvanceMoney advance, ILedger ledger, Permits permits, MoneyViews views, TimeProvider time,
    IOptions<PaymentsOptions> options, IOptions<BetweenPeopleOptions> between)
{
    /// <param name="Key">Made when the sheet opens, and kept for every repeat.</param>
    /// <param name="Thread">A direct thread; with a request the one it was made in.</param>
    /// <param name="To">Whom the sender saw on the sheet.</param>
    /// <param name="ToName">Under which name they saw them: if it has changed since, nothing is sent.</param>
    /// <param name="FirstPaymentConfirmed">The sender was told that they never paid this person before.</param>
    /// <param name="Paying">The request that this pays; the amount is then the share's.</param>
    /// <param name="SendInSeconds">Puts it off; until then the sender may take it back. The money is held meanwhile.</param>
    /// <param name="Pin">Of larger payments.</param>
    public sealed record Request(
        Guid Key, ThreadId Thread, Money Amount, PersonId To, string ToName, string? Note = null, bool FirstPaymentConfirmed = false, [property: JsonPropertyName("request")] Guid? Paying = null,
        int? SendInSeconds = null, string? Pin = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/money/transfers", async Task<Results<Created<MoneyView>, Ok<MoneyView>>> (HttpContext context, SendMoney send, CancellationToken cancellationToken) =>
            {
                var request = await CardFreeBody.ReadAsync(context, SendMoneyJson.Default.Request);
                var (view, created) = await send.RunAsync(context.Person(), request, cancellationToken);
                return created ? TypedResults.Created($"/api/money?ids={view.Id}", view) : TypedResults.Ok(view);
            })
            .For(Audience.Person).Accepts<Request>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithName("SendMoney").WithTags("Money").WithSummary("Send money to somebody, or pay what they asked for.");

    public async Task<(MoneyView View, bool Created)> RunAsync(PersonId sender, Request request, CancellationToken cancellationToken)
    {
        var id = Wishes.IdOf("payments.money-transfer/1", sender, request.Key);
        var note = Wishes.CleanNote(request.Note);
        var hash = Wishes.HashOf(1, request.Thread, request.Amount.AmountMinor, request.Amount.Currency, request.To, note, request.Paying, request.SendInSeconds);

        // A repeat answers with what the first one began, whatever has become of thread and people since.
        if (await store.FindTransferAsync(id, cancellationToken) is { } known)
        {
            return (await FinishAsync(known, hash, request.Key, sender, cancellationToken), false);
        }

        Wishes.CheckAmount(request.Amount, options.Value.AmountMinorMax);
        CheckDelay(request);
        var share = await CheckReceiverAsync(sender, request, cancellationToken);
        var balance = await ledger.ReadBalanceAsync(new Account(AccountKind.Person, sender.Value, request.Amount.Currency), cancellationToken);
        if (balance.Available.AmountMinor < request.Amount.AmountMinor)
        {
            // Only the ledger decides; this spares the key of one who has not enough anyway.
            throw MoneyProblems.TooLittle(request.Amount).AsException();
        }

        await permits.AskAsync(sender, request.Amount, request.Pin, cancellationToken);
        DateTime? sendAt = request.SendInSeconds is { } seconds ? time.GetUtcNow().UtcDateTime.AddSeconds(seconds) : null;
        var wanted = new TransferRow(id, hash, sender.Value, request.To.Value, request.Thread.Value, request.Amount.AmountMinor, request.Amount.Currency.Code, note, request.Paying, share,
            "created", Failure: null, sendAt, Version: 1, default, default);
        var stored = await store.BeginAsync(wanted, permits.UnderLock(sender, request.Amount, id, cancellationToken), cancellationToken);
        return (await FinishAsync(stored, hash, request.Key, sender, cancellationToken), true);
    }

    private async Task<MoneyView> FinishAsync(TransferRow row, byte[] hash, Guid key, PersonId reader, CancellationToken cancellationToken)
    {
        if (!row.RequestHash.AsSpan().SequenceEqual(hash))
        {
            throw MoneyProblems.KeyReused(key).AsException();
        }

        row = await advance.TransferAsync(row, cancellationToken);
        return row.State == SendingState.Failed
            ? throw (row.Failure == "insufficient_funds" ? MoneyProblems.TooLittle(row.Amount) : TooMuchThere(row.Amount)).AsException()
            : await views.OfAsync(row, cancellationToken);
    }

    /// <returns>The number of the share that is paid; null without a request.</returns>
    private async Task<short?> CheckReceiverAsync(PersonId sender, Request request, CancellationToken cancellationToken)
    {
        // Who is in the thread comes first: to anybody else nothing in it exists.
        if (await threads.FindAsync(sender, request.Thread, cancellationToken) is not { MayWrite: true } thread)
        {
            throw MoneyProblems.NoThread.AsException();
        }

        if (thread.IsRequest)
        {
            throw MoneyProblems.NotAccepted.AsException();
        }

        if (request.To == sender)
        {
            throw MoneyProblems.ToOneself.AsException();
        }

        short? share = null;
        if (request.Paying is { } id)
        {
            share = await CheckShareAsync(sender, request, id, cancellationToken);
        }
        else if (thread.Other != request.To)
        {
            throw new ProblemException(new(StatusCodes.Status409Conflict, "receiver_differs", "Send money", "The receiver is not the person this conversation is with.",
                "Send in the direct conversation with them; in a group, pay a request, or give to all."));
        }

        var card = (await people.FindAsync([request.To], cancellationToken)).GetValueOrDefault(request.To) ?? throw MoneyProblems.NoThread.AsException();
        if (card.Name != request.ToName)
        {
            throw new ProblemException(new(StatusCodes.Status409Conflict, "receiver_renamed", "Send money", "The receiver has another name now than the one that you confirmed.",
                "Look at who it is, and confirm again."));
        }

        if (!request.FirstPaymentConfirmed && !await store.HavePaidAsync(sender, request.To, cancellationToken))
        {
            throw new ProblemException(new(StatusCodes.Status409Conflict, "first_payment_unconfirmed", "Send money", "You have never sent money to this person.",
                "Make sure that it is them; then send with firstPaymentConfirmed: true."));
        }

        return share;
    }

    private async Task<short> CheckShareAsync(PersonId sender, Request request, Guid id, CancellationToken cancellationToken)
    {
        if (await store.FindBillAsync(id, cancellationToken) is not { } bill || bill.Thread != request.Thread || bill.Shares.SingleOrDefault(s => s.Payer == sender) is not { } share)
        {
            throw MoneyProblems.NotFound.AsException();
        }

        if (share.State != ShareState.Open)
        {
            throw MoneyProblems.NotOpen(share.State).AsException();
        }

        var asked = new Money(share.AmountMinor, bill.Currency);
        return (bill.Asker == request.To, request.Amount.Currency == asked.Currency, request.Amount == asked) switch
        {
            (false, _, _) => throw new ProblemException(new(StatusCodes.Status409Conflict, "receiver_differs", "Pay a request", "The money was asked for by somebody else.", "Send it to who asked.")),
            (_, false, _) => throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "currency_differs", "Pay a request",
                $"Asked for is {asked.Currency}, sent would be {request.Amount.Currency}.", $"Send {asked}.")),
            (_, _, false) => throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "amount_differs", "Pay a request",
                $"Asked for is {asked}, sent would be {request.Amount}.", $"Send {asked}; what you want to give besides goes by itself.")),
            _ => share.Number,
        };
    }

    private void CheckDelay(Request request)
    {
        if (request.SendInSeconds is { } seconds && (seconds < 1 || seconds > between.Value.DelayMax.TotalSeconds || request.Paying is not null))
        {
            throw new ProblemException(Problem.Invalid("delay_invalid", $"A payment can be put off by 1 second to {between.Value.DelayMax.TotalDays:0.##} days, and what pays a request cannot.", "Correct 'sendInSeconds'."));
        }
    }

    private static Problem TooMuchThere(Money amount) => new(StatusCodes.Status422UnprocessableEntity, "balance_too_large", "Send money",
        $"The receiver's balance in {amount.Currency} has no room for {amount}.", "Send less.");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SendMoney.Request))]
internal sealed partial class SendMoneyJson : JsonSerializerContext;
