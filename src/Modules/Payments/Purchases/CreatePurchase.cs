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
using Stoa.Kernel;
using Stoa.Payments.Accounts;
using Stoa.Payments.Guards;
using Stoa.Payments.Methods;
using Stoa.Payments.Sandbox;
using Stoa.Threads;

namespace Stoa.Payments.Purchases;

/// <summary>A payer presses Pay. Everything about the price is read from the stored message; the caller says which button, and how to pay.</summary>
/// <remarks>Step 1 of docs/journeys/pay-in-a-conversation.md.</remarks>
internal sealed class CreatePurchase(
    OfferedButtons buttons, PriceToPay prices, IPageDirectory pages, MethodStore methods, AccountStore accounts, PurchaseStore purchases, PurchaseLane lane)
{
    /// <param name="Key">Made when the pay sheet opens, and kept for every repeat.</param>
    /// <param name="Element">Index in a carousel; absent for a template's own buttons.</param>
    /// <param name="Button">Index of the payment button.</param>
    /// <param name="Method">Id of a saved card, or <c>balance:EUR</c>.</param>
    /// <param name="Quote">Of a button with a flexible price, as <c>POST /api/purchases/quotes</c> gave it; with the id of the option chosen.</param>
    /// <param name="Details">What the button asks of the payer; the address of a flexible one is that of its quote.</param>
    /// <param name="Amount">The price that the payer saw; if it is not so, nothing is begun.</param>
    public sealed record Request(
        Guid Key, ThreadId Thread, long Seq, int Button, string Method, int? Element = null, Guid? Quote = null, string? Option = null, PayerDetails? Details = null, Money? Amount = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/purchases", async Task<Results<Created<PurchaseView>, Ok<PurchaseView>>> (HttpContext context, CreatePurchase create, CancellationToken cancellationToken) =>
            {
                var request = await CardFreeBody.ReadAsync(context, CreatePurchaseJson.Default.Request);
                var (row, created) = await create.RunAsync(context.Person(), request, cancellationToken);
                return created ? TypedResults.Created($"/api/purchases/{row.Id}", PurchaseView.Of(row)) : TypedResults.Ok(PurchaseView.Of(row));
            })
            .For(Audience.Person).Accepts<Request>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithName("CreatePurchase").WithTags("Payments").WithSummary("Pay with a button of a message.");

    public async Task<(PurchaseRow Row, bool Created)> RunAsync(PersonId person, Request request, CancellationToken cancellationToken)
    {
        if (request.Key == Guid.Empty)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "key is a UUID made by the client.", "Make one when the pay sheet opens."));
        }

        // A repeat answers with what the first one began, whatever has become of message and method since.
        var hash = HashOf(request);
        if (await purchases.FindByKeyAsync(person, request.Key, hash, cancellationToken) is { } known)
        {
            return (known, false);
        }

        // Who is in the thread comes next: to anybody else nothing in it exists.
        var (page, offer) = await buttons.FindAsync(person, request.Thread, request.Seq, request.Element, request.Button, cancellationToken);
        var price = await prices.FindAsync(person, request, offer, cancellationToken);
        var method = await ChooseAsync(person, page, request.Method, offer.Total.Currency, cancellationToken);
        var name = (await pages.FindAsync([page], cancellationToken)).GetValueOrDefault(page)?.Name ?? offer.MerchantName;
        var stored = await purchases.CreateAsync(
            new(person, request.Thread, request.Seq, request.Element, request.Button, page, name, offer, price, method), request.Key, hash, cancellationToken);
        if (stored.Created)
        {
            lane.Start(stored.Row.Id);
        }

        return stored;
    }

    private async Task<ChosenMethod> ChooseAsync(PersonId person, PageId merchant, string method, Currency currency, CancellationToken cancellationToken)
    {
        if (MethodViews.CurrencyOfBalance(method) is { } balance)
        {
            return balance == currency
                ? ChosenMethod.Balance
                : throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "currency_differs", "Pay", $"The price is in {currency}, the balance in {balance}.",
                    $"Pay with a card, or with a balance in {currency}."));
        }

        if (!Guid.TryParse(method, out var id) || await methods.FindForAsync(person, id, cancellationToken) is not { } card)
        {
            throw new ProblemException(Problem.NotFound("payment_method_not_found", "way to pay"));
        }

        // A card is saved at one account of one processor, and can be charged nowhere else.
        var account = (await accounts.FindForAsync(merchant, cancellationToken))?.Name ?? SandboxProcessor.ProcessorName;
        return card.Processor == account
            ? new("card", card.Id, card.Brand, card.Last4, card.Processor)
            : throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "method_of_another_account", "Pay", "This card is saved at another processor than the one that this business sells through.",
                "Save a card with this business (POST /api/payment-methods/begin), or pay with your balance."));
    }

    private static byte[] HashOf(Request request) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"1|{request.Thread}|{request.Seq}|{request.Element}|{request.Button}|{request.Method}") + MoreOf(request)));

    // Nothing for a request of the first shape: keys of money stand for ever.
    private static string MoreOf(Request request) => request is { Quote: null, Option: null, Details: null, Amount: null }
        ? ""
        : "|2|" + JsonSerializer.Serialize(request with { Key = default }, CreatePurchaseJson.Default.Request);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CreatePurchase.Request))]
internal sealed partial class CreatePurchaseJson : JsonSerializerContext;
