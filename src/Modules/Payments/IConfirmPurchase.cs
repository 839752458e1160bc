using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Kernel;

namespace Stoa.Payments;

/// <summary>Asks the merchant before the charge. Payments declares what it needs; the Bots module asks the bot (<c>messaging_pre_checkouts</c>).</summary>
public interface IConfirmPurchase
{
    /// <summary>Asked once per purchase in the state <c>confirming</c>; after a crash it may be asked again with the same id.</summary>
    /// <returns>Within 20 seconds: the merchant's word, or its stated rule when no answer came.</returns>
    Task<ConfirmOutcome> ConfirmAsync(PurchaseToConfirm purchase, CancellationToken cancellationToken);
}

/// <param name="Payload">The bot's own, from the button.</param>
/// <param name="RequestedUserInfo">Names of what the button asked for: <c>contact_name</c>, …</param>
/// <param name="Details">What the payer gave of it.</param>
public sealed record PurchaseToConfirm(
    Guid Purchase, PageId Page, PersonId Buyer, ThreadId Thread, string Payload, Money Amount, IReadOnlyList<string> RequestedUserInfo, PayerDetails? Details = null);

public enum ConfirmOutcome
{
    Accepted,

    /// <summary>The merchant said no: nothing is charged.</summary>
    Refused,

    /// <summary>No usable answer in time and the merchant's rule is to refuse: nothing is charged.</summary>
    NoAnswer,
}

/// <summary>
/// The news of topic <c>payments.captured</c>, key: the purchase's thread; consumed by Bots (<c>messaging_payments</c>). Follows from the transaction that
/// captures, exactly once, as soon as the payment stands as an event in the thread: never before it.
/// </summary>
/// <param name="Provider"><c>stripe</c>, <c>paypal</c>, <c>token</c>; the sandbox and balances speak as <c>stripe</c>, the shape that bots know.</param>
/// <param name="Details">What the payer gave of what the button asked for.</param>
/// <param name="ShippingOption">The bot's own id of the way of sending, of a button with a flexible price.</param>
public sealed record PurchaseCaptured(
    Guid Purchase, PageId Page, PersonId Buyer, ThreadId Thread, string Payload, Money Amount, IReadOnlyList<string> RequestedUserInfo,
    string Provider, string ChargeId, string PaymentId, bool IsTest, DateTimeOffset At, PayerDetails? Details = null, string? ShippingOption = null)
{
    public const string Topic = "payments.captured";

    /// <summary>Reads <c>OutboxRow.Body</c> of this topic.</summary>
    public static PurchaseCaptured Read(string body) =>
        JsonSerializer.Deserialize(body, PurchaseCapturedJson.Default.PurchaseCaptured) ?? throw new JsonException("News of a purchase is an object.");

    internal static string Write(PurchaseCaptured captured) => JsonSerializer.Serialize(captured, PurchaseCapturedJson.Default.PurchaseCaptured);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PurchaseCaptured))]
internal sealed partial class PurchaseCapturedJson : JsonSerializerContext;
