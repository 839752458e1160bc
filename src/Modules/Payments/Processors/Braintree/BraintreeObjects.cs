using System.Text.Json;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.Braintree;

/// <summary>Reads Braintree's objects. Pure. A decline is no error: it is a transaction with a status.</summary>
internal static class BraintreeObjects
{
    public static ProcessorPayment? ReadTransaction(JsonElement transaction)
    {
        var history = transaction.Items("statusHistory").ToList();
        // What was asked for stands in the first event; the transaction's own amount falls with a capture in part.
        if (transaction.Text("id") is not { } id || Amount(transaction.Member("amount")) is not { } now
            || (history.Select(e => Amount(e.Member("amount"))).FirstOrDefault(a => a is not null) ?? now) is var asked && asked.AmountMinor < now.AmountMinor)
        {
            return null;
        }

        var refunded = transaction.Items("refunds").Where(r => ReadRefund(r) is { Status: not RefundStatus.Failed }).Sum(r => Amount(r.Member("amount"))?.AmountMinor ?? 0);
        PaymentStatus? status = transaction.Text("status") switch
        {
            "AUTHORIZING" or "SETTLEMENT_PENDING" => PaymentStatus.Processing,
            "AUTHORIZED" => PaymentStatus.Authorised,
            "SUBMITTED_FOR_SETTLEMENT" or "SETTLING" or "SETTLED" or "SETTLEMENT_CONFIRMED" => refunded > 0 && refunded == now.AmountMinor ? PaymentStatus.Refunded : PaymentStatus.Captured,
            "VOIDED" or "AUTHORIZATION_EXPIRED" => PaymentStatus.Voided,
            "PROCESSOR_DECLINED" or "GATEWAY_REJECTED" or "FAILED" or "SETTLEMENT_DECLINED" => PaymentStatus.Failed,
            _ => null,
        };
        var captured = status is PaymentStatus.Captured or PaymentStatus.Refunded ? now.AmountMinor : 0;
        return status is { } known
            ? new(id, transaction.Text("orderId") ?? "", asked, known, known == PaymentStatus.Failed ? FailureOf(history) : null, null, captured, refunded, DisputeOf(transaction))
            : null;
    }

    /// <summary>The real transaction that a rejected one is a duplicate of; null: it is none.</summary>
    public static string? DuplicateOf(JsonElement transaction) => transaction.Items("statusHistory")
        .Where(e => e.Text("gatewayRejectionReason") == "DUPLICATE").Select(e => e.Member("duplicateOf").Text("id")).FirstOrDefault(id => id is not null);

    /// <summary>Only then does Braintree take refunds.</summary>
    public static bool IsSettled(JsonElement transaction) => transaction.Text("status") is "SETTLING" or "SETTLED" or "SETTLEMENT_CONFIRMED";

    public static ProcessorRefund? ReadRefund(JsonElement refund) => refund.Text("id") is { } id && Amount(refund.Member("amount")) is { } amount
        ? new(id, amount.AmountMinor, refund.Text("status") switch
        {
            "SUBMITTED_FOR_SETTLEMENT" or "SETTLING" or "SETTLED" or "SETTLEMENT_CONFIRMED" => RefundStatus.Succeeded,
            "FAILED" or "PROCESSOR_DECLINED" or "SETTLEMENT_DECLINED" or "GATEWAY_REJECTED" or "VOIDED" => RefundStatus.Failed,
            _ => RefundStatus.Pending,
        })
        : null;

    private static DisputeStatus DisputeOf(JsonElement transaction) => transaction.Items("disputes").LastOrDefault().Text("status") switch
    {
        null => DisputeStatus.None,
        "DISPUTED" or "UNDER_REVIEW" => DisputeStatus.UnderReview,
        "WON" => DisputeStatus.Won,
        "LOST" or "ACCEPTED" or "AUTO_ACCEPTED" or "EXPIRED" => DisputeStatus.Lost,
        _ => DisputeStatus.NeedsResponse,
    };

    private static string FailureOf(List<JsonElement> history)
    {
        if (history.Any(e => e.Text("gatewayRejectionReason") == "THREE_D_SECURE"))
        {
            return "authentication_failed";
        }

        return history.Select(e => e.Member("processorResponse").Text("legacyCode")).FirstOrDefault(c => c is not null) switch
        {
            "2001" => "insufficient_funds",
            "2004" => "expired_card",
            "2099" => "authentication_failed",
            _ => "declined",
        };
    }

    private static Kernel.Money? Amount(JsonElement? amount) => WireAmounts.FromDecimal(amount.Text("value"), amount.Text("currencyCode"));
}
