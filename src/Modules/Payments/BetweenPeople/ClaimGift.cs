using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Threads;

namespace Stoa.Payments.BetweenPeople;

/// <summary>A member of the group takes their portion. Twice is once, without a key: there is one portion for each.</summary>
internal static class ClaimGift
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/money/gifts/{id:guid}/claim", RunAsync)
            .For(Audience.Person).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithName("ClaimGift").WithTags("Money").WithSummary("Take your portion of a gift.");

    private static async Task<Ok<MoneyView>> RunAsync(
        Guid id, HttpContext context, GiftStore store, AdvanceGift advance, IPeopleThreads threads, MoneyViews views, CancellationToken cancellationToken)
    {
        var me = context.Person();
        if (await store.FindAsync(id, cancellationToken) is not { } gift || await threads.FindAsync(me, gift.Thread, cancellationToken) is not { MayWrite: true } thread)
        {
            throw MoneyProblems.NotFound.AsException();
        }

        if (thread.IsRequest)
        {
            throw MoneyProblems.NotAccepted.AsException();
        }

        if (gift.Giver == me)
        {
            throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "to_oneself", "Take a portion of a gift", "It is your own gift.", "What nobody takes returns to you."));
        }

        gift = await store.TakeAsync(gift, me, cancellationToken);
        if (gift.Portions.All(portion => portion.Claimer != me))
        {
            throw new ProblemException(new(StatusCodes.Status409Conflict, "gift_over", "Take a portion of a gift",
                gift.State == GiftState.Open && gift.Portions.Any(portion => portion.State == "free") ? "Its time is over." : "Nothing of it is left.", "Be quicker next time."));
        }

        return TypedResults.Ok(await views.OfAsync(await advance.RunAsync(gift, cancellationToken), cancellationToken));
    }
}
