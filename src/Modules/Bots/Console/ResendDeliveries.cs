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
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;

namespace Stoa.Bots.Console;

/// <summary>
/// <c>POST /api/bots/{app}/deliveries/{delivery}/resend</c>, and <c>…/deliveries/resend</c> for those since a time. What waits is tried at once, in its place; what is done or
/// parked is put at the end of its lane with a new number and the event's own id, so that order, tries and crashes are those of every delivery, and a bot that knows the id
/// does nothing twice.
/// </summary>
internal sealed class ResendDeliveries(NpgsqlDataSource database, Deliveries deliveries, TimeProvider time)
{
    /// <summary>In one call; the answer says whether there are more.</summary>
    private const int Most = 500;

    /// <param name="Since">From when on, by when it was made. Needed unless only what is parked is meant.</param>
    /// <param name="State"><c>parked</c> (the default) or <c>all</c> that is done.</param>
    /// <param name="After">The <c>next</c> of the answer before, to go on with.</param>
    public sealed record ResendRequest(DateTimeOffset? Since = null, string? State = null, string? After = null);

    /// <param name="Count">Put into their lanes again, or tried at once.</param>
    /// <param name="Next">There are more: ask again with it as <c>after</c>. Null when that was all.</param>
    public sealed record Resent(int Count, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/bots/{app}/deliveries/{delivery}/resend", ResendOneAsync).ForDeveloper("resendDelivery", "Send one again, or at once if it waits")
            .ProducesProblem(StatusCodes.Status409Conflict);
        routes.MapPost("/api/bots/{app}/deliveries/resend", ResendSinceAsync).ForDeveloper("resendDeliveries", "Send again what is parked, or all since a time")
            .Accepts<ResendRequest>("application/json");
    }

    private static async Task<Ok<Resent>> ResendOneAsync(string app, string delivery, HttpContext context, OwnBots own, ResendDeliveries resending, CancellationToken cancellationToken)
    {
        var id = await own.DemandAsync(context.Person(), app, cancellationToken);
        return DeliveryKey.TryParse(delivery, out var key)
            ? TypedResults.Ok(await resending.ResendAsync(id, key, cancellationToken))
            : throw NotThere();
    }

    private static async Task<Ok<Resent>> ResendSinceAsync(string app, HttpContext context, OwnBots own, ResendDeliveries resending, CancellationToken cancellationToken)
    {
        var id = await own.DemandAsync(context.Person(), app, cancellationToken);
        var request = await JsonBody.ReadAsync(context, BotsJson.Default.ResendRequest);
        if (request.State is not (null or "parked" or "all") || (request.State == "all" && request.Since is null))
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "'state' is parked or all, and all needs 'since'.", "Send since as 2026-11-20T20:58:00Z."));
        }

        DeliveryKey? after = request.After is not { } text ? null
            : DeliveryKey.TryParse(text, out var key) ? key
            : throw new ProblemException(Problem.Invalid("invalid_request", "'after' is no 'next' of an earlier answer.", "Begin without it."));
        return TypedResults.Ok(await resending.ResendAsync(id, request.Since ?? DateTimeOffset.UnixEpoch, request.State == "all", after, cancellationToken));
    }

    private async Task<Resent> ResendAsync(AppId app, DeliveryKey key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var found = (await LockAsync(connection, transaction, app, [key], cancellationToken)).SingleOrDefault() ?? throw NotThere();
        if (found.Purchase is not null)
        {
            throw new ProblemException(new(StatusCodes.Status409Conflict, "not_resendable", "Send a delivery again",
                "It asks whether a purchase may be made, and that was decided long ago.", "Send the purchase's payment event again instead."));
        }

        var count = found.Waits ? await HurryAsync(connection, transaction, key, cancellationToken) : await AppendAsync(connection, transaction, [found], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        deliveries.Wake(app);
        return new(count, null);
    }

    private async Task<Resent> ResendAsync(AppId app, DateTimeOffset since, bool all, DeliveryKey? after, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The oldest first, as they happened. A copy that was acknowledged is not copied again: its first is.
        var some = (await connection.QueryAsync<(long Thread, long Subscription, long Number)>(new CommandDefinition(
            $"""
            select d.thread_id, d.subscription_id, d.number from bots.deliveries d
            where d.subscription_id in (select id from bots.subscriptions where app_id = @app) and d.created_at >= @since and d.purchase is null
              and (d.state = 2 {(all ? "or (d.state = 1 and d.resent_of is null)" : "")})
              {(after is null ? "" : """
              and (d.created_at, d.thread_id, d.number) > (
                select created_at, thread_id, number from bots.deliveries where thread_id = @thread and subscription_id = @subscription and number = @number)
              """)}
            order by d.created_at, d.thread_id, d.number limit @most
            """,
            new { app = app.Value, since, most = Most + 1, thread = after?.Thread, subscription = after?.Subscription, number = after?.Number }, transaction, cancellationToken: cancellationToken))).AsList();
        var found = await LockAsync(connection, transaction, app, [.. some.Take(Most).Select(one => new DeliveryKey(one.Thread, one.Subscription, one.Number))], cancellationToken);
        var count = await AppendAsync(connection, transaction, [.. found.Where(one => !one.Waits)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        deliveries.Wake(app);
        return new(count, some.Count > Most ? DeliveryKey.Of(some[Most - 1].Thread, some[Most - 1].Subscription, some[Most - 1].Number) : null);
    }

    /// <summary>The deliveries as they are once nobody else moves their lanes.</summary>
    private static async Task<List<Found>> LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, AppId app, List<DeliveryKey> keys, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            app = app.Value,
            threads = keys.ConvertAll(key => key.Thread),
            subscriptions = keys.ConvertAll(key => key.Subscription),
            numbers = keys.ConvertAll(key => key.Number),
        };
        // In one order everywhere, so that two transactions never wait for each other.
        await connection.ExecuteAsync(new CommandDefinition(
            """
            select from bots.lanes l where l.app_id = @app and (l.thread_id, l.subscription_id) in (select * from unnest(@threads, @subscriptions))
            order by l.thread_id, l.subscription_id for update
            """,
            parameters, transaction, cancellationToken: cancellationToken));
        return (await connection.QueryAsync<Found>(new CommandDefinition(
            """
            select d.thread_id as thread, d.subscription_id as subscription, d.number, d.purchase, d.state = 0 as waits
            from unnest(@threads, @subscriptions, @numbers) as k(thread, subscription, number)
            join bots.deliveries d on d.thread_id = k.thread and d.subscription_id = k.subscription and d.number = k.number
            join bots.lanes l on l.thread_id = k.thread and l.subscription_id = k.subscription and l.app_id = @app
            order by d.created_at, d.thread_id, d.number
            """,
            parameters, transaction, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Its lane is due now. What stands before it in the lane goes first all the same.</summary>
    private async Task<int> HurryAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, DeliveryKey key, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "update bots.lanes set due_at = least(due_at, @now) where thread_id = @Thread and subscription_id = @Subscription",
            new { now = time.GetUtcNow(), key.Thread, key.Subscription }, transaction, cancellationToken: cancellationToken));

    /// <returns>How many were put into their lanes. A tap that comes twice finds the first one's copy waiting and adds none.</returns>
    private async Task<int> AppendAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, List<Found> some, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            """
            with wanted as (
              select d.*, row_number() over (partition by d.thread_id, d.subscription_id order by d.number) as place
              from unnest(@threads, @subscriptions, @numbers) as k(thread, subscription, number)
              join bots.deliveries d on d.thread_id = k.thread and d.subscription_id = k.subscription and d.number = k.number
              where not exists (
                select from bots.lanes l join bots.deliveries w on w.thread_id = l.thread_id and w.subscription_id = l.subscription_id and w.number >= l.next_number
                where l.thread_id = d.thread_id and l.subscription_id = d.subscription_id and w.state = 0 and w.webhook_id = d.webhook_id)
            ), counts as (
              select thread_id, subscription_id, count(*) as count from wanted group by thread_id, subscription_id
            ), lanes as (
              update bots.lanes l set last_number = l.last_number + c.count, due_at = case when l.next_number > l.last_number then @now else l.due_at end
              from counts c where l.thread_id = c.thread_id and l.subscription_id = c.subscription_id
              returning l.thread_id, l.subscription_id, l.last_number - c.count as before
            ), added as (
              insert into bots.deliveries (thread_id, subscription_id, number, webhook_id, field, body, event_seq, created_at, resent_of)
              select w.thread_id, w.subscription_id, l.before + w.place, w.webhook_id, w.field, w.body, w.event_seq, @now, w.number
              from wanted w join lanes l on l.thread_id = w.thread_id and l.subscription_id = w.subscription_id returning 1
            ), left_behind as (
              update bots.deliveries d set state = 4 from wanted w
              where d.thread_id = w.thread_id and d.subscription_id = w.subscription_id and d.number = w.number and d.state = 2 returning 1
            )
            select count(*)::int from added
            """,
            new
            {
                threads = some.ConvertAll(one => one.Thread),
                subscriptions = some.ConvertAll(one => one.Subscription),
                numbers = some.ConvertAll(one => one.Number),
                now = time.GetUtcNow(),
            },
            transaction, cancellationToken: cancellationToken));

    private static ProblemException NotThere() => new(Problem.NotFound("delivery_not_found", "delivery"));

    private sealed class Found
    {
        public long Thread { get; init; }

        public long Subscription { get; init; }

        public long Number { get; init; }

        public Guid? Purchase { get; init; }

        public bool Waits { get; init; }
    }
}
