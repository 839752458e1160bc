using System.Text.Json;
using Npgsql;
using Stoa.Kernel;
using Stoa.Payments.Checkout;

namespace Stoa.Payments.Purchases;

/// <summary>A stored purchase: what was agreed, which never changes, and where it stands.</summary>
/// <param name="Processor">Null: paid from the balance.</param>
/// <param name="Dispute">A word of <c>DisputeStatus</c>; null: none.</param>
/// <param name="PaymentId">How payment events name the purchase to bots.</param>
/// <param name="Details">What the button asked of the payer; null for a purchase of before that was asked, or of a button that asks nothing.</param>
internal sealed record PurchaseRow(
    Guid Id, PersonId Person, ThreadId Thread, long Seq, int? Element, int Button, PageId Page, string MerchantName, string Payload,
    IReadOnlyList<string> RequestedUserInfo, IReadOnlyList<PriceLine> Lines, Money Amount, bool IsTest,
    string MethodKind, Guid? Method, string? Brand, string? Last4, string? Processor,
    Purchase Status, bool CancelAsked, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Lease, long Nudges, int Looks, string? Dispute, long PaymentId,
    ShippingChoice? Shipping, PayerDetails? Details, DateTimeOffset? DisputeAnswerBy)
{
    public const string Columns =
        """
        p.id, p.person, p.thread, p.seq, p.element, p.button, p.page, p.merchant_name, p.payload, p.requested_user_info, p.lines, p.amount_minor, p.currency, p.is_test,
        p.method_kind, p.method, p.method_brand, p.method_last4, p.processor, p.state, p.failure, p.action_url, p.cancel_asked, p.created_at, p.updated_at,
        p.lease, p.nudges, p.looks, p.refunded_minor, p.dispute, p.payment_id, p.shipping, p.details, p.dispute_answer_by
        """;

    public static PurchaseRow Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), new(reader.GetInt64(1)), new(reader.GetInt64(2)), reader.GetInt64(3), reader.IsDBNull(4) ? null : reader.GetInt16(4), reader.GetInt16(5),
        new(reader.GetInt64(6)), reader.GetString(7), reader.GetString(8), reader.GetFieldValue<string[]>(9),
        JsonSerializer.Deserialize(reader.GetString(10), PaymentsJson.Default.ListPriceLine) ?? [], new(reader.GetInt64(11), Currency.Of(reader.GetString(12))), reader.GetBoolean(13),
        reader.GetString(14), reader.IsDBNull(15) ? null : reader.GetGuid(15), TextAt(reader, 16), TextAt(reader, 17), TextAt(reader, 18),
        new(Words.Read<PurchaseState>(reader.GetString(19)), TextAt(reader, 20) is { } failure ? Words.Read<PurchaseFailure>(failure) : null, TextAt(reader, 21), reader.GetInt64(28)), reader.GetBoolean(22),
        new(reader.GetFieldValue<DateTime>(23), TimeSpan.Zero), new(reader.GetFieldValue<DateTime>(24), TimeSpan.Zero), reader.GetInt64(25), reader.GetInt64(26), reader.GetInt32(27),
        TextAt(reader, 29), reader.GetInt64(30),
        TextAt(reader, 31) is { } shipping ? JsonSerializer.Deserialize(shipping, CheckoutJson.Default.ShippingChoice) : null,
        TextAt(reader, 32) is { } details ? JsonSerializer.Deserialize(details, CheckoutJson.Default.PayerDetails) : null,
        reader.IsDBNull(33) ? null : new(reader.GetFieldValue<DateTime>(33), TimeSpan.Zero));

    private static string? TextAt(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}

/// <summary>Names of enum members as they are written in the database and on the wire: <c>requires_action</c>.</summary>
internal static class Words
{
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <exception cref="InvalidOperationException">The database has a word that this program does not know.</exception>
    public static T Read<T>(string word) where T : struct, Enum =>
        Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => Of(value!.Value) == word) // The sequence has no nulls; the type is for the default.
            ?? throw new InvalidOperationException($"'{word}' is no {typeof(T).Name}.");
}
