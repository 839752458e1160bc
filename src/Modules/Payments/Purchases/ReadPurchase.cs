using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;

namespace Stoa.Payments.Purchases;

/// <summary>What became of a purchase, for whoever lost the answer or the live frame.</summary>
internal static class ReadPurchase
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/purchases/{id:guid}", async Task<Results<Ok<PurchaseView>, ProblemHttpResult>> (Guid id, HttpContext context, PurchaseStore purchases, CancellationToken cancellationToken) =>
                await purchases.FindForAsync(context.Person(), id, cancellationToken) is { } row
                    ? TypedResults.Ok(PurchaseView.Of(row))
                    : Problem.NotFound("purchase_not_found", "purchase").AsResult())
            .For(Audience.Person).ProducesProblem(404)
            .WithName("GetPurchase").WithTags("Payments").WithSummary("A purchase of yours, as it stands.");
}
