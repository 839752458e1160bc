using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Kernel;

namespace Stoa.Payments;

/// <summary>
/// The news of topic <c>payments.desk</c>, key: the purchase's thread; consumed by Bots. Follows each change of a complaint or a dispute, exactly once, after the
/// event that shows it in the thread. One of the two is set.
/// </summary>
/// <param name="Amount">The price that was paid.</param>
/// <param name="PaymentId">As in <see cref="PurchaseCaptured"/>.</param>
public sealed record PurchaseDeskNews(
    Guid Purchase, PageId Page, PersonId Buyer, ThreadId Thread, string Payload, Money Amount, string Provider, string ChargeId, string PaymentId,
    PurchaseComplaint? Complaint, PurchaseDispute? Dispute, DateTimeOffset At)
{
    public const string Topic = "payments.desk";

    /// <summary>Reads <c>OutboxRow.Body</c> of this topic.</summary>
    public static PurchaseDeskNews Read(string body) =>
        JsonSerializer.Deserialize(body, PurchaseDeskNewsJson.Default.PurchaseDeskNews) ?? throw new JsonException("News of the desk is an object.");

    internal static string Write(PurchaseDeskNews news) => JsonSerializer.Serialize(news, PurchaseDeskNewsJson.Default.PurchaseDeskNews);
}

/// <param name="State"><c>open</c>, <c>settled</c>, <c>declined</c> or <c>withdrawn</c>.</param>
/// <param name="Wants"><c>refund</c> or <c>help</c>.</param>
/// <param name="Asked">What is to go back; null: all that is left, or help alone.</param>
public sealed record PurchaseComplaint(Guid Id, string State, string Wants, Money? Asked, string Note, DateTimeOffset AnswerBy);

/// <param name="State"><c>needs_response</c>, <c>under_review</c>, <c>won</c> or <c>lost</c>.</param>
/// <param name="AnswerBy">When the processor stops taking evidence; null: it does not say.</param>
public sealed record PurchaseDispute(string State, DateTimeOffset? AnswerBy);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PurchaseDeskNews))]
internal sealed partial class PurchaseDeskNewsJson : JsonSerializerContext;
