using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Broadcasts;

/// <summary><c>/me/broadcast_messages</c> and what one may do to a broadcast (messenger-platform §5.6). The call is answered at once; <see cref="RunBroadcasts"/> does the work.</summary>
internal static class BroadcastCalls
{
    private static readonly string[] carried = ["messaging_type", "tag", "notification_type", "persona_id"];

    /// <summary><c>POST /me/broadcast_messages</c>.</summary>
    public static async Task BeginAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var services = call.Http.RequestServices;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var request = new JsonObject();
        _ = call.Parameters["messaging_type"].OneOf("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY", "NON_PROMOTIONAL_SUBSCRIPTION");
        _ = call.Parameters["notification_type"].OneOf("REGULAR", "SILENT_PUSH", "NO_PUSH");
        _ = SendRequest.ReadTag(call.Parameters["tag"]);
        foreach (var name in carried.Where(name => call.Parameters[name].Exists))
        {
            request[name] = JsonNode.Parse(call.Parameters[name].Raw.GetRawText());
        }

        var at = ReadTime(call.Parameters["schedule_time"]) ?? now;
        var targeting = await ReadTargetingAsync(call, page, cancellationToken);
        var where = call.Parameters["message_creative_id"];
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        var id = WireIds.New();
        var key = call.Http.Request.Headers["Idempotency-Key"] is [{ Length: > 0 and <= 200 } given] ? given : null;
        var made = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            """
            insert into bots.broadcasts (page_id, id, app_id, message, request, targeting, status, scheduled_at, created_at, key)
            select page_id, @id, @app, message, @request::jsonb, @targeting::jsonb, 'SCHEDULED', @at, @now, @key from bots.message_creatives where page_id = @page and id = @creative
            on conflict (page_id, app_id, key) do update set key = excluded.key returning id
            """,
            new { page = page.Value, id, key, app = call.Caller.App.Value, request = request.ToJsonString(), targeting, at, now, creative = WireIds.TryParse(where.Required().TextOrNumber(20) ?? "", out var creative) ? creative : 0 },
            cancellationToken: cancellationToken));
        if (made is not { } broadcast)
        {
            throw where.Wrong("There is no message creative with this id on this page.");
        }

        services.GetRequiredService<RunBroadcasts>().Wake();
        await call.AnswerAsync(new JsonObject { ["broadcast_id"] = broadcast });
    }

    /// <summary><c>POST /me/broadcast_reach_estimations</c>.</summary>
    public static async Task EstimateAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var services = call.Http.RequestServices;
        var reach = await services.GetRequiredService<BroadcastStore>().CountAsync(page, await ReadTargetingAsync(call, page, cancellationToken), cancellationToken);
        var id = WireIds.New();
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into bots.reach_estimations (page_id, id, reach, created_at) values (@page, @id, @reach, @now)",
            new { page = page.Value, id, reach, now = services.GetRequiredService<TimeProvider>().GetUtcNow() }, cancellationToken: cancellationToken));
        await call.AnswerAsync(new JsonObject { ["reach_estimation_id"] = Text(id) });
    }

    /// <summary><c>POST /{broadcast}</c> with <c>operation</c>: <c>cancel</c>, and beyond the original <c>pause</c> and <c>resume</c>.</summary>
    public static async Task ChangeAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Caller.Page ?? throw call.Unsupported();
        var store = call.Http.RequestServices.GetRequiredService<BroadcastStore>();
        var broadcast = WireIds.TryParse(call.Node, out var id) ? await store.FindAsync(page, id, cancellationToken) : null;
        if (broadcast is null)
        {
            throw call.Unsupported();
        }

        var (from, to) = call.Parameters["operation"].Required().OneOf("cancel", "pause", "resume") switch
        {
            "cancel" => ((string[])[BroadcastStore.Scheduled, BroadcastStore.InProgress, BroadcastStore.Paused, BroadcastStore.Canceled], BroadcastStore.Canceled),
            "pause" => ([BroadcastStore.Scheduled, BroadcastStore.InProgress, BroadcastStore.Paused], BroadcastStore.Paused),
            // One that had not begun begins again from its recipients.
            _ => ([BroadcastStore.Paused, BroadcastStore.InProgress], await HasBegunAsync(call, broadcast, cancellationToken) ? BroadcastStore.InProgress : BroadcastStore.Scheduled),
        };
        if (!await store.MoveAsync(page, id, from, to, cancellationToken))
        {
            throw call.Parameters["operation"].Wrong($"The broadcast is {broadcast.Status} and cannot do this any more.");
        }

        call.Http.RequestServices.GetRequiredService<RunBroadcasts>().Wake();
        await call.AnswerAsync(new JsonObject { ["success"] = true });
    }

    /// <summary><c>GET /{broadcast}</c>, or <c>GET /{estimation}</c>.</summary>
    /// <returns>Null when the id is neither's.</returns>
    public static async Task<JsonObject?> FindAsync(GraphCall call, PageId page, CancellationToken cancellationToken)
    {
        if (!WireIds.TryParse(call.Node, out var id))
        {
            return null;
        }

        var services = call.Http.RequestServices;
        if (await services.GetRequiredService<BroadcastStore>().FindAsync(page, id, cancellationToken) is not { } broadcast)
        {
            await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
            var reach = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                "select reach from bots.reach_estimations where page_id = @page and id = @id", new { page = page.Value, id }, cancellationToken: cancellationToken));
            return reach is { } found ? new() { ["reach_estimation"] = Text(found), ["id"] = Text(id) } : null;
        }

        var shown = new JsonObject();
        foreach (var field in call.Request.NamesIn("fields") ?? ["scheduled_time", "status"])
        {
            if (field == "progress")
            {
                var progress = await services.GetRequiredService<BroadcastStore>().ReadProgressAsync(page, id, cancellationToken);
                shown[field] = new JsonObject { ["recipients"] = progress.Recipients, ["sent"] = progress.Sent, ["refused"] = progress.Refused, ["waiting"] = progress.Waiting };
            }
            else if (field is "scheduled_time" or "status")
            {
                shown[field] = field == "status" ? broadcast.Status : broadcast.ScheduledAt.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);
            }
        }

        shown["id"] = Text(id);
        return shown;
    }

    /// <summary><c>GET /{broadcast}/insights/messages_sent</c>.</summary>
    public static async Task<JsonObject?> FindInsightsAsync(GraphCall call, PageId page, CancellationToken cancellationToken)
    {
        var store = call.Http.RequestServices.GetRequiredService<BroadcastStore>();
        if (!WireIds.TryParse(call.Node, out var id) || await store.FindAsync(page, id, cancellationToken) is null)
        {
            return null;
        }

        return new()
        {
            ["data"] = new JsonArray(new JsonObject
            {
                ["name"] = "messages_sent",
                ["period"] = "lifetime",
                ["values"] = new JsonArray(new JsonObject { ["value"] = (await store.ReadProgressAsync(page, id, cancellationToken)).Sent, ["end_time"] = "1970-01-02T00:00:00+0000" }),
                ["title"] = "Lifetime number of messages sent from the page broadcast",
                ["description"] = "Lifetime: The number of messages sent from the page broadcast",
                ["id"] = $"{Text(id)}/insights/messages_sent",
            }),
        };
    }

    private static async Task<bool> HasBegunAsync(GraphCall call, Broadcast broadcast, CancellationToken cancellationToken)
    {
        await using var connection = await call.Http.RequestServices.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select started_at is not null from bots.broadcasts where page_id = @PageId and id = @Id", new { broadcast.PageId, broadcast.Id }, cancellationToken: cancellationToken));
    }

    /// <returns>What is stored, checked: the labels are this page's.</returns>
    private static async Task<string?> ReadTargetingAsync(GraphCall call, PageId page, CancellationToken cancellationToken)
    {
        var named = new List<(long Id, GraphValue Where)>();
        _ = Targeting.Compose(call.Parameters["custom_label_id"], call.Parameters["targeting"], new(), named);
        if (named.Count == 0)
        {
            return null;
        }

        await using var connection = await call.Http.RequestServices.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        var known = (await connection.QueryAsync<long>(new CommandDefinition(
            "select id from bots.labels where page_id = @page and id = any(@ids)", new { page = page.Value, ids = named.ConvertAll(n => n.Id) }, cancellationToken: cancellationToken))).ToHashSet();
        if (named.Find(n => !known.Contains(n.Id)) is { Id: not 0 } unknown)
        {
            throw unknown.Where.Wrong("There is no label with this id on this page.");
        }

        var stored = new JsonObject();
        foreach (var name in (string[])["custom_label_id", "targeting"])
        {
            if (call.Parameters[name].Exists)
            {
                stored[name] = JsonNode.Parse(call.Parameters[name].Raw.GetRawText());
            }
        }

        return stored.ToJsonString();
    }

    /// <summary>ISO 8601 with an offset, or seconds since 1970.</summary>
    private static DateTimeOffset? ReadTime(GraphValue value) => !value.Exists ? null
        : value.TextOrNumber(40) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUniversalTime()
        : throw value.Wrong("Param schedule_time must be an ISO 8601 time or seconds since 1970.");

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
