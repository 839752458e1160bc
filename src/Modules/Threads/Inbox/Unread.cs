using Stoa.Kernel;
using Stoa.Threads.Log;

namespace Stoa.Threads.Inbox;

/// <summary>An event as counting sees it.</summary>
/// <param name="Kind"><see cref="EventKind"/>; 101 once its content is gone.</param>
/// <param name="ExpiresAt">From when on it has no content, swept or not.</param>
/// <param name="Hidden">The reader has deleted it for themselves.</param>
internal readonly record struct CountedEvent(long Seq, MemberId Sender, short Kind, DateTimeOffset? ExpiresAt = null, bool Hidden = false);

/// <summary>
/// Unread: a pure function of the log and the reader's markers. Messages and payments of others that come after what was read and after
/// what is the reader's to see, that still have content and are not hidden. Changes of events never count.
/// </summary>
/// <remarks>Said three times: here, as SQL for the server's answers, and in web/src/features/threads/model/unread.ts for devices.
/// tests/Threads.Tests/Own/unread-cases.json is read by the tests of all three.</remarks>
internal static class Unread
{
    /// <summary>More is not said, and not counted.</summary>
    public const int Most = 1_000;

    public static int Of(IEnumerable<CountedEvent> events, long readSeq, long fromSeq, MemberId me, DateTimeOffset now) =>
        events.Where(e => e.Seq > Math.Max(readSeq, fromSeq) && Counts(e, me, now)).Select(e => e.Seq).Distinct().Take(Most).Count();

    private static bool Counts(CountedEvent e, MemberId me, DateTimeOffset now) =>
        e.Sender != me && (e.Kind is EventKind.Message or EventKind.Payment) && !e.Hidden && !(e.ExpiresAt <= now);

    /// <summary>The same in SQL, capped. A range of the log's key alone, unless something of the range may have expired or be hidden.</summary>
    /// <param name="thread">Expressions in scope, as <c>mine.id</c>.</param>
    /// <param name="floor">The greater of the marker and what is the reader's to see.</param>
    /// <param name="last">The newest event that is read by itself: nothing above the floor spares the look.</param>
    /// <param name="me">Parameters, as <c>$1</c>.</param>
    /// <param name="now">As above.</param>
    public static string Sql(string thread, string floor, string last, string me, string now) =>
        $"""
        case when {last} <= {floor} then 0
             when exists (select from threads.events x where x.thread_id = {thread} and x.seq > {floor} and x.expires_at is not null)
               or exists (select from threads.hidden h where h.thread_id = {thread} and h.member_id = {me} and h.seq > {floor})
             then (select count(*) from (
                     select from threads.events u where u.thread_id = {thread} and u.seq > {floor} and u.sender <> {me} and u.kind in (1, 3)
                       and (u.expires_at is null or u.expires_at > {now})
                       and not exists (select from threads.hidden h where h.thread_id = {thread} and h.member_id = {me} and h.seq = u.seq)
                     limit {Most}) counted)
             else (select count(*) from (
                     select from threads.events u where u.thread_id = {thread} and u.seq > {floor} and u.sender <> {me} and u.kind in (1, 3)
                     limit {Most}) counted)
        end
        """;

    /// <summary>Of these, the messages that name the reader, or everybody (member 0).</summary>
    /// <inheritdoc cref="Sql"/>
    public static string MentionsSql(string thread, string floor, string last, string me, string now) =>
        $"""
        case when {last} <= {floor} then 0
             else (select count(*) from (
                     select distinct n.seq from threads.mentions n join threads.events u on u.thread_id = n.thread_id and u.seq = n.seq
                     where n.thread_id = {thread} and n.member_id in (0, {me}) and n.seq > {floor} and u.sender <> {me} and u.kind = 1
                       and (u.expires_at is null or u.expires_at > {now})
                       and not exists (select from threads.hidden h where h.thread_id = {thread} and h.member_id = {me} and h.seq = n.seq)
                     limit {Most}) named)
        end
        """;
}
