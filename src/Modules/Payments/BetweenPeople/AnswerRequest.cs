using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads;

namespace Stoa.Payments.BetweenPeople;

/// <summary>What a request can come to beside being paid: the asked decline their share; the asker takes it back, or reminds.</summary>
internal sealed class AnswerRequest(MoneyStore store, MoneyViews views, IPeopleThreads threads, TimeProvider time, IOptions<BetweenPeopleOptions> options)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, "decline", "DeclineRequest", "Decline your share of a request for money.", (answer, person, bill, cancel) => answer.DeclineAsync(person, bill, cancel));
        Map(routes, "cancel", "CancelRequest", "Take a request for money back.", (answer, person, bill, cancel) => answer.CancelAsync(person, bill, cancel));
        Map(routes, "remind", "RemindOfRequest", "Remind those who have not answered.", (answer, person, bill, cancel) => answer.RemindAsync(person, bill, cancel));
    }

    private static void Map(IEndpointRouteBuilder routes, string verb, string name, string summary, Func<AnswerRequest, PersonId, BillRow, CancellationToken, Task<BillRow>> act) =>
        routes.MapPost($"/api/money/requests/{{id:guid}}/{verb}",
                async Task<Ok<MoneyView>> (Guid id, HttpContext context, AnswerRequest answer, CancellationToken cancellationToken) =>
                {
                    var bill = await answer.store.FindBillAsync(id, cancellationToken) ?? throw MoneyProblems.NotFound.AsException();
                    return TypedResults.Ok(await answer.views.OfAsync(await act(answer, context.Person(), bill, cancellationToken), cancellationToken));
                })
            .For(Audience.Person).ProducesProblem(404).ProducesProblem(409)
            .WithName(name).WithTags("Money").WithSummary(summary);

    private readonly MoneyStore store = store;
    private readonly MoneyViews views = views;

    private async Task<BillRow> DeclineAsync(PersonId person, BillRow bill, CancellationToken cancellationToken)
    {
        if (bill.Shares.All(share => share.Payer != person))
        {
            throw MoneyProblems.NotFound.AsException();
        }

        var (now, changed) = await store.EndSharesAsync(bill, person, ShareAct.Decline, cancellationToken);
        var state = now.Shares.Single(share => share.Payer == person).State;
        return changed || state == ShareState.Declined ? now : throw MoneyProblems.NotOpen(state).AsException();
    }

    private async Task<BillRow> CancelAsync(PersonId person, BillRow bill, CancellationToken cancellationToken)
    {
        AdmitAsker(person, bill);
        var (now, changed) = await store.EndSharesAsync(bill, payer: null, ShareAct.Cancel, cancellationToken);
        return changed || now.Shares.Any(share => share.State == ShareState.Cancelled) ? now : throw MoneyProblems.NotOpen(now.Shares[0].State).AsException();
    }

    private async Task<BillRow> RemindAsync(PersonId person, BillRow bill, CancellationToken cancellationToken)
    {
        AdmitAsker(person, bill);
        if (bill.Shares.All(share => share.State != ShareState.Open) || bill.ExpiresAt <= time.GetUtcNow())
        {
            throw MoneyProblems.NotOpen(bill.Shares[0].State is ShareState.Open ? ShareState.Expired : bill.Shares[0].State).AsException();
        }

        // Who left or was blocked cannot speak there, and a reminder is speech.
        if (await threads.FindAsync(person, bill.Thread, cancellationToken) is not { MayWrite: true, IsRequest: false })
        {
            throw MoneyProblems.NotFound.AsException();
        }

        var (now, reminded) = await store.RemindAsync(bill, options.Value.RemindEvery, options.Value.RemindersMax, cancellationToken);
        return reminded ? now : throw new ProblemException(new(StatusCodes.Status409Conflict, "reminded_enough", "Remind of a request",
            $"A request is reminded of at most {options.Value.RemindersMax} times, {options.Value.RemindEvery.TotalHours:0.##} hours apart.", "Wait (remindableAt), or ask in words."));
    }

    private static void AdmitAsker(PersonId person, BillRow bill)
    {
        if (bill.Asker != person)
        {
            throw MoneyProblems.NotFound.AsException();
        }
    }
}
