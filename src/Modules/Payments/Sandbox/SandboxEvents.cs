using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Nodes;
using Stoa.Payments.Processors;

namespace Stoa.Payments.Sandbox;

/// <summary>What the sandbox does by itself when its time has come, and tells by signed webhooks, sometimes late and sometimes twice.</summary>
internal sealed partial class SandboxEvents(
    NpgsqlDataSource database, NodeLeases leases, SandboxProcessor sandbox, ReceiveEvent receive, TimeProvider time, ILogger<SandboxEvents> log) : BackgroundService
{
    private static readonly TimeSpan every = TimeSpan.FromMilliseconds(500);

    /// <param name="becomes"><c>captured</c>, <c>disputed</c>, <c>challenge_over</c>, <c>refund_succeeded</c>, <c>refund_failed</c>, or null: it only tells.</param>
    public static Task PlanAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string paymentRef, string? becomes, DateTime dueAt, int copies, CancellationToken cancellationToken,
        string? refund = null) =>
        connection.ExecuteAsync(new CommandDefinition(
            "insert into payments.sandbox_events (id, payment, becomes, due_at, copies, refund) values (@id, @paymentRef, @becomes, @dueAt, @copies, @refund)",
            new { id = Guid.CreateVersion7(), paymentRef, becomes, dueAt, copies, refund }, transaction, cancellationToken: cancellationToken));

    /// <summary>Does and tells what is due.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var due = (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select e.id, e.payment, e.becomes, e.copies, e.refund, p.reference from payments.sandbox_events e join payments.sandbox_payments p on p.ref = e.payment
            where e.told_at is null and e.due_at <= @now order by e.due_at, e.id limit 100
            """, new { now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken))).AsList();
        foreach (var row in due)
        {
            await connection.ExecuteAsync(new CommandDefinition(row.Becomes switch
            {
                "captured" => "update payments.sandbox_payments set status = 'captured', captured_minor = amount_minor where ref = @Payment and status = 'processing'",
                "disputed" => "update payments.sandbox_payments set disputed = true, disputed_at = @now where ref = @Payment and status = 'captured'",
                "challenge_over" => "update payments.sandbox_payments set status = 'failed', failure = 'authentication_failed' where ref = @Payment and status = 'requires_action'",
                "refund_succeeded" => "update payments.sandbox_refunds set status = 'succeeded' where ref = @Refund and status = 'pending'",
                "refund_failed" => """
                    with failed as (update payments.sandbox_refunds set status = 'failed' where ref = @Refund and status = 'succeeded' returning amount_minor)
                    update payments.sandbox_payments set refunded_minor = refunded_minor - amount_minor_back, status = 'captured'
                    from (select amount_minor as amount_minor_back from failed) f where ref = @Payment
                    """,
                _ => "select 1",
            }, new { row.Payment, row.Refund, now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken));
            var body = JsonSerializer.SerializeToUtf8Bytes(new ProcessorEvent($"evt_{row.Id:N}", row.Payment, row.Reference), SandboxJson.Default.ProcessorEvent);
            var call = WebhookCall.Of(SandboxProcessor.SignatureHeader, await sandbox.SignAsync(body, cancellationToken), body);
            for (var copy = 0; copy < row.Copies; copy++)
            {
                await receive.RunAsync(sandbox, call, cancellationToken);
            }

            // After telling: a crash tells once more, as processors do.
            await connection.ExecuteAsync(new CommandDefinition(
                "update payments.sandbox_events set told_at = @now where id = @Id", new { row.Id, now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    // A lease that is lost on the way makes an event come twice, as processors do.
                    if (await leases.TakeAsync("payments.sandbox-events", stoppingToken) is not null)
                    {
                        await RunOnceAsync(stoppingToken);
                    }
                }
                catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
                {
                    LogFailed(exception);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was due is told by the next start.
        }
    }

    [LoggerMessage(410, LogLevel.Warning, "The sandbox processor could not do or tell what was due; tried again in half a second.")]
    private partial void LogFailed(Exception exception);

    private sealed record Row(Guid Id, string Payment, string? Becomes, short Copies, string? Refund, string Reference);
}
