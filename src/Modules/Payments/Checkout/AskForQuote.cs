using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Payments.BetweenPeople;
using Stoa.Payments.Guards;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Checkout;

/// <summary>The payer gives an address, and the merchant says what sending there costs. Moves nothing.</summary>
/// <remarks>
/// The answer is awaited within the call, at most 20 seconds and a little. Whoever loses it asks again with the same key: the question is
/// stored before it is asked and is asked once, whichever process waits for it.
/// </remarks>
internal sealed partial class AskForQuote(
    OfferedButtons buttons, QuoteStore quotes, IAskForPrice merchant, TimeProvider time, IOptions<PaymentsOptions> options, ILogger<AskForQuote> log)
{
    // Beyond what the merchant is promised (20 s), for one that is asked by broken code.
    private static readonly TimeSpan merchantAnswersWithin = TimeSpan.FromSeconds(25);

    /// <param name="Key">Made for each address, and kept for repeats.</param>
    public sealed record Request(Guid Key, ThreadId Thread, long Seq, int Button, PostalAddress Address, int? Element = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/purchases/quotes", async Task<Results<Created<QuoteView>, Ok<QuoteView>>> (HttpContext context, AskForQuote ask, CancellationToken cancellationToken) =>
            {
                var request = await CardFreeBody.ReadAsync(context, CheckoutJson.Default.Request);
                var (quote, created) = await ask.RunAsync(context.Person(), request, cancellationToken);
                return created ? TypedResults.Created((string?)null, quote) : TypedResults.Ok(quote);
            })
            .For(Audience.Person).Accepts<Request>("application/json").ProducesProblem(404).ProducesProblem(422).ProducesProblem(429)
            .WithName("AskForQuote").WithTags("Payments").WithSummary("Ask the business what a button costs with delivery to an address.");

    public async Task<(QuoteView Quote, bool Created)> RunAsync(PersonId person, Request request, CancellationToken cancellationToken)
    {
        if (request.Address is null)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "The request has no address.", "Send {\"address\":{\"street1\":…}}."));
        }

        var address = CleanDetails.Of(request.Address);
        var id = Wishes.IdOf("payments.quote", person, request.Key);
        var (page, offer) = await buttons.FindAsync(person, request.Thread, request.Seq, request.Element, request.Button, cancellationToken);
        if (!offer.IsFlexible)
        {
            throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "price_is_fixed", "Ask for the price", $"This button costs {offer.Total}, wherever it is sent.", "Pay with it (POST /api/purchases)."));
        }

        var hash = Wishes.HashOf(request.Thread, request.Seq, request.Element, request.Button, JsonSerializer.Serialize(address, CheckoutJson.Default.PostalAddress));
        var (quote, created) = await quotes.CreateAsync(
            new(id, person, request.Thread, request.Seq, request.Element, request.Button, page, address, QuoteState.Asking, null, [], false, default), hash, cancellationToken);
        if (quote.State == QuoteState.Asking)
        {
            var (found, failure) = Read(quote, offer, await AskAsync(quote, offer.Payload, cancellationToken));
            quote = await quotes.AnswerAsync(quote, found, failure, cancellationToken);
        }

        return (QuoteView.Of(quote, offer.Total), created);
    }

    private async Task<PriceAnswer> AskAsync(QuoteRow quote, string payload, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(merchantAnswersWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await merchant.AskAsync(new(quote.Id, quote.Page, quote.Person, quote.Thread, payload, quote.Address), either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new PriceAnswer.Silent();
        }
    }

    private (IReadOnlyList<ShippingOption>? Options, QuoteFailure? Failure) Read(QuoteRow quote, PaymentButton offer, PriceAnswer answer)
    {
        switch (answer)
        {
            case PriceAnswer.Answered { Json: var json } when ShippingOptions.Read(json, offer.Total, options.Value.AmountMinorMax) is { } found:
                return found.Count > 0 ? (found, null) : (null, QuoteFailure.NotSentThere);
            case PriceAnswer.Silent:
                return (null, QuoteFailure.NoAnswer);
            case PriceAnswer.NobodyToAsk:
                return (null, QuoteFailure.NobodyAsked);
            default:
                LogUnreadable(quote.Page, quote.Id);
                return (null, QuoteFailure.BadAnswer);
        }
    }

    [LoggerMessage(470, LogLevel.Warning, "Page {Page} answered quote {Quote} with something that is no list of shipping options; its button cannot be paid like this.")]
    private partial void LogUnreadable(PageId page, Guid quote);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AskForQuote.Request))]
[JsonSerializable(typeof(PostalAddress))]
[JsonSerializable(typeof(PayerDetails))]
[JsonSerializable(typeof(ShippingChoice))]
[JsonSerializable(typeof(List<ShippingOption>))]
internal sealed partial class CheckoutJson : JsonSerializerContext;
