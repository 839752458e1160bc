using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Kernel;

namespace Stoa.Payments;

/// <summary>
/// The news of topic <c>payments.refunded</c>, key: the purchase's thread; consumed by Bots. Follows each change of what has gone back of a purchase, exactly
/// once, after the event that shows it in the thread.
/// </summary>
/// <param name="Amount">The price that was paid.</param>
/// <param name="Refunded">What has gone back in all; zero when the only refund came back.</param>
/// <param name="Change">By how much that rose with this; negative when a refund came back.</param>
/// <param name="PaymentId">As in <see cref="PurchaseCaptured"/>.</param>
public sealed record PurchaseRefunded(
    Guid Purchase, PageId Page, PersonId Buyer, ThreadId Thread, string Payload, Money Amount, Money Refunded, Money Change,
    string Provider, string ChargeId, string PaymentId, bool IsTest, DateTimeOffset At)
{
    public const string Topic = "payments.refunded";

    /// <summary>Reads <c>OutboxRow.Body</c> of this topic.</summary>
    public static PurchaseRefunded Read(string body) =>
        JsonSerializer.Deserialize(body, PurchaseRefundedJson.Default.PurchaseRefunded) ?? throw new JsonException("News of a refund is an object.");

    internal static string Write(PurchaseRefunded refunded) => JsonSerializer.Serialize(refunded, PurchaseRefundedJson.Default.PurchaseRefunded);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PurchaseRefunded))]
internal sealed partial class PurchaseRefundedJson : JsonSerializerContext;
