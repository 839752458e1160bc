using Dapper;
using Npgsql;
using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Sandbox;

/// <summary>Disputes of the sandbox: they are to be answered within seven days, and the evidence says how they end.</summary>
internal sealed partial class SandboxProcessor : IDisputeDesk
{
    private static readonly TimeSpan disputesAreAnsweredWithin = TimeSpan.FromDays(7);

    public async Task<DisputeAnswer> FindDisputeAsync(string paymentRef, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindDisputeAsync(connection, null, paymentRef, cancellationToken) ?? (DisputeAnswer)new DisputeAnswer.Refused("not_found");
    }

    public Task<DisputeAnswer> AcceptDisputeAsync(string paymentRef, CancellationToken cancellationToken) => AnswerDisputeAsync(paymentRef, "lost", cancellationToken);

    /// <param name="evidence"><c>winning_evidence</c> wins and <c>losing_evidence</c> loses; anything else is under review.</param>
    public Task<DisputeAnswer> ContestDisputeAsync(string requestKey, string paymentRef, string evidence, CancellationToken cancellationToken) => AnswerDisputeAsync(paymentRef, evidence switch
    {
        "winning_evidence" => "won",
        "losing_evidence" => "lost",
        _ => "under_review",
    }, cancellationToken);

    private async Task<DisputeAnswer> AnswerDisputeAsync(string paymentRef, string becomes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "select from payments.sandbox_payments where ref = @paymentRef for update", new { paymentRef }, transaction, cancellationToken: cancellationToken));
        if (await FindDisputeAsync(connection, transaction, paymentRef, cancellationToken) is not { } dispute)
        {
            return new DisputeAnswer.Refused("not_found");
        }

        // The same again is the same.
        if (Words.Of(dispute.Status) == becomes)
        {
            return dispute;
        }

        if (dispute.Status != DisputeStatus.NeedsResponse || dispute.AnswerBy < time.GetUtcNow())
        {
            return new DisputeAnswer.Refused("dispute_closed");
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.sandbox_payments set dispute = @becomes where ref = @paymentRef", new { paymentRef, becomes }, transaction, cancellationToken: cancellationToken));
        await SandboxEvents.PlanAsync(connection, transaction, paymentRef, null, Now, copies: 1, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return dispute with { Status = Words.Read<DisputeStatus>(becomes) };
    }

    private static async Task<DisputeAnswer.Known?> FindDisputeAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, string paymentRef, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<(string Status, DateTime? At)?>(new CommandDefinition(
            "select coalesce(dispute, 'needs_response'), disputed_at from payments.sandbox_payments where ref = @paymentRef and disputed",
            new { paymentRef }, transaction, cancellationToken: cancellationToken));
        return row is var (status, at) ? new(Words.Read<DisputeStatus>(status), at is { } since ? new DateTimeOffset(since, TimeSpan.Zero) + disputesAreAnsweredWithin : null) : null;
    }
}
