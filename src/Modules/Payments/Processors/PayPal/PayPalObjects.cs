using System.Text.Json;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.PayPal;

/// <summary>Reads PayPal's objects and errors. Pure. The state comes from the capture or authorisation, never from the order around it.</summary>
internal static class PayPalObjects
{
    private static readonly HashSet<string> declined =
    [
        "INSTRUMENT_DECLINED", "PAYMENT_SOURCE_DECLINED_BY_PROCESSOR", "TRANSACTION_REFUSED", "CARD_EXPIRED", "PAYER_CANNOT_PAY", "PAYMENT_SOURCE_CANNOT_BE_USED",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
    ];

    /// <param name="given">Whether it was given up by us: an order cannot be, but nothing is charged that we do not capture.</param>
    public static ProcessorPayment? ReadOrder(JsonElement order, bool given, DisputeStatus dispute)
    {
        var unit = order.Items("purchase_units").FirstOrDefault();
        if (order.Text("id") is not { } id || Amount(unit.Member("amount")) is not { } amount)
        {
            return null;
        }

        var payments = unit.Member("payments");
        var captures = payments.Member("captures").Items().ToList();
        var authorisation = payments.Member("authorizations").Items().LastOrDefault();
        var captured = captures.Where(c => c.Text("status") is "COMPLETED" or "PARTIALLY_REFUNDED" or "REFUNDED").Sum(c => Amount(c.Member("amount"))?.AmountMinor ?? 0);
        var refunded = payments.Member("refunds").Items().Where(r => ReadRefund(r) is { Status: not RefundStatus.Failed }).Sum(r => Amount(r.Member("amount"))?.AmountMinor ?? 0);
        var (status, failure) = (captures.LastOrDefault().Text("status"), authorisation.Text("status"), order.Text("status")) switch
        {
            ("COMPLETED" or "PARTIALLY_REFUNDED" or "REFUNDED", _, _) => (refunded > 0 && refunded == captured ? PaymentStatus.Refunded : PaymentStatus.Captured, (string?)null),
            ("PENDING", _, _) => (PaymentStatus.Processing, null),
            ("DECLINED" or "FAILED", _, _) => (PaymentStatus.Failed, FailureOf(captures[^1])),
            (_, "CREATED" or "PARTIALLY_CAPTURED", _) => (PaymentStatus.Authorised, null),
            (_, "DENIED", _) => (PaymentStatus.Failed, FailureOf(authorisation)),
            (_, "VOIDED", _) or (_, _, "VOIDED") => (PaymentStatus.Voided, null),
            (null, null, _) when given => (PaymentStatus.Voided, null),
            (_, _, "PAYER_ACTION_REQUIRED") => (PaymentStatus.RequiresAction, null),
            _ => (PaymentStatus.Processing, null),
        };
        return new(id, unit.Text("custom_id") ?? captures.LastOrDefault().Text("custom_id") ?? "", amount, status, failure,
            status == PaymentStatus.RequiresAction ? LinkOf(order, "payer-action") ?? LinkOf(order, "approve") : null, captured, refunded, dispute);
    }

    public static ProcessorRefund? ReadRefund(JsonElement refund) => refund.Text("id") is { } id && Amount(refund.Member("amount")) is { } amount
        ? new(id, amount.AmountMinor, refund.Text("status") switch
        {
            "COMPLETED" => RefundStatus.Succeeded,
            "FAILED" or "CANCELLED" => RefundStatus.Failed,
            _ => RefundStatus.Pending,
        })
        : null;

    public static DisputeStatus ReadDispute(JsonElement dispute) => (dispute.Text("status"), dispute.Member("dispute_outcome").Text("outcome_code")) switch
    {
        ("RESOLVED", "RESOLVED_BUYER_FAVOUR" or "ACCEPTED") => DisputeStatus.Lost,
        ("RESOLVED", _) => DisputeStatus.Won,
        ("UNDER_REVIEW", _) => DisputeStatus.UnderReview,
        _ => DisputeStatus.NeedsResponse,
    };

    /// <summary>The first issue of a refusal, by which PayPal says what it means.</summary>
    public static string? IssueOf(Reply.Answered reply) => reply.Json.Items("details").Select(d => d.Text("issue")).FirstOrDefault(i => i is not null) ?? reply.Json.Text("name");

    /// <summary>Null: it is no decline of the payer's bank.</summary>
    public static string? DeclineOf(Reply.Answered reply) =>
        reply.Status == 422 && IssueOf(reply) is { } issue && declined.Contains(issue) ? issue == "CARD_EXPIRED" ? "expired_card" : "declined" : null;

    /// <summary>What a refusal means; null: it says nothing for certain, or that it had happened already: look.</summary>
    public static string? RefusalOf(Reply.Answered reply) => (reply.Status, IssueOf(reply)) switch
    {
        (409 or 429 or >= 500, _) => null,
        (401 or 403, _) or (_, "PAYEE_ACCOUNT_RESTRICTED" or "PAYEE_ACCOUNT_LOCKED_OR_CLOSED" or "NOT_ENABLED_FOR_CARD_PROCESSING" or "PERMISSION_DENIED") => "config",
        (_, "TOKEN_ID_NOT_FOUND" or "TOKEN_EXPIRED" or "MISMATCHED_VAULT_ID_TO_PAYMENT_SOURCE") => "card_unknown",
        (_, "REFUND_AMOUNT_EXCEEDED" or "CAPTURE_FULLY_REFUNDED" or "MAX_CAPTURE_AMOUNT_EXCEEDED") => "exceeds",
        (_, "REFUND_TIME_LIMIT_EXCEEDED" or "REFUND_FAILED_INSUFFICIENT_FUNDS" or "TRANSACTION_DISPUTED" or "PENDING_CAPTURE") => "not_refundable",
        (_, "AUTHORIZATION_ALREADY_CAPTURED" or "AUTHORIZATION_VOIDED" or "AUTHORIZATION_EXPIRED") => "not_capturable",
        (404, _) => "not_found",
        (422, "ORDER_ALREADY_CAPTURED" or "ORDER_ALREADY_AUTHORIZED" or "ORDER_COMPLETION_IN_PROGRESS" or "PREVIOUS_REQUEST_IN_PROGRESS") => null,
        (400 or 422, not null) => "invalid",
        _ => null,
    };

    public static Kernel.Money? Amount(JsonElement? amount) => WireAmounts.FromDecimal(amount.Text("value"), amount.Text("currency_code"));

    private static string? LinkOf(JsonElement order, string rel) => order.Items("links").Where(l => l.Text("rel") == rel).Select(l => l.Text("href")).FirstOrDefault();

    private static string FailureOf(JsonElement payment) => payment.Member("processor_response").Text("response_code") switch
    {
        "5120" => "insufficient_funds",
        "5400" => "expired_card",
        _ => "declined",
    };
}
