using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;

namespace Stoa.Payments.Purchases;

/// <summary>The payer gives up a step that is theirs. The processor decides: a payment it has made by then is made.</summary>
internal static class CancelPurchase
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/purchases/{id:guid}/cancel", RunAsync)
            .For(Audience.Person).ProducesProblem(404).ProducesProblem(409)
            .WithName("CancelPurchase").WithTags("Payments").WithSummary("Give up a purchase that waits for a step of yours.");

    private static async Task<Results<Ok<PurchaseView>, ProblemHttpResult>> RunAsync(
        Guid id, HttpContext context, PurchaseStore purchases, AdvancePurchase advance, CancellationToken cancellationToken)
    {
        if (await purchases.FindForAsync(context.Person(), id, cancellationToken) is not { } row)
        {
            return Problem.NotFound("purchase_not_found", "purchase").AsResult();
        }

        if (await purchases.AskToCancelAsync(id, cancellationToken))
        {
            await advance.RunAsync(id, cancellationToken);
            row = await purchases.FindAsync(id, cancellationToken) ?? row;
        }
        else if (row.Status is not { State: PurchaseState.Failed, Failure: PurchaseFailure.Cancelled })
        {
            return new Problem(StatusCodes.Status409Conflict, "not_cancellable", "Cancel a purchase", $"It is {Words.Of(row.Status.State)}; only a step of yours that is awaited can be given up.",
                "Wait for its end; a payment made is refunded by the business.").AsResult();
        }

        return TypedResults.Ok(PurchaseView.Of(row));
    }
}
