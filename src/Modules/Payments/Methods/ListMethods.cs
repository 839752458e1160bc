using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;
using Stoa.Payments.Sandbox;
using Stoa.Wallet;

namespace Stoa.Payments.Methods;

/// <summary>With what a person can pay, and where a new card is typed in.</summary>
internal static class ListMethods
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/payment-methods", ListAsync).For(Audience.Person)
            .WithName("ListPaymentMethods").WithTags("Payments").WithSummary("Your saved cards, the default first, then one balance per currency.");
        routes.MapGet("/api/pay/config", Ok<PayConfig> (PayOrigin origin) =>
                TypedResults.Ok(new PayConfig(SandboxProcessor.ProcessorName, origin.Url(SandboxPages.CardPath), origin.Origin)))
            .For(Audience.Person).WithName("GetPayConfig").WithTags("Payments").WithSummary("Where a card is turned into a token.");
    }

    private static async Task<Ok<MethodViews.MethodList>> ListAsync(HttpContext context, MethodStore methods, ILedger ledger, CancellationToken cancellationToken)
    {
        var cards = await methods.ListAsync(context.Person(), cancellationToken);
        var balances = await ledger.ReadBalancesAsync(context.Person(), cancellationToken);
        return TypedResults.Ok(new MethodViews.MethodList([.. cards.Select(MethodViews.Of), .. balances.Select(MethodViews.Of)]));
    }
}
