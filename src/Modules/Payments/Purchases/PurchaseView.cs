using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Kernel;

namespace Stoa.Payments.Purchases;

/// <summary>A purchase on the wire (docs/protocol/http.md, <c>Purchase</c>). What is absent is left out.</summary>
/// <remarks>How members are written stands on the members: the options of a context do not reach the server's own answers.</remarks>
internal sealed record PurchaseView
{
    public required Guid Id { get; init; }

    public required PurchaseState State { get; init; }

    public required ThreadId Thread { get; init; }

    public required long Seq { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Element { get; init; }

    public required int Button { get; init; }

    public required Money Amount { get; init; }

    /// <summary>What has gone back of it; absent while that is nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? Refunded { get; init; }

    public required IReadOnlyList<PriceLine> Lines { get; init; }

    /// <summary>The way of sending that was chosen; absent for a fixed price.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShippingChoice? Shipping { get; init; }

    public required MerchantView Merchant { get; init; }

    public required MethodView Method { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FailureView? Failure { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ActionView? Action { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    public sealed record MerchantView(PageId Id, string Name);

    /// <param name="Kind"><c>card</c> or <c>balance</c>; brand and last four are a card's.</param>
    public sealed record MethodView(
        string Kind,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Brand,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Last4);

    public sealed record FailureView(PurchaseFailure Code);

    public sealed record ActionView(string Kind, string Url);

    public sealed record LiveFrame([property: JsonPropertyOrder(-1)] string Op, PurchaseView Purchase);

    /// <summary>What the thread shows of it (docs/protocol/http.md, <c>Payment</c>).</summary>
    /// <param name="Refunded">What has gone back in all; absent in the event of the payment itself.</param>
    public sealed record PaymentView(
        Guid Purchase, long Of, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Element, int Button, PurchaseState State, Money Amount, MethodView Method,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Money? Refunded);

    public sealed record PaymentEventBody(PaymentView Payment);

    public static PurchaseView Of(PurchaseRow row) => new()
    {
        Id = row.Id,
        State = row.Status.State,
        Thread = row.Thread,
        Seq = row.Seq,
        Element = row.Element,
        Button = row.Button,
        Amount = row.Amount,
        Refunded = row.Status.RefundedMinor > 0 ? new(row.Status.RefundedMinor, row.Amount.Currency) : null,
        Lines = row.Lines,
        Shipping = row.Shipping,
        Merchant = new(row.Page, row.MerchantName),
        Method = MethodOf(row),
        Failure = row.Status.Failure is { } failure ? new(failure) : null,
        Action = row.Status.ActionUrl is { } url ? new("challenge", url) : null,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };

    public static MethodView MethodOf(PurchaseRow row) => new(row.MethodKind, row.Brand, row.Last4);

    public static byte[] FrameOf(PurchaseRow row) => JsonSerializer.SerializeToUtf8Bytes(new LiveFrame("purchase", Of(row)), PaymentsJson.Default.LiveFrame);
}

/// <summary>Enums are words in lower_snake_case on the wire and in the database alike.</summary>
internal sealed class SnakeCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PurchaseView))]
[JsonSerializable(typeof(PurchaseView.LiveFrame))]
[JsonSerializable(typeof(PurchaseView.PaymentEventBody))]
[JsonSerializable(typeof(List<PriceLine>))]
[JsonSerializable(typeof(TellThread.News))]
[JsonSerializable(typeof(Methods.MethodViews.MethodList))]
[JsonSerializable(typeof(Methods.MethodViews.CardMethod))]
[JsonSerializable(typeof(Methods.MethodViews.BalanceMethod))]
[JsonSerializable(typeof(Methods.PayConfig))]
[JsonSerializable(typeof(Refunds.BusinessPurchaseView))]
[JsonSerializable(typeof(Refunds.BusinessPurchaseView.Page))]
[JsonSerializable(typeof(Refunds.RefundView))]
[JsonSerializable(typeof(Accounts.AccountView))]
[JsonSerializable(typeof(Methods.BeginSave.Begun))]
[JsonSerializable(typeof(Checkout.QuoteView))]
[JsonSerializable(typeof(Desk.Complain.DeskView))]
[JsonSerializable(typeof(Desk.ComplaintView))]
[JsonSerializable(typeof(Desk.ComplaintView.Several))]
[JsonSerializable(typeof(Desk.DisputeView))]
[JsonSerializable(typeof(Checkout.SavedDetails.View))]
internal sealed partial class PaymentsJson : JsonSerializerContext;
