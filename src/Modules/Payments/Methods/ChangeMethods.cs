using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Payments.Processors;

namespace Stoa.Payments.Methods;

/// <summary>Which card comes first, and which is forgotten.</summary>
internal static class ChangeMethods
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/api/payment-methods/{id:guid}/default", MakeDefaultAsync).For(Audience.Person).ProducesProblem(404)
            .WithName("MakePaymentMethodDefault").WithTags("Payments").WithSummary("Offer this card first.");
        routes.MapDelete("/api/payment-methods/{id:guid}", DeleteAsync).For(Audience.Person).ProducesProblem(404)
            .WithName("DeletePaymentMethod").WithTags("Payments").WithSummary("Forget a card, here and at its processor.");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> MakeDefaultAsync(Guid id, HttpContext context, MethodStore methods, CancellationToken cancellationToken) =>
        await methods.MakeDefaultAsync(context.Person(), id, cancellationToken) ? TypedResults.NoContent() : NotThere();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, HttpContext context, MethodStore methods, ProcessorList processors, CancellationToken cancellationToken)
    {
        if (await methods.DeleteAsync(context.Person(), id, cancellationToken) is not { } card)
        {
            return NotThere();
        }

        await (await processors.FindAsync(card.Processor, cancellationToken)).DeleteSavedAsync(card.ProcessorRef, cancellationToken);
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult NotThere() => Problem.NotFound("payment_method_not_found", "saved card").AsResult();
}
