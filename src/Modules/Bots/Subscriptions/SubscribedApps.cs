using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Kernel;

namespace Stoa.Bots.Subscriptions;

/// <summary><c>/me/subscribed_apps</c> with a page token: whether this app hears of this page, and of what.</summary>
internal static class SubscribedApps
{
    public static async Task ReadAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(long Id, string Name, string[] Fields)>(new CommandDefinition(
            """
            select a.id, a.name, coalesce(s.fields, a.fields) from bots.subscriptions s join bots.apps a on a.id = s.app_id
            where s.page_id = @page and s.active order by a.id
            """,
            new { page = page.Value }, cancellationToken: cancellationToken));
        await call.AnswerAsync(new JsonObject
        {
            ["data"] = new JsonArray([.. rows.Select(row => new JsonObject
            {
                ["category"] = "Business", ["name"] = row.Name, ["id"] = new AppId(row.Id).ToString(),
                ["subscribed_fields"] = new JsonArray([.. row.Fields.Select(f => (JsonNode)f)]),
            })]),
        });
    }

    public static async Task SetAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.subscriptions (id, page_id, app_id, fields, active, created_at) values (@id, @page, @app, @fields, true, @now)
            on conflict (page_id, app_id) do update set fields = excluded.fields, active = true
            """,
            new
            {
                id = WireIds.New(),
                page = page.Value,
                app = call.Caller.App.Value,
                fields = call.Request.NamesIn("subscribed_fields")?.ToArray(),
                now = call.Http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(),
            },
            cancellationToken: cancellationToken));
        await call.AnswerAsync(new JsonObject { ["success"] = true });
    }

    /// <summary>Ends the subscription; what still waits for it is parked, not lost.</summary>
    public static async Task RemoveAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            with ended as (update bots.subscriptions set active = false where page_id = @page and app_id = @app returning id),
            lanes as (
              update bots.lanes l set next_number = last_number + 1, fence = fence + 1, leased_until = null
              from ended where l.subscription_id = ended.id and l.app_id = @app returning l.thread_id, l.subscription_id)
            update bots.deliveries d set state = 2, finished_at = @now from lanes
            where d.thread_id = lanes.thread_id and d.subscription_id = lanes.subscription_id and d.state = 0
            """,
            new { page = page.Value, app = call.Caller.App.Value, now = call.Http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() },
            cancellationToken: cancellationToken));
        await call.AnswerAsync(new JsonObject { ["success"] = true });
    }

    private static NpgsqlDataSource Database(GraphCall call) => call.Http.RequestServices.GetRequiredService<NpgsqlDataSource>();
}
