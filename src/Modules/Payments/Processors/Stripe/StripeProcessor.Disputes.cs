using System.Text.Json;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.Stripe;

/// <summary>Disputes at Stripe: looked up by the payment, closed to give in, contested with one text that is submitted for good.</summary>
internal sealed partial class StripeProcessor : IDisputeDesk
{
    public async Task<DisputeAnswer> FindDisputeAsync(string paymentRef, CancellationToken cancellationToken) =>
        await FindAsync(paymentRef, cancellationToken) is var (dispute, refused) && dispute is { } found ? Read(found) : refused;

    public async Task<DisputeAnswer> AcceptDisputeAsync(string paymentRef, CancellationToken cancellationToken) =>
        await FindAsync(paymentRef, cancellationToken) is var (dispute, refused) && dispute is { } found && found.Text("id") is { } id && IsId(id, "dp_")
            ? StripeObjects.DisputeOf(found.Text("status")) == DisputeStatus.Lost ? Read(found) : Answer(await api.PostAsync($"/v1/disputes/{id}/close", $"accept/{id}", [], cancellationToken))
            : refused;

    public async Task<DisputeAnswer> ContestDisputeAsync(string requestKey, string paymentRef, string evidence, CancellationToken cancellationToken) =>
        await FindAsync(paymentRef, cancellationToken) is var (dispute, refused) && dispute is { } found && found.Text("id") is { } id && IsId(id, "dp_")
            ? Answer(await api.PostAsync($"/v1/disputes/{id}", requestKey, [("evidence[uncategorized_text]", evidence), ("submit", "true")], cancellationToken))
            : refused;

    private async Task<(JsonElement? Dispute, DisputeAnswer Refused)> FindAsync(string paymentRef, CancellationToken cancellationToken) =>
        !IsId(paymentRef, "pi_") ? (null, new DisputeAnswer.Refused("not_found")) : await api.GetAsync($"/v1/disputes?payment_intent={paymentRef}&limit=1", cancellationToken) switch
        {
            Reply.Answered { Success: true, Json: var list } => list.Items("data").FirstOrDefault() is { ValueKind: JsonValueKind.Object } found
                ? (found, new DisputeAnswer.Unclear())
                : (null, new DisputeAnswer.Refused("not_found")),
            Reply.Answered refused when StripeObjects.RefusalOf(refused) is { } code => (null, new DisputeAnswer.Refused(code)),
            _ => (null, new DisputeAnswer.Unclear()),
        };

    private static DisputeAnswer Answer(Reply reply) => reply switch
    {
        Reply.Answered { Success: true, Json: var dispute } => Read(dispute),
        // Stripe refuses what is closed or overdue as a bad request.
        Reply.Answered { Success: false, Status: 400 } => new DisputeAnswer.Refused("dispute_closed"),
        Reply.Answered refused when StripeObjects.RefusalOf(refused) is { } code => new DisputeAnswer.Refused(code),
        _ => new DisputeAnswer.Unclear(),
    };

    private static DisputeAnswer.Known Read(JsonElement dispute) => new(
        StripeObjects.DisputeOf(dispute.Text("status")),
        dispute.Member("evidence_details").Member("due_by") is { ValueKind: JsonValueKind.Number } due && due.TryGetInt64(out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null);
}
