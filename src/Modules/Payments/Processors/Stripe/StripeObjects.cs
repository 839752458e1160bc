using System.Text.Json;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.Stripe;

/// <summary>Reads Stripe's objects and errors. Pure.</summary>
internal static class StripeObjects
{
    /// <summary>Null: not a whole payment intent.</summary>
    /// <param name="dispute">Looked up beside it, where its charge says that it is disputed.</param>
    public static ProcessorPayment? ReadIntent(JsonElement intent, DisputeStatus dispute)
    {
        if (intent.Text("id") is not { } id || WireAmounts.FromStripe(intent.Number("amount"), intent.Text("currency")) is not { } amount)
        {
            return null;
        }

        var charge = intent.Member("latest_charge");
        var error = intent.Member("last_payment_error");
        var captured = Minor(intent.Number("amount_received"), intent);
        var refunded = charge is { ValueKind: JsonValueKind.Object } ? Minor(charge.Number("amount_refunded"), intent) : 0;
        PaymentStatus? status = intent.Text("status") switch
        {
            "succeeded" => refunded > 0 && refunded == captured ? PaymentStatus.Refunded : PaymentStatus.Captured,
            "processing" or "requires_confirmation" => PaymentStatus.Processing,
            "requires_action" => PaymentStatus.RequiresAction,
            "requires_capture" => PaymentStatus.Authorised,
            "requires_payment_method" => error is null ? PaymentStatus.Processing : PaymentStatus.Failed,
            "canceled" => PaymentStatus.Voided,
            _ => null,
        };
        return status is not { } known ? null : new(
            id, intent.Member("metadata").Text("purchase") ?? "", amount, known, known == PaymentStatus.Failed ? FailureOf(error) : null,
            known == PaymentStatus.RequiresAction ? intent.Member("next_action").Member("redirect_to_url").Text("url") : null, captured, refunded, dispute);
    }

    public static bool IsDisputed(JsonElement intent) => intent.Member("latest_charge") is { ValueKind: JsonValueKind.Object } charge && charge.IsTrue("disputed");

    public static ProcessorRefund? ReadRefund(JsonElement refund)
    {
        if (refund.Text("id") is not { } id || WireAmounts.FromStripe(refund.Number("amount"), refund.Text("currency")) is not { } amount)
        {
            return null;
        }

        RefundStatus? status = refund.Text("status") switch
        {
            "pending" or "requires_action" => RefundStatus.Pending,
            "succeeded" => RefundStatus.Succeeded,
            "failed" or "canceled" => RefundStatus.Failed,
            _ => null,
        };
        return status is { } known ? new(id, amount.AmountMinor, known) : null;
    }

    public static DisputeStatus DisputeOf(string? status) => status switch
    {
        "warning_needs_response" or "needs_response" or "appeal_needs_response" => DisputeStatus.NeedsResponse,
        "warning_under_review" or "under_review" or "appeal_under_review" => DisputeStatus.UnderReview,
        "won" or "warning_closed" => DisputeStatus.Won,
        "lost" => DisputeStatus.Lost,
        _ => DisputeStatus.NeedsResponse,
    };

    /// <summary>What a refusal means; null: it says nothing for certain, or asks for a later try.</summary>
    public static string? RefusalOf(Reply.Answered reply)
    {
        var error = reply.Json.Member("error");
        return (reply.Status, error.Text("code"), error.Text("type"), error.Text("param")) switch
        {
            (409 or 429 or >= 500, _, _, _) => null,
            (_, "idempotency_key_in_use" or "lock_timeout" or "rate_limit", _, _) => null,
            (401 or 403, _, _, _) => "config",
            (_, _, "idempotency_error", _) => "key_reused",
            (_, "resource_missing", _, "payment_method" or "customer") => "card_unknown",
            (404, _, _, _) or (_, "resource_missing", _, _) => "not_found",
            (_, "payment_intent_unexpected_state", _, _) => "not_capturable",
            (_, "charge_already_refunded", _, _) or (_, _, _, "amount") => "exceeds",
            (_, "charge_disputed", _, _) => "not_refundable",
            (400 or 402 or 422, _, not null, _) => "invalid",
            _ => null,
        };
    }

    private static string FailureOf(JsonElement? error) => (error.Text("decline_code") ?? error.Text("code")) switch
    {
        "insufficient_funds" => "insufficient_funds",
        "expired_card" => "expired_card",
        "authentication_required" or "payment_intent_authentication_failure" => "authentication_failed",
        _ => error.Text("code") is "expired_card" ? "expired_card" : "declined",
    };

    private static long Minor(long? amount, JsonElement intent) => WireAmounts.FromStripe(amount ?? 0, intent.Text("currency"))?.AmountMinor ?? 0;
}
