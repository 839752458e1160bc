using System.Text.Json.Serialization;
using Npgsql;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Own;

/// <summary>What a member has set for themselves in a thread, as their devices hear of it.</summary>
/// <param name="Version">Rises with each change; devices keep the higher one, in whatever order they hear.</param>
/// <param name="MutedUntil">An instant, or <c>always</c>.</param>
/// <param name="ArchivedSeq">With <paramref name="Archived"/>: a message above it brings the thread back, unless it is muted.</param>
/// <remarks>All of them are written, also those that are not set: what is told is the whole.</remarks>
internal sealed record ThreadSettings(
    long Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? MutedUntil,
    bool Archived, long? ArchivedSeq, bool Pinned, bool MarkedUnread,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Folder)
{
    /// <summary>Whether the thread is put away: since then nothing came, or what came last came while it was muted.</summary>
    /// <remarks>Derived from the thread's newest message, so that a message writes no row of those who have archived it.</remarks>
    public const string ArchivedSql =
        "(m.archived_seq is not null and (m.archived_seq >= t.last_message_seq or coalesce(m.muted_until > t.updated_at, false)))";

    /// <summary>Of the member's row <c>m</c>, for <see cref="Read"/>.</summary>
    public const string Columns = "m.settings_version, m.muted_until, m.archived_seq, m.pinned_at is not null, m.marked_unread, m.folder";

    /// <param name="from">The first of <see cref="Columns"/>.</param>
    public static ThreadSettings Read(NpgsqlDataReader row, DateTimeOffset now, int from = 0)
    {
        long? archivedSeq = row.IsDBNull(from + 2) ? null : row.GetInt64(from + 2);
        return new(row.GetInt64(from), Muted(row, from + 1, now), archivedSeq is not null, archivedSeq,
            row.GetBoolean(from + 3), row.GetBoolean(from + 4), row.IsDBNull(from + 5) ? null : row.GetString(from + 5));
    }

    public static string? Muted(NpgsqlDataReader row, int column, DateTimeOffset now) =>
        row.IsDBNull(column) ? null
        : row.GetFieldValue<DateTimeOffset>(column) is var until && until == DateTimeOffset.MaxValue ? "always"
        : until > now ? Instant.Text(until) : null;
}
