using System.Text;
using Dapper;
using Npgsql;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Webhooks;

/// <summary>What one subscription is to be told of one thread.</summary>
/// <param name="EventSeq">The person's event that counts as delivered when the endpoint acknowledges; null when there is none.</param>
/// <param name="Purchase">The purchase that the endpoint is asked about; null for plain news.</param>
internal sealed record NewDelivery(Subscriber Subscriber, ThreadId Thread, string Field, WebhookEvent Event, long? EventSeq = null, Guid? Purchase = null)
{
    /// <summary>A copy for an app that does not hold the thread.</summary>
    public bool Standby { get; init; }

    public static readonly string[] Markers = [WebhookFields.Reads, WebhookFields.Deliveries];

    /// <summary>A later marker says all that an earlier one of its kind said.</summary>
    public bool Supersedes => Markers.Contains(Field);
}

/// <summary>Puts deliveries at the end of their lanes, numbered without gaps, in the caller's transaction.</summary>
internal static class Lanes
{
    public static async Task AppendAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyCollection<NewDelivery> deliveries, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // In one order everywhere, so that two transactions never wait for each other.
        var lanes = deliveries.GroupBy(d => (Thread: d.Thread.Value, Subscription: d.Subscriber.Id))
            .OrderBy(g => g.Key.Thread).ThenBy(g => g.Key.Subscription)
            .Select(g => new Lane(g.Key.Thread, g.Key.Subscription, g.First().Subscriber.AppId, Coalesce(g))).ToList();
        await CoalesceWithWaitingAsync(connection, transaction, lanes, now, cancellationToken);
        lanes.RemoveAll(lane => lane.Deliveries.Count == 0);
        if (lanes.Count == 0)
        {
            return;
        }

        var last = (await connection.QueryAsync<(long Thread, long Subscription, long Last)>(new CommandDefinition(
            """
            insert into bots.lanes as l (thread_id, subscription_id, app_id, last_number, due_at)
            select thread, subscription, app, count, @now
            from unnest(@threads::bigint[], @subscriptions::bigint[], @apps::bigint[], @counts::bigint[]) as k(thread, subscription, app, count)
            order by thread, subscription
            on conflict (thread_id, subscription_id) do update set
              last_number = l.last_number + excluded.last_number,
              due_at = case when l.next_number > l.last_number then excluded.due_at else l.due_at end
            returning thread_id, subscription_id, last_number
            """,
            new
            {
                threads = lanes.ConvertAll(l => l.Thread),
                subscriptions = lanes.ConvertAll(l => l.Subscription),
                apps = lanes.ConvertAll(l => l.App),
                counts = lanes.ConvertAll(l => (long)l.Deliveries.Count),
                now,
            },
            transaction, cancellationToken: cancellationToken))).ToDictionary(r => (r.Thread, r.Subscription), r => r.Last);
        var rows = lanes.SelectMany(lane => lane.Deliveries.Select((delivery, i) =>
            (Lane: lane, Delivery: delivery, Number: last[(lane.Thread, lane.Subscription)] - lane.Deliveries.Count + 1 + i))).ToList();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.deliveries (thread_id, subscription_id, number, webhook_id, field, body, event_seq, purchase, created_at)
            select thread, subscription, number, webhook, field, body, seq, purchase, @now
            from unnest(@threads::bigint[], @subscriptions::bigint[], @numbers::bigint[], @webhooks::uuid[], @fields::text[], @bodies::text[], @seqs::bigint[], @purchases::uuid[])
              as k(thread, subscription, number, webhook, field, body, seq, purchase)
            """,
            new
            {
                threads = rows.ConvertAll(r => r.Lane.Thread),
                subscriptions = rows.ConvertAll(r => r.Lane.Subscription),
                numbers = rows.ConvertAll(r => r.Number),
                webhooks = rows.ConvertAll(_ => Guid.CreateVersion7()),
                fields = rows.ConvertAll(r => r.Delivery.Field),
                bodies = rows.ConvertAll(r => Compose(r.Delivery, now)),
                seqs = rows.ConvertAll(r => r.Delivery.EventSeq),
                purchases = rows.ConvertAll(r => r.Delivery.Purchase),
                now,
            },
            transaction, cancellationToken: cancellationToken));
    }

    /// <summary>The exact body, ASCII.</summary>
    private static string Compose(NewDelivery delivery, DateTimeOffset now) => Encoding.ASCII.GetString(WebhookBytes.Encode(new(
        "page", [new(new PageId(delivery.Subscriber.PageId).ToString(), now.ToUnixTimeMilliseconds(), delivery.Standby ? null : [delivery.Event], delivery.Standby ? [delivery.Event] : null)])));

    /// <summary>Among markers that follow each other the last of each kind is enough.</summary>
    private static List<NewDelivery> Coalesce(IEnumerable<NewDelivery> deliveries)
    {
        var kept = new List<NewDelivery>();
        foreach (var delivery in deliveries)
        {
            var markersFrom = kept.FindLastIndex(k => !k.Supersedes) + 1;
            if (delivery.Supersedes && kept.FindIndex(markersFrom, k => k.Field == delivery.Field) is >= 0 and var earlier)
            {
                kept[earlier] = delivery;
            }
            else
            {
                kept.Add(delivery);
            }
        }

        return kept;
    }

    /// <summary>
    /// A marker takes the place of one of its kind that waits at the end of the lane, with nothing but a marker behind it, and was never
    /// tried. Takes the lanes' locks.
    /// </summary>
    private static async Task CoalesceWithWaitingAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, List<Lane> lanes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            """
            select from bots.lanes l join unnest(@threads::bigint[], @subscriptions::bigint[]) as k(thread, subscription)
              on l.thread_id = k.thread and l.subscription_id = k.subscription
            order by l.thread_id, l.subscription_id for update of l
            """,
            new { threads = lanes.ConvertAll(l => l.Thread), subscriptions = lanes.ConvertAll(l => l.Subscription) }, transaction, cancellationToken: cancellationToken));
        var markers = lanes.SelectMany(lane => lane.Deliveries.TakeWhile(d => d.Supersedes).Select(delivery => (Lane: lane, Delivery: delivery))).ToList();
        if (markers.Count == 0)
        {
            return;
        }

        var replaced = (await connection.QueryAsync<(long Thread, long Subscription, string Field)>(new CommandDefinition(
            """
            update bots.deliveries d set body = k.body
            from unnest(@threads::bigint[], @subscriptions::bigint[], @fields::text[], @bodies::text[]) as k(thread, subscription, field, body)
            join bots.lanes l on l.thread_id = k.thread and l.subscription_id = k.subscription
            join bots.deliveries tail on tail.thread_id = k.thread and tail.subscription_id = k.subscription and tail.number = l.last_number
            where d.thread_id = k.thread and d.subscription_id = k.subscription and d.field = k.field and d.state = 0 and d.attempts = 0
              and (d.number = l.last_number or (d.number = l.last_number - 1 and tail.field = any(@markers)))
              and d.number >= l.next_number and (l.leased_until is null or d.number > l.next_number)
            returning d.thread_id, d.subscription_id, d.field
            """,
            new
            {
                threads = markers.ConvertAll(m => m.Lane.Thread),
                subscriptions = markers.ConvertAll(m => m.Lane.Subscription),
                fields = markers.ConvertAll(m => m.Delivery.Field),
                bodies = markers.ConvertAll(m => Compose(m.Delivery, now)),
                markers = NewDelivery.Markers,
            },
            transaction, cancellationToken: cancellationToken))).ToHashSet();
        foreach (var (lane, delivery) in markers)
        {
            if (replaced.Contains((lane.Thread, lane.Subscription, delivery.Field)))
            {
                lane.Deliveries.Remove(delivery);
            }
        }
    }

    private sealed record Lane(long Thread, long Subscription, long App, List<NewDelivery> Deliveries);
}
