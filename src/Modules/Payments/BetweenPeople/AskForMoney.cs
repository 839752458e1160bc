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

namespace Stoa.Payments.BetweenPeople;

/// <summary>Asks somebody for money, or several to share a bill. Moves nothing: whoever pays, sends.</summary>
internal sealed class AskForMoney(
    IPeopleThreads threads, MoneyStore store, MoneyViews views, TimeProvider time, IOptions<PaymentsOptions> payments, IOptions<BetweenPeopleOptions> options)
{
    private const int SharesMax = 100;

    /// <param name="Amount">In a direct thread what is asked for; of a split the whole bill.</param>
    /// <param name="Split">In a group: who bears what. Absent in a direct thread.</param>
    public sealed record Request(Guid Key, ThreadId Thread, Money Amount, string? Note = null, SplitWish? Split = null);

    /// <param name="People">Who is asked, each once; the asker bears what is left over.</param>
    /// <param name="Amounts">In minor units, one for each of <paramref name="People"/>; absent: equally, with the asker as one more head.</param>
    public sealed record SplitWish(IReadOnlyList<PersonId> People, IReadOnlyList<long>? Amounts = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/money/requests", async Task<Results<Created<MoneyView>, Ok<MoneyView>>> (HttpContext context, AskForMoney ask, CancellationToken cancellationToken) =>
            {
                var request = await CardFreeBody.ReadAsync(context, AskForMoneyJson.Default.Request);
                var (view, created) = await ask.RunAsync(context.Person(), request, cancellationToken);
                return created ? TypedResults.Created($"/api/money?ids={view.Id}", view) : TypedResults.Ok(view);
            })
            .For(Audience.Person).Accepts<Request>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422).ProducesProblem(429)
            .WithName("AskForMoney").WithTags("Money").WithSummary("Ask for money, or split a bill.");

    public async Task<(MoneyView View, bool Created)> RunAsync(PersonId asker, Request request, CancellationToken cancellationToken)
    {
        var id = Wishes.IdOf("payments.money-bill/1", asker, request.Key);
        var note = Wishes.CleanNote(request.Note);
        var hash = Wishes.HashOf(1, request.Thread, request.Amount.AmountMinor, request.Amount.Currency, note,
            request.Split is { } split ? $"{string.Join(',', split.People)}/{string.Join(',', split.Amounts ?? [])}" : null);
        if (await store.FindBillAsync(id, cancellationToken) is { } known)
        {
            return (await AnswerAsync(known, hash, request.Key, cancellationToken), false);
        }

        Wishes.CheckAmount(request.Amount, payments.Value.AmountMinorMax);
        var shares = await ShareOutAsync(asker, id, request, cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var wanted = new BillRow(id, hash, request.Thread.Value, asker.Value, request.Split is not null, request.Amount.AmountMinor, request.Amount.Currency.Code, note,
            now + options.Value.RequestLasts, RemindedAtUtc: null, Reminders: 0, Version: 1, now, now)
        { Shares = shares };
        var (bill, created) = await store.AskAsync(wanted, options.Value.OpenBillsMax, TooMany(options.Value.OpenBillsMax), cancellationToken);
        return (await AnswerAsync(bill, hash, request.Key, cancellationToken), created);
    }

    private async Task<MoneyView> AnswerAsync(BillRow bill, byte[] hash, Guid key, CancellationToken cancellationToken) =>
        bill.RequestHash.AsSpan().SequenceEqual(hash) ? await views.OfAsync(bill, cancellationToken) : throw MoneyProblems.KeyReused(key).AsException();

    private async Task<IReadOnlyList<ShareRow>> ShareOutAsync(PersonId asker, Guid bill, Request request, CancellationToken cancellationToken)
    {
        if (await threads.FindAsync(asker, request.Thread, cancellationToken) is not { MayWrite: true } thread)
        {
            throw MoneyProblems.NoThread.AsException();
        }

        if (thread.IsRequest)
        {
            throw MoneyProblems.NotAccepted.AsException();
        }

        if (thread.Other is { } other)
        {
            return request.Split is null
                ? [new(bill, 1, other.Value, request.Amount.AmountMinor, "open", null)]
                : throw Wrong("A direct conversation has nobody to split with.", "Leave 'split' out.");
        }

        if (request.Split is not { } split)
        {
            throw Wrong("In a group it has to be said who is asked.", "Send 'split' with people.");
        }

        var people = split.People.ToHashSet();
        if (people.Count is 0 or > SharesMax || people.Count != split.People.Count || people.Contains(asker))
        {
            throw people.Contains(asker) ? MoneyProblems.ToOneself.AsException() : Wrong($"'split.people' names 1 to {SharesMax} others, each once.", "Correct the list.");
        }

        if ((await threads.AmongAsync(request.Thread, people, cancellationToken)).Count != people.Count)
        {
            throw new ProblemException(Problem.NotFound("person_not_found", "member of this group"));
        }

        var amounts = split.Amounts ?? Equal(request.Amount, people.Count);
        return CheckAmounts(amounts, split.People.Count, request.Amount) is { } wrong
            ? throw new ProblemException(wrong)
            : [.. split.People.Select((person, i) => new ShareRow(bill, (short)(i + 1), person.Value, amounts[i], "open", null))];
    }

    private static long[] Equal(Money amount, int others) => Shares.Equally(amount.AmountMinor, others, withMyself: true) is var (each, _)
        ? [.. Enumerable.Repeat(each, others)]
        : throw Differs($"{amount} cannot be divided by {others + 1}: a share would be nothing.");

    private static Problem? CheckAmounts(IReadOnlyList<long> amounts, int people, Money whole)
    {
        if (amounts.Count != people || amounts.Any(amount => amount < 1))
        {
            return Differs($"{people} people are asked, and the {amounts.Count} amounts are not one above zero for each.").Problem;
        }

        var sum = amounts.Aggregate((Int128)0, (total, amount) => total + amount);
        return sum > whole.AmountMinor ? Differs($"The shares come to more than {whole}.").Problem : null;
    }

    private static ProblemException Wrong(string detail, string fix) => new(Problem.Invalid("invalid_request", detail, fix));

    private static ProblemException Differs(string detail) => new(new(StatusCodes.Status422UnprocessableEntity, "shares_differ", "Split a bill", detail,
        "One amount for each person; together at most the whole, the rest is yours."));

    private static Problem TooMany(int most) => new(StatusCodes.Status429TooManyRequests, "too_many_requests_for_money", "Ask for money",
        $"{most} of your requests are open.", "Wait until some are answered, or take some back.");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AskForMoney.Request))]
internal sealed partial class AskForMoneyJson : JsonSerializerContext;
