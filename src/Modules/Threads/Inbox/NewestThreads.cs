namespace Stoa.Threads.Inbox;

/// <summary>Which threads stand next in a list: pinned ones, then the most recent ones, from a place on.</summary>
/// <remarks>
/// In the inbox itself, which may hold thousands, only the days that can matter are looked at. A thread between two has its day beside the member's row:
/// when as many threads as a page has surely stand before the end of some day, none of an earlier day is on the page. Groups have no day and are
/// all looked at; nobody has thousands. The other lists find their few rows by indexes of their own.
/// With 5,000 threads: 12 ms of the database's time by reading the members' rows, 6 by their index alone, 1 to 2 by days.
/// </remarks>
internal static class NewestThreads
{
    /// <summary>For <c>$8</c> where nothing is before: not the greatest, which the database would take for infinity.</summary>
    public static readonly DateOnly AnyDay = DateOnly.MaxValue.AddDays(-1);

    // Surely in the inbox, and surely after the place: nothing is archived, pinned or asked for, and the day is over before the place's begins.
    private const string LastDay =
        """
        select coalesce(case when count(*) = $3 then min(active_on) end, '-infinity') from (
          select m.active_on from threads.members m
          where m.member_id = $1 and m.active_on < $8 and not m.is_request and m.archived_seq is null and m.pinned_at is null
          order by m.active_on desc limit $3) sure
        """;

    /// <summary>A query of the threads' ids. <c>$1</c> the reader, <c>$2</c> now, <c>$3</c> the limit, <c>$4</c> a folder's name, <c>$5</c> to <c>$7</c> the
    /// place from which it goes on, <c>$8</c> that place's day or <see cref="AnyDay"/>.</summary>
    public static string Sql(InboxFolder folder, bool goesOn)
    {
        var past = goesOn ? "and (m.pinned_at is not null, t.updated_at, t.id) < ($5, $6, $7)" : "";
        var threads = $"select t.id, t.updated_at, m.pinned_at is not null as pinned from threads.members m join threads.threads t on t.id = m.thread_id where m.member_id = $1 and {folder.Condition} {past}";
        var all = folder == InboxFolder.Inbox
            ? $"""
               {threads} and m.pinned_at is null and m.active_on <= $8 and m.active_on >= ({LastDay})
               union all {threads} and m.pinned_at is null and m.active_on = 'infinity'
               union all {threads} and m.pinned_at is not null
               """
            : threads;
        return $"select id from ({all}) listed order by pinned desc, updated_at desc, id desc limit $3";
    }
}
