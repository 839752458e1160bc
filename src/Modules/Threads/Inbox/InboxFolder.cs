using Stoa.Threads.Own;

namespace Stoa.Threads.Inbox;

/// <summary>Which threads a list shows. Each but the first two finds its rows by an index of its own.</summary>
/// <param name="Condition">On <c>m</c> (the member's row) and <c>t</c> (the thread).</param>
/// <param name="Name">Of a folder of one's own; it is parameter <c>$4</c>.</param>
internal readonly record struct InboxFolder(string Condition, string? Name = null)
{
    private const string Away = ThreadSettings.ArchivedSql;

    public static readonly InboxFolder Inbox = new($"not m.is_request and not {Away}");

    // The look into the log comes after the cheap ones, and only where something came after the marker.
    public static readonly InboxFolder Unread = new(
        $"""
        not m.is_request and not {Away}
        and (m.marked_unread or (t.last_message_seq > {ThreadViews.Floor} and {Left()} > 0))
        """);

    public static readonly InboxFolder Archived = new($"m.archived_seq is not null and not m.is_request and {Away}");

    public static readonly InboxFolder Requests = new("m.is_request and m.refused_at is null");

    /// <summary>The names that are no folders of one's own.</summary>
    public static readonly string[] Reserved = ["inbox", "unread", "archived", "requests"];

    public static InboxFolder Of(string? name) => name switch
    {
        null or "inbox" => Inbox,
        "unread" => Unread,
        "archived" => Archived,
        "requests" => Requests,
        _ => new($"m.folder = $4 and not m.is_request and not {Away}", name),
    };

    private static string Left() => Threads.Inbox.Unread.Sql("t.id", ThreadViews.Floor, "t.last_message_seq", "$1", "$2");
}
