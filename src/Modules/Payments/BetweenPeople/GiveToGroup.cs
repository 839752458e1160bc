using System.Security.Cryptography;
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
using Stoa.Threads;
using Stoa.Wallet;

namespace Stoa.Payments.BetweenPeople;

/// <summary>A gift to a group: so much, in so many portions, for whoever takes one in time.</summary>
internal sealed class GiveToGroup(
    IPeopleThreads threads, GiftStore store, AdvanceGift advance, ILedger ledger, Permits permits, MoneyViews views, TimeProvider time, IOptions<PaymentsOptions> payments, IOptions<BetweenPeopleOptions> options)
{
    /// <param name="Portions">1 to 100, at most as many as the amount has minor units.</param>
    /// <param name="Random">True: by chance; else as equal as can be.</param>
    /// <param name="Pin">Of larger gifts.</param>
    public sealed record Request(Guid Key, ThreadId Thread, Money Amount, int Portions, bool Random = false, string? Note = null, string? Pin = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/money/gifts", async Task<Results<Created<MoneyView>, Ok<MoneyView>>> (HttpContext context, GiveToGroup give, CancellationToken cancellationToken) =>
            {
                var request = await CardFreeBody.ReadAsync(context, GiveToGroupJson.Default.Request);
                var (view, created) = await give.RunAsync(context.Person(), request, cancellationToken);
                return created ? TypedResults.Created($"/api/money?ids={view.Id}", view) : TypedResults.Ok(view);
            })
            .For(Audience.Person).Accepts<Request>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithName("GiveToGroup").WithTags("Money").WithSummary("Give money to a group.");

    public async Task<(MoneyView View, bool Created)> RunAsync(PersonId giver, Request request, CancellationToken cancellationToken)
    {
        var id = Wishes.IdOf("payments.money-gift/1", giver, request.Key);
        var note = Wishes.CleanNote(request.Note);
        var hash = Wishes.HashOf(1, request.Thread, request.Amount.AmountMinor, request.Amount.Currency, request.Portions, request.Random, note);
        if (await store.FindAsync(id, cancellationToken) is { } known)
        {
            return (await FinishAsync(known, hash, request.Key, cancellationToken), false);
        }

        Wishes.CheckAmount(request.Amount, payments.Value.AmountMinorMax);
        await CheckAsync(giver, request, cancellationToken);
        await permits.AskAsync(giver, request.Amount, request.Pin, cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var amounts = request.Random ? Gifts.ByChance(request.Amount.AmountMinor, request.Portions, Draw) : Gifts.Equally(request.Amount.AmountMinor, request.Portions);
        var wanted = new GiftRow(id, hash, request.Thread.Value, giver.Value, WireIds.New(), request.Amount.AmountMinor, request.Amount.Currency.Code, note, request.Random,
            "created", Failure: null, now + options.Value.GiftLasts, Version: 1, now, now)
        {
            Portions = [.. amounts.Select((minor, i) => new PortionRow(id, (short)(i + 1), minor, "free", null))],
        };
        var (gift, created) = await store.BeginAsync(wanted, permits.UnderLock(giver, request.Amount, id, cancellationToken), cancellationToken);
        return (await FinishAsync(gift, hash, request.Key, cancellationToken), created);
    }

    private async Task<MoneyView> FinishAsync(GiftRow gift, byte[] hash, Guid key, CancellationToken cancellationToken)
    {
        if (!gift.RequestHash.AsSpan().SequenceEqual(hash))
        {
            throw MoneyProblems.KeyReused(key).AsException();
        }

        gift = await advance.RunAsync(gift, cancellationToken);
        return gift.State == GiftState.Failed ? throw MoneyProblems.TooLittle(gift.Amount).AsException() : await views.OfAsync(gift, cancellationToken);
    }

    private async Task CheckAsync(PersonId giver, Request request, CancellationToken cancellationToken)
    {
        if (await threads.FindAsync(giver, request.Thread, cancellationToken) is not { MayWrite: true } thread)
        {
            throw MoneyProblems.NoThread.AsException();
        }

        if (thread.IsRequest)
        {
            throw MoneyProblems.NotAccepted.AsException();
        }

        if (!thread.IsGroup)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "A gift is for a group; here is one other person.", "Send them money instead."));
        }

        if (request.Portions is < 1 or > Gifts.PortionsMax || request.Portions > request.Amount.AmountMinor)
        {
            throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "portions_out_of_range", "Give to a group",
                $"{request.Amount} cannot be given in {request.Portions} portions; there can be 1 to {Gifts.PortionsMax}, and none of them nothing.", "Choose fewer."));
        }

        var balance = await ledger.ReadBalanceAsync(new Account(AccountKind.Person, giver.Value, request.Amount.Currency), cancellationToken);
        if (balance.Available.AmountMinor < request.Amount.AmountMinor)
        {
            throw MoneyProblems.TooLittle(request.Amount).AsException();
        }
    }

    // Not to be foreseen by anybody who takes: the cryptographic source, without bias of note over 64 bits.
    private static long Draw(long least, long most)
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return least + (long)(BitConverter.ToUInt64(bytes) % (ulong)(most - least + 1));
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GiveToGroup.Request))]
internal sealed partial class GiveToGroupJson : JsonSerializerContext;
