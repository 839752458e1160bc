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

namespace Stoa.Payments.Methods;

/// <summary>What a browser needs to turn a card into a token at the processor of one merchant.</summary>
internal static class BeginSave
{
    /// <param name="Page">The merchant, whose account the card is saved at.</param>
    public sealed record Request(PageId Page);

    /// <param name="Data">As the processor's own script knows it: its client secret, its public key.</param>
    public sealed record Begun(string Processor, IReadOnlyDictionary<string, string> Data);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/payment-methods/begin", RunAsync).For(Audience.Person).Accepts<Request>("application/json").ProducesProblem(503)
            .WithName("BeginPaymentMethod").WithTags("Payments").WithSummary("Begin to save a card at the processor of a business.");

    private static async Task<Results<Ok<Begun>, ProblemHttpResult>> RunAsync(HttpContext context, ProcessorList processors, CancellationToken cancellationToken)
    {
        var request = await CardFreeBody.ReadAsync(context, BeginSaveJson.Default.Request);
        var processor = await processors.FindForAsync(request.Page, cancellationToken);
        return await processor.BeginSaveAsync(context.Person(), cancellationToken) is { } data
            ? TypedResults.Ok(new Begun(processor.Name.Split(':')[0], data))
            : new Problem(StatusCodes.Status503ServiceUnavailable, "processor_unavailable", "Begin to save a card", "The business's processor gave no usable answer.", "Try again in a moment.") { RetryAfterSeconds = 5 }.AsResult();
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BeginSave.Request))]
internal sealed partial class BeginSaveJson : JsonSerializerContext;
