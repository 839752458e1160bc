using System.Text;
using System.Text.Json.Serialization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Bots.Apps;
using Stoa.Bots.Webhooks;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;

namespace Stoa.Bots.Console;

/// <summary><c>GET /api/bots/{app}/deliveries</c>, newest first, and one of them with all that was sent and answered.</summary>
internal sealed class ReadDeliveries(NpgsqlDataSource database, AppStore apps)
{
    private const int PageDefault = 50;
    private const int PageMax = 100;
    private const int AttemptsMost = 100;

    /// <param name="Next">The <c>before</c> of the next page; null after the last.</param>
    public sealed record DeliveryPage(IReadOnlyList<DeliveryView> Deliveries, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/bots/{app}/deliveries", ListAsync).ForDeveloper("listDeliveries", "What the bot was told or is yet to be told, the newest first");
        routes.MapGet("/api/bots/{app}/deliveries/{delivery}", ReadAsync).ForDeveloper("readDelivery", "One delivery: every byte sent, every try, every answer");
    }

    /// <param name="state"><c>waiting</c> or <c>parked</c>; absent: all.</param>
    /// <param name="q">A thread, or the id of a message.</param>
    private static async Task<Ok<DeliveryPage>> ListAsync(
        string app, HttpContext context, OwnBots own, ReadDeliveries deliveries, CancellationToken cancellationToken, string? state = null, string? q = null, string? before = null, int limit = PageDefault)
    {
        var id = await own.DemandAsync(context.Person(), app, cancellationToken);
        DeliveryState? only = state switch
        {
            null or "" => null,
            "waiting" => DeliveryState.Waiting,
            "parked" => DeliveryState.Parked,
            _ => throw Wrong("'state' is waiting or parked.", "Send one of them, or leave it out."),
        };
        DeliveryKey? from = before is null ? null : DeliveryKey.TryParse(before, out var key) ? key : throw Wrong("'before' is no 'next' of an earlier page.", "Begin without it.");
        var (thread, seq) = Read(q?.Trim() ?? "");
        var most = Math.Clamp(limit, 1, PageMax);
        var found = await deliveries.FindNewestAsync(id, only, thread, seq, from, most + 1, cancellationToken);
        return TypedResults.Ok(new DeliveryPage([.. found.Take(most)], found.Count > most ? found[most - 1].Id : null));
    }

    private static async Task<Ok<DeliveryDetail>> ReadAsync(
        string app, string delivery, HttpContext context, OwnBots own, ReadDeliveries deliveries, CancellationToken cancellationToken) =>
        TypedResults.Ok(
            DeliveryKey.TryParse(delivery, out var key) && await deliveries.FindAsync(await own.DemandAsync(context.Person(), app, cancellationToken), key, cancellationToken) is { } found
                ? found
                : throw new ProblemException(Problem.NotFound("delivery_not_found", "delivery")));

    private async Task<List<DeliveryView>> FindNewestAsync(AppId app, DeliveryState? state, long? thread, long? seq, DeliveryKey? before, int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Each subscription's newest by their index, then the newest of them all: an app that speaks for many pages costs no more than these.
        var rows = await connection.QueryAsync<DeliveryRow>(new CommandDefinition(
            $"""
            with place as (
              select created_at, thread_id, number from bots.deliveries where thread_id = @beforeThread and subscription_id = @beforeSubscription and number = @beforeNumber
            ), d as (
              select d.* from bots.subscriptions s
              cross join lateral (
                select * from bots.deliveries d
                where d.subscription_id = s.id
                  {(state is null ? "" : "and d.state = @state")} {(thread is null ? "" : "and d.thread_id = @thread")} {(seq is null ? "" : "and d.event_seq = @seq")}
                  {(before is null ? "" : "and (d.created_at, d.thread_id, d.number) < (select created_at, thread_id, number from place)")}
                order by d.created_at desc, d.thread_id desc, d.number desc limit @most) d
              where s.app_id = @app
              order by d.created_at desc, d.thread_id desc, d.number desc limit @most
            )
            select {DeliveryRow.Columns} from d {DeliveryRow.Joins} order by d.created_at desc, d.thread_id desc, d.number desc
            """,
            new
            {
                app = app.Value,
                state = (short?)state,
                thread,
                seq,
                most,
                beforeThread = before?.Thread,
                beforeSubscription = before?.Subscription,
                beforeNumber = before?.Number,
            },
            cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.AsView())];
    }

    private async Task<DeliveryDetail?> FindAsync(AppId app, DeliveryKey key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parameters = new { app = app.Value, key.Thread, key.Subscription, key.Number, AttemptsMost };
        var row = await connection.QuerySingleOrDefaultAsync<DeliveryRow>(new CommandDefinition(
            $"""
            select {DeliveryRow.Columns} from bots.deliveries d {DeliveryRow.Joins}
            where d.thread_id = @Thread and d.subscription_id = @Subscription and d.number = @Number and l.app_id = @app
            """,
            parameters, cancellationToken: cancellationToken));
        if (row is null)
        {
            return null;
        }

        var body = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            "select body from bots.deliveries where thread_id = @Thread and subscription_id = @Subscription and number = @Number", parameters, cancellationToken: cancellationToken)) ?? "";
        var attempts = await connection.QueryAsync<(int Number, DateTime At, int? Status, int TookMs, string? Error, string? Answer)>(new CommandDefinition(
            """
            select attempt, at, status, latency_ms, error, answer from bots.delivery_attempts
            where thread_id = @Thread and subscription_id = @Subscription and number = @Number order by attempt desc limit @AttemptsMost
            """,
            parameters, cancellationToken: cancellationToken));
        var secret = await apps.FindSecretAsync(app, cancellationToken) ?? throw new InvalidOperationException($"App {app} has deliveries and no secret.");
        var headers = WebhookHeaders.Compose(secret, row.Webhook, row.Number, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), Encoding.ASCII.GetBytes(body));
        return new(
            row.AsView(), body, [.. headers.Select(header => new HeaderView(header.Name, header.Value))],
            [.. attempts.Reverse().Select(a => new AttemptView(a.Number, a.At, a.Status, a.TookMs, a.Error, a.Answer))]);
    }

    private static (long? Thread, long? Seq) Read(string q) =>
        q.Length == 0 ? (null, null)
        : MessageId.TryParse(q, out var message) ? (message.Thread.Value, message.Seq)
        : WireIds.TryParse(q, out var thread) ? (thread, null)
        : throw Wrong("'q' is neither the id of a thread nor of a message.", "Send the digits of a thread, or a mid as m_….");

    private static ProblemException Wrong(string detail, string fix) => new(Problem.Invalid("invalid_request", detail, fix));
}
