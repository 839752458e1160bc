using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.BetweenPeople;

/// <summary>The sender takes back what has not arrived yet. The ledger decides: what has arrived stays.</summary>
internal static class CancelTransfer
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/money/transfers/{id:guid}/cancel", RunAsync)
            .For(Audience.Person).ProducesProblem(404).ProducesProblem(409)
            .WithName("CancelTransfer").WithTags("Money").WithSummary("Take back money that waits.");

    private static async Task<Ok<MoneyView>> RunAsync(Guid id, HttpContext context, MoneyStore store, AdvanceMoney advance, MoneyViews views, CancellationToken cancellationToken)
    {
        if (await store.FindTransferAsync(id, cancellationToken) is not { } row || row.Sender != context.Person())
        {
            throw MoneyProblems.NotFound.AsException();
        }

        if (row.State == SendingState.Waiting)
        {
            row = await advance.TakeBackAsync(row, cancellationToken);
        }

        if (row.State == SendingState.Unclaimed)
        {
            row = await advance.GiveBackAsync(row, cancellationToken);
        }

        return row.State is SendingState.Cancelled or SendingState.Returned
            ? TypedResults.Ok(await views.OfAsync(row, cancellationToken))
            : throw new ProblemException(new(StatusCodes.Status409Conflict, "not_cancellable", "Take money back", $"It is {Words.Of(row.State)}; only what waits can be taken back.",
                "Ask the receiver to send it back."));
    }
}
