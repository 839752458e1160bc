using Stoa.Kernel;

namespace Stoa.Payments;

/// <summary>Asks the merchant what sending costs, for a button whose price depends on it. Payments declares what it needs; the Bots module asks the bot (<c>messaging_checkout_updates</c>).</summary>
public interface IAskForPrice
{
    /// <summary>Asked once for each quote; asked again with the same id, after a crash or by a second caller, it brings the same answer.</summary>
    /// <returns>Within 20 seconds.</returns>
    Task<PriceAnswer> AskAsync(PriceToAsk quote, CancellationToken cancellationToken);
}

/// <param name="Quote">Names the question; each change of the address is another one.</param>
/// <param name="Payload">The bot's own, from the button.</param>
public sealed record PriceToAsk(Guid Quote, PageId Page, PersonId Buyer, ThreadId Thread, string Payload, PostalAddress Address);

/// <summary>How the merchant answered a question for a price.</summary>
public abstract record PriceAnswer
{
    private PriceAnswer()
    {
    }

    /// <param name="Json">The body as the bot wrote it: JSON, and nothing more is known of it.</param>
    public sealed record Answered(string Json) : PriceAnswer;

    /// <summary>The bot answered with something that is no JSON.</summary>
    public sealed record Unreadable : PriceAnswer;

    /// <summary>Nothing came in time.</summary>
    public sealed record Silent : PriceAnswer;

    /// <summary>Nobody at the business takes such questions.</summary>
    public sealed record NobodyToAsk : PriceAnswer;
}

/// <summary>Where something is to be sent.</summary>
/// <param name="Name">Who it is for; null: the payer.</param>
/// <param name="Country">Two capital letters (ISO 3166).</param>
public sealed record PostalAddress(string Street1, string City, string PostalCode, string Country, string? Street2 = null, string? State = null, string? Name = null);

/// <summary>What a button may ask of its payer beside the price; what it did not ask for is null.</summary>
public sealed record PayerDetails(string? Name = null, string? Email = null, string? Phone = null, PostalAddress? Address = null);

/// <summary>The way of sending that the payer chose.</summary>
/// <param name="Id">The bot's own.</param>
public sealed record ShippingChoice(string Id, string Title);
