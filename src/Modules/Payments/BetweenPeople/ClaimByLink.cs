using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;

namespace Stoa.Payments.BetweenPeople;

/// <summary>Whoever has the link looks at what waits for them, and takes it. The secret stands in the body: addresses are written down on the way.</summary>
internal static class ClaimByLink
{
    public sealed record Request(string Secret);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/money/links/look", async Task<Ok<MoneyView>> (HttpContext context, MoneyStore store, MoneyViews views, CancellationToken cancellationToken) =>
                TypedResults.Ok(await views.OfAsync(await FindAsync(context, store, cancellationToken), cancellationToken)))
            .For(Audience.Person).Accepts<Request>("application/json").ProducesProblem(404)
            .WithName("LookAtLink").WithTags("Money").WithSummary("What a link gives.");
        routes.MapPost("/api/money/links/claim", ClaimAsync)
            .For(Audience.Person).Accepts<Request>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithName("ClaimByLink").WithTags("Money").WithSummary("Take what a link gives.");
    }

    private static async Task<Ok<MoneyView>> ClaimAsync(
        HttpContext context, MoneyStore store, AdvanceMoney advance, MoneyViews views, CancellationToken cancellationToken)
    {
        var me = context.Person();
        var row = await FindAsync(context, store, cancellationToken);
        if (row.Sender == me)
        {
            throw MoneyProblems.ToOneself.AsException();
        }

        if (row.Receiver is null && row.State == SendingState.Unclaimed)
        {
            row = await store.ClaimAsync(row, me, cancellationToken);
        }

        if (row.Receiver != me)
        {
            throw new ProblemException(new(StatusCodes.Status409Conflict, "claimed_already", "Take money by a link", "Somebody else has taken it, or its time is over.", "Ask the sender."));
        }

        return TypedResults.Ok(await views.OfAsync(await advance.TransferAsync(row, cancellationToken), cancellationToken));
    }

    private static async Task<TransferRow> FindAsync(HttpContext context, MoneyStore store, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, ClaimByLinkJson.Default.Request);
        return SendByLink.IsSecret(request.Secret) && await store.FindByClaimAsync(SendByLink.HashOf(request.Secret), cancellationToken) is { } row
            ? row
            : throw MoneyProblems.NotFound.AsException();
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClaimByLink.Request))]
internal sealed partial class ClaimByLinkJson : JsonSerializerContext;
