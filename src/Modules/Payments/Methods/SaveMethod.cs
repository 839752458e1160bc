using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Payments.Guards;
using Stoa.Payments.Processors;
using Stoa.Payments.Sandbox;

namespace Stoa.Payments.Methods;

/// <summary>Keeps the card behind a token that the processor's page gave. The number itself never comes here.</summary>
internal static class SaveMethod
{
    /// <param name="Token">From <c>stoa.card.token</c>, or from the script of the merchant's processor. The same one again gives the same card.</param>
    /// <param name="Page">The merchant whose processor gave it; absent: the sandbox.</param>
    public sealed record Request(string Token, PageId? Page = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/payment-methods", RunAsync)
            .For(Audience.Person).Accepts<Request>("application/json").ProducesProblem(422)
            .WithName("SavePaymentMethod").WithTags("Payments").WithSummary("Save the card behind a token.");

    private static async Task<Results<Created<MethodViews.Method>, ProblemHttpResult>> RunAsync(
        HttpContext context, ProcessorList processors, MethodStore methods, CancellationToken cancellationToken)
    {
        var request = await CardFreeBody.ReadAsync(context, SaveMethodJson.Default.Request);
        var processor = request.Page is { } merchant
            ? await processors.FindForAsync(merchant, cancellationToken)
            : await processors.FindAsync(SandboxProcessor.ProcessorName, cancellationToken);
        if (await processor.SaveAsync(request.Token, context.Person(), cancellationToken) is not { } saved)
        {
            return new Problem(StatusCodes.Status422UnprocessableEntity, "token_refused", "Save a card", "The processor does not know this token, or it was used by somebody else.",
                "Open the card page again (GET /api/pay/config) and send the new token.").AsResult();
        }

        var card = await methods.SaveAsync(context.Person(), processor.Name, saved, cancellationToken);
        return TypedResults.Created("/api/payment-methods", MethodViews.Of(card));
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SaveMethod.Request))]
internal sealed partial class SaveMethodJson : JsonSerializerContext;
