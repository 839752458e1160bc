using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.SignIn;
using Stoa.Threads.Inbox;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Own;

/// <summary><c>GET /api/threads/totals</c>: the numbers on the icon. What is muted, archived or a request counts in none but its own.</summary>
internal static class CountTotals
{
    /// <summary>Threads that are looked into.</summary>
    private const int Most = 10_000;

    private static readonly string sql =
        $"""
        with mine as (
          select t.id, t.last_message_seq, {ThreadViews.Floor} as floor, m.marked_unread
          from threads.members m join threads.threads t on t.id = m.thread_id
          where m.member_id = $1 and not m.is_request and not {ThreadSettings.ArchivedSql} and not coalesce(m.muted_until > $2, false)
            and (m.marked_unread or t.last_message_seq > {ThreadViews.Floor})
          limit {Most}
        ), counted as materialized (
          select marked_unread, {Unread.Sql("mine.id", "mine.floor", "mine.last_message_seq", "$1", "$2")} as unread,
                 {Unread.MentionsSql("mine.id", "mine.floor", "mine.last_message_seq", "$1", "$2")} as mentions
          from mine
        )
        select coalesce(sum(unread), 0)::bigint, count(*) filter (where unread > 0 or marked_unread), coalesce(sum(mentions), 0)::bigint,
               (select count(*) from (select from threads.members where member_id = $1 and is_request and refused_at is null limit {Most}) asked)
        from counted
        """;

    /// <param name="Threads">With something unread, or marked so.</param>
    public sealed record Totals(long Unread, long Threads, long Mentions, long Requests);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/threads/totals", HandleAsync).For(Audience.Person)
            .WithName("countTotals").WithTags("Threads").WithSummary("How much is unread in all my threads").Produces<Totals>();

    private static async Task<IResult> HandleAsync(HttpContext context, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = context.Person().Value });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return TypedResults.Json(new Totals(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)), ThreadsJson.Default.Totals);
    }
}
