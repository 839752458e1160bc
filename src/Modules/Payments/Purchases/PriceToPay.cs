using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Payments.Checkout;
using Stoa.Threads;

namespace Stoa.Payments.Purchases;

/// <summary>What a payer agrees to: the price with its lines, the way of sending, and what the button asked of them.</summary>
internal sealed record AgreedPrice(Money Amount, IReadOnlyList<PriceLine> Lines, PayerDetails? Details, Guid? Quote = null, ShippingChoice? Shipping = null);

/// <summary>Reckons the price of a purchase on the server: from the stored message and, where it is flexible, from the merchant's stored answer.</summary>
internal sealed class PriceToPay(QuoteStore quotes, IBusinessThreads people, TimeProvider time)
{
    /// <exception cref="ProblemException">404 <c>quote_not_found</c>, <c>option_not_found</c>; 409 <c>quote_outdated</c>, <c>price_changed</c>; 422 <c>quote_required</c>, <c>details_missing</c>; 400 <c>details_invalid</c>.</exception>
    public async Task<AgreedPrice> FindAsync(PersonId person, CreatePurchase.Request request, PaymentButton offer, CancellationToken cancellationToken)
    {
        var (amount, lines, quote, shipping) = (offer.Total, offer.Lines, (QuoteRow?)null, (ShippingChoice?)null);
        if (offer.IsFlexible)
        {
            quote = await FindQuoteAsync(person, request, cancellationToken);
            var option = quote.Options.FirstOrDefault(o => o.Id == request.Option) ?? throw new ProblemException(Problem.NotFound("option_not_found", "way of sending"));
            (amount, lines, shipping) = (new(checked(amount.AmountMinor + option.AmountMinor), amount.Currency), [.. lines, .. option.Lines], new(option.Id, option.Title));
        }
        else if (request.Quote is not null || request.Option is not null)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "The price of this button is fixed: it takes neither quote nor option.", "Leave them out."));
        }

        if (request.Amount is { } seen && seen != amount)
        {
            throw new ProblemException(new(StatusCodes.Status409Conflict, "price_changed", "Pay", $"The price is {amount}, not {seen}. Nothing was charged.", "Show the new price, and pay it with a new key."));
        }

        return new(amount, lines, await FindDetailsAsync(person, request, offer, quote, cancellationToken), quote?.Id, shipping);
    }

    private async Task<QuoteRow> FindQuoteAsync(PersonId person, CreatePurchase.Request request, CancellationToken cancellationToken)
    {
        if (request.Quote is not { } id || request.Option is null)
        {
            throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "quote_required", "Pay", "The price of this button depends on where it is sent.",
                "Ask for it (POST /api/purchases/quotes), and send quote and option with the purchase."));
        }

        var quote = await quotes.FindAsync(person, id, cancellationToken);
        if (quote is null || (quote.Thread, quote.Seq, quote.Element, quote.Button) != (request.Thread, request.Seq, request.Element, request.Button))
        {
            throw new ProblemException(Problem.NotFound("quote_not_found", "price for this button"));
        }

        return quote is { State: QuoteState.Offered, Superseded: false } && quote.ExpiresAt > time.GetUtcNow() ? quote : throw Outdated(id);
    }

    public static ProblemException Outdated(Guid quote) =>
        new(new(StatusCodes.Status409Conflict, "quote_outdated", "Pay", $"The price of quote {quote} is not offered (any more). Nothing was charged.", "Ask for the price again, with a new key."));

    private async Task<PayerDetails?> FindDetailsAsync(PersonId person, CreatePurchase.Request request, PaymentButton offer, QuoteRow? quote, CancellationToken cancellationToken)
    {
        if (offer.RequestedUserInfo.Count == 0)
        {
            return null;
        }

        var details = CleanDetails.Of(request.Details ?? new());
        details = details with
        {
            // What they are called here is known to the business anyway.
            Name = details.Name ?? (await people.FindProfileAsync(person, cancellationToken))?.Name,
            Address = quote?.Address ?? details.Address,
        };
        var missing = CleanDetails.Missing(details, offer.RequestedUserInfo);
        return missing.Count == 0
            ? CleanDetails.Only(details, offer.RequestedUserInfo)
            : throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "details_missing", "Pay", $"The business asks for {string.Join(", ", missing)}.", "Send them as details."));
    }
}
