using Dapper;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.Bots.Webhooks;

/// <summary>A lane that this node may deliver in, as long as its fence is the newest.</summary>
internal sealed record LeasedLane(ThreadId Thread, long Subscription, AppId App, long Fence);

/// <summary>The oldest delivery of a lane.</summary>
internal sealed class HeadDelivery
{
    public long Number { get; init; }

    /// <summary>The lane is not empty.</summary>
    public bool More { get; init; }

    public Guid WebhookId { get; init; }

    public string Field { get; init; } = "";

    public string Body { get; init; } = "";

    public long? EventSeq { get; init; }

    public Guid? Purchase { get; init; }

    public int Attempts { get; init; }

    public int Refusals { get; init; }

    public DateTime? FirstTriedAt { get; init; }

    public string? CallbackUrl { get; init; }

    public long PageId { get; init; }
}

/// <summary>How a delivery stands; numbers are stored.</summary>
internal enum DeliveryState : short
{
    Waiting = 0,
    Delivered = 1,
    Parked = 2,
    Overtaken = 3,

    /// <summary>Was parked, and stands in its lane again under a new number.</summary>
    Resent = 4,
}

/// <summary>One try and what follows from it.</summary>
/// <param name="Status">The answer's, or null without one.</param>
/// <param name="Answer">The beginning of the answer's body; null when it is empty or there was none.</param>
internal sealed record Attempt(
    DeliveryHistory History, DeliveryState State, DateTimeOffset At, DateTimeOffset DueAt, int? Status, int LatencyMs, string? Error, string? Answer = null);

/// <summary>Leases of lanes and the book of deliveries. Leases use the database's time: nodes' clocks may differ.</summary>
internal sealed class LaneStore(NpgsqlDataSource database)
{
    /// <summary>After a crash others wait this long; a healthy node renews every <see cref="RenewEvery"/> while a call is under way.</summary>
    private static readonly TimeSpan lease = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(3);

    /// <summary>Apps that have something due in a lane that nobody delivers in.</summary>
    public async Task<List<AppId>> FindDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<long>(new CommandDefinition(
            """
            select a.id from bots.apps a
            where a.callback_url is not null and exists (
              select from bots.lanes l
              where l.app_id = a.id and l.next_number <= l.last_number and l.due_at <= @now and (l.leased_until is null or l.leased_until < now()))
            """,
            new { now }, cancellationToken: cancellationToken))).Select(id => new AppId(id)).ToList();
    }

    public async Task<List<LeasedLane>> LeaseAsync(AppId app, int most, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<(long Thread, long Subscription, long Fence)>(new CommandDefinition(
            """
            with due as (
              select thread_id, subscription_id from bots.lanes
              where app_id = @app and next_number <= last_number and due_at <= @now and (leased_until is null or leased_until < now())
                and exists (select from bots.apps a where a.id = @app and a.callback_url is not null)
              order by due_at limit @most for update skip locked)
            update bots.lanes l set fence = l.fence + 1, leased_until = now() + @lease
            from due where l.thread_id = due.thread_id and l.subscription_id = due.subscription_id
            returning l.thread_id, l.subscription_id, l.fence
            """,
            new { app = app.Value, most, now, lease }, cancellationToken: cancellationToken))).Select(r => new LeasedLane(new(r.Thread), r.Subscription, app, r.Fence)).ToList();
    }

    /// <summary>The next delivery of the lane, with the lease renewed; null when the lane is empty (then it is given back) or the lease is lost.</summary>
    public async Task<HeadDelivery?> TakeHeadAsync(LeasedLane lane, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        for (var look = 1; ; look++)
        {
            var head = await connection.QuerySingleOrDefaultAsync<HeadDelivery>(new CommandDefinition(
                """
                with lane as (
                  update bots.lanes set leased_until = case when next_number <= last_number then now() + @lease end
                  where thread_id = @thread and subscription_id = @subscription and fence = @Fence and leased_until > now()
                  returning next_number, last_number, app_id)
                select d.number, lane.next_number <= lane.last_number as more, d.webhook_id as webhookid, d.field, d.body, d.event_seq as eventseq, d.purchase, d.attempts,
                  d.refusals, d.first_tried_at as firsttriedat, a.callback_url as callbackurl, s.page_id as pageid
                from lane
                join bots.apps a on a.id = lane.app_id
                join bots.subscriptions s on s.id = @subscription
                left join bots.deliveries d on d.thread_id = @thread and d.subscription_id = @subscription and d.number = lane.next_number
                """,
                new { lease, thread = lane.Thread.Value, subscription = lane.Subscription, lane.Fence }, cancellationToken: cancellationToken));
            if (head is not { More: true })
            {
                return null;
            }

            if (head.Number > 0)
            {
                return head;
            }

            // The delivery was written while this statement waited for the lane's row: a fresh statement sees it.
            if (look == 3)
            {
                throw new InvalidOperationException($"The lane of thread {lane.Thread} and subscription {lane.Subscription} counts a delivery that does not exist.");
            }
        }
    }

    /// <returns>False when another node has the lane, or the database cannot be asked in time: then the call under way must end.</returns>
    public async Task<bool> TryRenewAsync(LeasedLane lane, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(RenewEvery);
        try
        {
            await using var connection = await database.OpenConnectionAsync(limit.Token);
            return await connection.ExecuteAsync(new CommandDefinition(
                "update bots.lanes set leased_until = now() + @lease where thread_id = @thread and subscription_id = @subscription and fence = @Fence and leased_until > now()",
                new { lease, thread = lane.Thread.Value, subscription = lane.Subscription, lane.Fence }, cancellationToken: limit.Token)) == 1;
        }
        catch (Exception exception) when (exception is OperationCanceledException or NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>Books a try and moves the lane on; what waits for another time gives the lane back.</summary>
    /// <returns>False when the lane is no longer ours: the try counts for nothing.</returns>
    public async Task<bool> BookAsync(LeasedLane lane, long number, Attempt attempt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            """
            with lane as (
              update bots.lanes set next_number = next_number + @step, due_at = @DueAt, leased_until = case when @step = 0 then null else leased_until end
              where thread_id = @thread and subscription_id = @subscription and fence = @Fence and next_number = @number returning 1),
            delivery as (
              update bots.deliveries set state = @state, attempts = @Attempts, refusals = @Refusals, first_tried_at = @FirstTriedAt,
                finished_at = case when @step = 1 then @At end
              where thread_id = @thread and subscription_id = @subscription and number = @number and exists (select from lane) returning 1),
            tried as (
              insert into bots.delivery_attempts (thread_id, subscription_id, number, attempt, at, status, latency_ms, error, answer)
              select @thread, @subscription, @number, @Attempts, @At, @Status, @LatencyMs, @Error, @Answer from lane where @Attempts > 0 returning 1)
            select count(*)::int from lane
            """,
            new
            {
                thread = lane.Thread.Value,
                subscription = lane.Subscription,
                lane.Fence,
                number,
                step = attempt.State == DeliveryState.Waiting ? 0 : 1,
                attempt.DueAt,
                state = (short)attempt.State,
                attempt.History.Attempts,
                attempt.History.Refusals,
                attempt.History.FirstTriedAt,
                attempt.At,
                attempt.Status,
                attempt.LatencyMs,
                attempt.Error,
                attempt.Answer,
            },
            cancellationToken: cancellationToken)) == 1;
    }

    /// <summary>Gives a lane back before its lease is over.</summary>
    public async Task ReleaseAsync(LeasedLane lane, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update bots.lanes set leased_until = null where thread_id = @thread and subscription_id = @subscription and fence = @Fence",
            new { thread = lane.Thread.Value, subscription = lane.Subscription, lane.Fence }, cancellationToken: cancellationToken));
    }

    /// <summary>Makes all that waits for an app due at once.</summary>
    public async Task HurryAsync(AppId app, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update bots.lanes set due_at = @now where app_id = @app and next_number <= last_number and due_at > @now",
            new { app = app.Value, now }, cancellationToken: cancellationToken));
    }
}
