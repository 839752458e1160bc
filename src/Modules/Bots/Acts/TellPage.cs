using Dapper;
using Npgsql;
using Stoa.Bots.Pages;
using Stoa.Bots.Webhooks;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Acts;

/// <summary>Tells a page's apps of an act that is no message, and lets it open the window, in the transaction that stores the act.</summary>
internal sealed class TellPage(Deliveries deliveries, TimeProvider time)
{
    /// <param name="opens">False for an act that takes leave.</param>
    /// <param name="compose">From the person and the page as webhooks name them, and the moment.</param>
    /// <returns>To be called after the commit.</returns>
    public async Task<Action> AppendAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PageId page, PersonId person, ThreadId thread, string field, bool opens,
        Func<WebhookEvent, WebhookEvent> compose, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (opens)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into bots.conversations as c (thread_id, opened_at) values (@id, @now)
                on conflict (thread_id) do update set opened_at = greatest(c.opened_at, excluded.opened_at)
                """, new { id = thread.Value, now }, transaction, cancellationToken: cancellationToken));
        }

        var psid = (await PageScopedIds.FindOrMakeAsync(connection, transaction, [(page, person)], cancellationToken))[(page, person)];
        var what = compose(new(EventComposer.Party(psid), EventComposer.Party(page.Value), now.ToUnixTimeMilliseconds()));
        var told = (await Subscribers.ReadAsync(connection, transaction, [page], cancellationToken))[page].Where(s => s.Takes(field)).Select(s => new NewDelivery(s, thread, field, what)).ToList();
        if (told.Count > 0)
        {
            await Lanes.AppendAsync(connection, transaction, told, now, cancellationToken);
        }

        return () =>
        {
            foreach (var delivery in told)
            {
                deliveries.Wake(new(delivery.Subscriber.AppId));
            }
        };
    }
}
