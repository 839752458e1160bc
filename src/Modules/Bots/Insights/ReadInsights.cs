using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Broadcasts;
using Stoa.Bots.Graph;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Insights;

/// <summary><c>GET /me/insights</c>: a page's own conversations, counted by days (messenger-platform §5.9). Only what is counted here is offered; another metric is an error.</summary>
internal static class ReadInsights
{
    private const int DaysMost = 93;

    private sealed record Metric(string Name, string Title, string Sql);

    private static readonly Metric[] metrics =
    [
        new("page_messages_active_threads_unique", "unique active threads count", "count(distinct thread_id)"),
        new("page_messages_new_conversations_unique", "unique new conversations count", "count(distinct thread_id) filter (where is_new)"),
        new("page_messages_open_conversations_unique", "unique open conversations count", "count(distinct thread_id) filter (where acts > 0)"),
        new("page_messages_total_messaging_connections", "total messaging connections", "connections"),
        new("page_messages_sent", "messages sent by the page", "coalesce(sum(answers), 0)"),
    ];

    public static async Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var last = (call.Http.Request.Path.Value ?? "").TrimEnd('/').Split('/')[^1];
        var own = call.Caller.Page ?? throw call.Unsupported();
        if (!call.IsMe && !call.Names(own.Value))
        {
            await call.AnswerAsync(last == "messages_sent" && await BroadcastCalls.FindInsightsAsync(call, own, cancellationToken) is { } sent ? sent : throw call.Unsupported());
            return;
        }

        var page = call.Page();
        var wanted = (last == "insights" ? call.Request.NamesIn("metric") ?? throw call.Parameters["metric"].Wrong("The parameter metric is required") : [last])
            .Select(name => Array.Find(metrics, m => m.Name == name)
                ?? throw call.Parameters["metric"].Wrong($"The value must be a valid insights metric: {string.Join(", ", metrics.Select(m => m.Name))}.")).Distinct().ToList();
        var period = call.Parameters["period"].OneOf("day", "week", "days_28", "total_over_range") ?? "day";
        var (first, until) = ReadRange(call);
        var answer = new JsonArray();
        foreach (var metric in wanted)
        {
            answer.Add((JsonNode)await ShowAsync(call, page, metric, period, first, until, cancellationToken));
        }

        await call.AnswerAsync(new JsonObject { ["data"] = answer });
    }

    private static async Task<JsonObject> ShowAsync(GraphCall call, PageId page, Metric metric, string period, DateOnly first, DateOnly until, CancellationToken cancellationToken)
    {
        var days = until.DayNumber - first.DayNumber + 1;
        var span = period switch { "week" => 7, "days_28" => 28, "total_over_range" => days, _ => 1 };
        await using var connection = await call.Http.RequestServices.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        var counted = metric.Sql == "connections"
            ? "(select count(*) from bots.conversation_days d where d.page_id = @page and d.is_new and d.day <= k.day)"
            : $"(select {metric.Sql} from bots.conversation_days d where d.page_id = @page and d.day > k.day - @span and d.day <= k.day)";
        var rows = await connection.QueryAsync<(DateTime Day, long Value)>(new CommandDefinition(
            $"select k.day::timestamp as day, {counted}::bigint as value from (select @until::date - n as day from generate_series(0, @days - 1) as n) k order by k.day",
            new { page = page.Value, span, until = until.ToDateTime(TimeOnly.MinValue), days = period == "total_over_range" ? 1 : days }, cancellationToken: cancellationToken));
        var word = period switch { "week" => "Weekly", "days_28" => "28 Days", "total_over_range" => "Total over range", _ => "Daily" };
        return new()
        {
            ["name"] = metric.Name,
            ["period"] = period,
            ["values"] = new JsonArray([.. rows.Select(row => new JsonObject
            {
                ["value"] = row.Value,
                ["end_time"] = ConversationDays.EndOf(DateOnly.FromDateTime(row.Day)).ToString("yyyy-MM-dd'T'HH:mm:ss'+0000'", CultureInfo.InvariantCulture),
            })]),
            ["title"] = $"{word} {metric.Title}",
            ["description"] = $"{word}: {metric.Title}",
            ["id"] = $"{page}/insights/{metric.Name}/{period}",
        };
    }

    private static (DateOnly First, DateOnly Until) ReadRange(GraphCall call)
    {
        var now = call.Http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var until = ReadTime(call.Parameters["until"]) ?? now;
        var since = ReadTime(call.Parameters["since"]) ?? until.AddDays(call.Parameters["date_preset"].OneOf("today", "yesterday", "last_7d", "last_28d", "last_90d") switch
        {
            "today" => 0,
            "last_7d" => -7,
            "last_28d" => -28,
            "last_90d" => -90,
            _ => -1,
        });
        var (first, last) = (ConversationDays.DayOf(since), ConversationDays.DayOf(until));
        return last < first || last.DayNumber - first.DayNumber >= DaysMost
            ? throw call.Parameters["since"].Wrong($"Params since and until enclose 1 to {DaysMost} days.")
            : (first, last);
    }

    private static DateTimeOffset? ReadTime(GraphValue value) => !value.Exists ? null
        : long.TryParse(value.TextOrNumber(20), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 200_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : throw value.Wrong($"Param {value.Path} must be seconds since 1970.");
}
