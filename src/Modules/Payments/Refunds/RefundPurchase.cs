using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Payments.Guards;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Refunds;

/// <summary>A business gives money back: all that is left, or a part. It goes the way it came.</summary>
internal static class RefundPurchase
{
    private const int ReasonMax = 280;

    /// <param name="Key">Made by the caller for this refund, and kept for every repeat.</param>
    /// <param name="AmountMinor">In the purchase's currency; absent: all that is left.</param>
    /// <param name="Reason">For the merchant's own books; at most 280 characters.</param>
    public sealed record Request(Guid Key, long? AmountMinor = null, string? Reason = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/business/purchases/{id}/refunds", RunAsync).For(Audience.Bot)
            .Accepts<Request>("application/json").ProducesProblem(401).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithName("RefundPurchase").WithTags("Payments").WithSummary("Give back a purchase from your page, all or a part of it.");

    private static async Task<Results<Created<RefundView>, Ok<RefundView>, ProblemHttpResult>> RunAsync(
        string id, HttpContext context, PageCaller caller, PurchaseStore purchases, RefundStore refunds, AdvancePurchase advance, CancellationToken cancellationToken)
    {
        var page = await caller.FindAsync(context, cancellationToken);
        var request = await CardFreeBody.ReadAsync(context, RefundPurchaseJson.Default.Request);
        if (request.Key == Guid.Empty || request.AmountMinor is < 1 || request.Reason is { Length: > ReasonMax })
        {
            throw new ProblemException(Problem.Invalid("invalid_request", $"key is a UUID made by the caller, amountMinor at least 1, reason at most {ReasonMax} characters.",
                "Make a key for each refund; leave amountMinor out for all that is left."));
        }

        if (await purchases.FindForAsync(page, id, cancellationToken) is not { } purchase)
        {
            return Problem.NotFound("purchase_not_found", "purchase").AsResult();
        }

        var (refund, created) = await refunds.CreateAsync(page, purchase.Id, request.Key, request.AmountMinor, request.Reason, HashOf(purchase.Id, request), cancellationToken);
        if (refund.State == RefundState.Pending)
        {
            // At once, unless a worker has the purchase just now: then it sees this refund too.
            await advance.RunAsync(purchase.Id, cancellationToken);
            refund = (await refunds.ListAsync(purchase.Id, cancellationToken)).FirstOrDefault(r => r.Id == refund.Id) ?? refund;
        }

        return created
            ? TypedResults.Created($"/api/business/purchases/{purchase.Id}", RefundView.Of(refund))
            : TypedResults.Ok(RefundView.Of(refund));
    }

    private static byte[] HashOf(Guid purchase, Request request) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"1|{purchase}|{request.AmountMinor}|{request.Reason}")));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RefundPurchase.Request))]
internal sealed partial class RefundPurchaseJson : JsonSerializerContext;
