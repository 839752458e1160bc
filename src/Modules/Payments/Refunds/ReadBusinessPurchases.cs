using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Refunds;

/// <summary>What a business sold: its own purchases, by its page access token.</summary>
internal static class ReadBusinessPurchases
{
    private const int Most = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/business/purchases", ListAsync).For(Audience.Bot).ProducesProblem(400).ProducesProblem(401)
            .WithName("ListBusinessPurchases").WithTags("Payments").WithSummary("Purchases from your page, newest first.");
        routes.MapGet("/api/business/purchases/{id}", FindAsync).For(Audience.Bot).ProducesProblem(401).ProducesProblem(404)
            .WithName("GetBusinessPurchase").WithTags("Payments").WithSummary("A purchase from your page, by its id or by the id in the payment event.");
    }

    private static async Task<Ok<BusinessPurchaseView.Page>> ListAsync(
        HttpContext context, PageCaller caller, PurchaseStore purchases, RefundStore refunds, CancellationToken cancellationToken, Guid? before = null, int limit = 20)
    {
        var page = await caller.FindAsync(context, cancellationToken);
        if (limit is < 1 or > Most)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", $"limit is from 1 to {Most}.", "Ask for the rest with 'before'."));
        }

        var rows = await purchases.ListForAsync(page, before, limit, cancellationToken);
        var views = new List<BusinessPurchaseView>(rows.Count);
        foreach (var row in rows)
        {
            views.Add(BusinessPurchaseView.Of(row, await refunds.ListAsync(row.Id, cancellationToken)));
        }

        return TypedResults.Ok(new BusinessPurchaseView.Page(views, rows.Count == limit ? rows[^1].Id : null));
    }

    private static async Task<Results<Ok<BusinessPurchaseView>, ProblemHttpResult>> FindAsync(
        string id, HttpContext context, PageCaller caller, PurchaseStore purchases, RefundStore refunds, CancellationToken cancellationToken)
    {
        var page = await caller.FindAsync(context, cancellationToken);
        return await purchases.FindForAsync(page, id, cancellationToken) is { } row
            ? TypedResults.Ok(BusinessPurchaseView.Of(row, await refunds.ListAsync(row.Id, cancellationToken)))
            : Problem.NotFound("purchase_not_found", "purchase").AsResult();
    }
}
