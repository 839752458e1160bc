using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;

namespace Stoa.Bots.Console;

/// <summary><c>GET /api/bots/{app}/activity</c>: how the bot does, by its newest deliveries.</summary>
internal sealed class ReadActivity(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>However busy the bot is, so much is looked at.</summary>
    private const int Looked = 1_000;

    private const int Minutes = 30;

    /// <param name="Looked">Deliveries of the last hour that were looked at; at most 1,000, the newest.</param>
    /// <param name="Answered">Of them, those that were acknowledged.</param>
    /// <param name="TookMs">Of the acknowledged ones, the call that was: the middle one; null without any.</param>
    /// <param name="TookMsMost">99 of 100 took no longer.</param>
    /// <param name="PerMinute">Of those looked at, how many were made in each of the last thirty minutes, the oldest first.</param>
    public sealed record Activity(int Looked, int Answered, int? TookMs, int? TookMsMost, IReadOnlyList<MinuteView> PerMinute);

    /// <param name="Failed">Of them, those that are not acknowledged and were tried.</param>
    public sealed record MinuteView(int Made, int Failed);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/bots/{app}/activity", HandleAsync).ForDeveloper("readActivity", "How fast it answers, and how often it does");

    private static async Task<Ok<Activity>> HandleAsync(string app, HttpContext context, OwnBots own, ReadActivity activity, CancellationToken cancellationToken) =>
        TypedResults.Ok(await activity.ReadAsync(await own.DemandAsync(context.Person(), app, cancellationToken), cancellationToken));

    private async Task<Activity> ReadAsync(AppId app, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(DateTime CreatedAt, short State, int Attempts, int? TookMs)>(new CommandDefinition(
            """
            select d.created_at, d.state, d.attempts,
                   (select latency_ms from bots.delivery_attempts a where a.thread_id = d.thread_id and a.subscription_id = d.subscription_id and a.number = d.number order by attempt desc limit 1)
            from (
              select d.* from bots.subscriptions s
              cross join lateral (
                select * from bots.deliveries d where d.subscription_id = s.id and d.created_at > @since order by d.created_at desc, d.thread_id desc, d.number desc limit @Looked) d
              where s.app_id = @app order by d.created_at desc limit @Looked) d
            """,
            new { app = app.Value, since = now.AddHours(-1), Looked }, cancellationToken: cancellationToken))).AsList();
        var took = rows.Where(row => row.State == 1 && row.TookMs is not null).Select(row => row.TookMs!.Value).Order().ToArray();
        var minutes = new MinuteView[Minutes];
        Array.Fill(minutes, new(0, 0));
        foreach (var row in rows)
        {
            var ago = (int)(now - new DateTimeOffset(row.CreatedAt)).TotalMinutes;
            if (ago is >= 0 and < Minutes)
            {
                var minute = minutes[Minutes - 1 - ago];
                minutes[Minutes - 1 - ago] = new(minute.Made + 1, minute.Failed + (row.State is 0 or 2 && row.Attempts > 0 ? 1 : 0));
            }
        }

        return new(rows.Count, rows.Count(row => row.State == 1), took.Length == 0 ? null : took[took.Length / 2], took.Length == 0 ? null : took[(took.Length - 1) * 99 / 100], minutes);
    }
}
