using Dapper;
using Npgsql;
using Stoa.Bots.Sending;

namespace Stoa.Bots.Insights;

/// <summary>What each day saw, counted in the transaction that hears of it. Days are those of Pacific time, as the platform's.</summary>
internal static class ConversationDays
{
    public static TimeZoneInfo Zone { get; } = TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles");

    public static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, Zone).DateTime);

    /// <summary>When the day is over.</summary>
    public static DateTimeOffset EndOf(DateOnly day)
    {
        var midnight = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, Zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    /// <summary>Counts the acts, then does what follows: whether a conversation is new is seen only before it is noted.</summary>
    public static async Task WithNotedAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<ConversationAct> acts, Func<Task> next, CancellationToken cancellationToken)
    {
        // In one order everywhere, so that two transactions never wait for each other.
        var days = acts.GroupBy(a => (Page: a.Page.Value, Day: DayOf(a.At), Thread: a.Thread.Value)).OrderBy(g => g.Key).ToList();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.conversation_days as d (page_id, day, thread_id, is_new, acts, answers)
            select page, day, thread, acts > 0 and not exists (select from bots.conversations c where c.thread_id = thread and c.act_seq > 0), acts, answers
            from unnest(@pages::bigint[], @days::date[], @threads::bigint[], @acts::int[], @answers::int[]) as k(page, day, thread, acts, answers)
            on conflict (page_id, day, thread_id) do update set is_new = d.is_new or excluded.is_new, acts = d.acts + excluded.acts, answers = d.answers + excluded.answers
            """,
            new
            {
                pages = days.ConvertAll(g => g.Key.Page),
                days = days.ConvertAll(g => g.Key.Day.ToDateTime(TimeOnly.MinValue)),
                threads = days.ConvertAll(g => g.Key.Thread),
                acts = days.ConvertAll(g => g.Count(a => a.ByPerson)),
                answers = days.ConvertAll(g => g.Count(a => !a.ByPerson)),
            },
            transaction, cancellationToken: cancellationToken));
        await next();
    }
}
