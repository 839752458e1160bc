using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;
using Stoa.People;
using Stoa.Threads.Log;
using Stoa.Threads.Own;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Inbox;

/// <summary>Reads threads for a reader: only those they are a member of, whatever is asked for.</summary>
internal sealed class ThreadViews(NpgsqlDataSource database, IPeople people, IPageDirectory pages, TimeProvider time)
{
    private const int MembersShown = 50;

    /// <summary>Nothing up to it is unread: it was read, came before one saw the thread, or before one came in.</summary>
    public const string Floor = "greatest(m.read_seq, m.from_seq, m.joined_seq)";

    // $1 the reader, $2 now.
    private const string Columns =
        $"""
        select t.id, t.kind, t.title, t.page_id, t.last_seq, t.last_message_seq, t.updated_at, t.retention_seconds, t.announcements, t.about, t.picture, t.member_count,
               m.read_seq, m.from_seq, {Floor} as floor, m.role, m.is_request, m.muted_until, {ThreadSettings.ArchivedSql} as archived, m.pinned_at is not null as pinned,
               m.marked_unread, m.folder, m.settings_version
        """;

    private const string Mine = "from threads.members m join threads.threads t on t.id = m.thread_id where m.member_id = $1";

    /// <summary>The parts of a view that the database knows, for the threads of <c>mine</c>; the newest event, the members and the draft come along.</summary>
    private static readonly string parts =
        $"""
        select mine.id, mine.kind, mine.title, mine.page_id, mine.last_seq, mine.updated_at, mine.retention_seconds, mine.announcements, mine.about, mine.picture,
               mine.member_count, mine.read_seq, mine.from_seq, mine.role, mine.is_request, mine.muted_until, mine.archived, mine.pinned, mine.marked_unread, mine.folder,
               mine.settings_version,
               {Unread.Sql("mine.id", "mine.floor", "mine.last_message_seq", "$1", "$2")},
               {Unread.MentionsSql("mine.id", "mine.floor", "mine.last_message_seq", "$1", "$2")},
               (select array_agg(p.seq order by p.at desc, p.seq desc) from threads.pins p where p.thread_id = mine.id and p.seq > mine.from_seq),
               who.ids, who.are_pages, who.roles, who.read, who.delivered, who.blocked, d.version, d.draft, d.at, {EventView.Columns}
        from mine cross join me
        left join threads.events e on e.thread_id = mine.id and e.seq = mine.last_message_seq and e.seq > mine.from_seq
        {EventView.Joins(1)}
        left join threads.drafts d on d.thread_id = mine.id and d.member_id = $1 and d.draft is not null
        cross join lateral (
          select array_agg(x.member_id order by x.member_id) as ids, array_agg(x.is_page order by x.member_id) as are_pages, array_agg(x.role order by x.member_id) as roles,
                 array_agg(case when x.member_id = $1 then x.read_seq when x.is_request or not coalesce(p.shows_read, true) or me.hides_read then 0 else x.read_seq end order by x.member_id) as read,
                 array_agg(case when x.member_id <> $1 and x.is_request then 0 else x.delivered_seq end order by x.member_id) as delivered,
                 bool_or(mine.kind <> 3 and x.blocked_at is not null and x.member_id <> $1) as blocked
          from (select member_id from threads.members where thread_id = mine.id and member_id in ($1, e.sender)
                union
                (select member_id from threads.members where thread_id = mine.id order by member_id limit {MembersShown - 2})) shown
          join threads.members x on x.thread_id = mine.id and x.member_id = shown.member_id
          left join threads.people p on p.person_id = x.member_id) who
        order by mine.pinned desc, mine.updated_at desc, mine.id desc
        """;

    private const string Me = "me as (select coalesce((select not shows_read from threads.people where person_id = $1), false) as hides_read)";

    /// <summary>A thread of the reader's, in whatever list it stands.</summary>
    public Task<ThreadView?> FindAsync(PersonId reader, ThreadId thread, CancellationToken cancellationToken) => FindAsync(reader, thread, "true", cancellationToken);

    /// <summary>The same, unless it was refused and is in no list.</summary>
    public Task<ThreadView?> FindListedAsync(PersonId reader, ThreadId thread, CancellationToken cancellationToken) => FindAsync(reader, thread, "m.refused_at is null", cancellationToken);

    /// <summary>The newest threads of a folder before a place: pinned ones first, then newest first.</summary>
    public async Task<IReadOnlyList<ThreadView>> ListAsync(PersonId reader, InboxFolder folder, InboxPlace? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command(reader,
            $"newest as materialized ({NewestThreads.Sql(folder, goesOn: before is not null)})",
            $"{Columns} from newest join threads.threads t on t.id = newest.id join threads.members m on m.thread_id = newest.id and m.member_id = $1");
        var place = before ?? default;
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)folder.Name ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = place.Pinned });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = place.At });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = place.Thread });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = before is { Pinned: false } ? DateOnly.FromDateTime(place.At.UtcDateTime) : NewestThreads.AnyDay });

        return await ReadAsync(command, reader, cancellationToken);
    }

    private async Task<ThreadView?> FindAsync(PersonId reader, ThreadId thread, string condition, CancellationToken cancellationToken)
    {
        await using var command = Command(reader, null, $"{Columns} {Mine} and m.thread_id = $3 and {condition}");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        return await ReadAsync(command, reader, cancellationToken) is [var view] ? view : null;
    }

    private NpgsqlCommand Command(PersonId reader, string? before, string mine)
    {
        var command = database.CreateCommand($"with {Me}, {(before is null ? "" : $"{before}, ")}mine as materialized ({mine}) {parts}");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = reader.Value });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        return command;
    }

    private async Task<List<ThreadView>> ReadAsync(NpgsqlCommand command, PersonId me, CancellationToken cancellationToken)
    {
        var rows = new List<ThreadRow>();
        var now = time.GetUtcNow();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(ThreadRow.Read(reader, me, now));
            }
        }

        var names = await people.FindAsync(rows.SelectMany(row => row.PeopleShown).Append(me).ToHashSet(), cancellationToken);
        var pageIds = rows.Where(row => row.Page is not null).Select(row => row.Page!.Value).ToHashSet(); // Just filtered.
        var cards = pageIds.Count == 0 ? new Dictionary<PageId, PageCard>() : await pages.FindAsync(pageIds, cancellationToken);
        var views = new List<ThreadView>(rows.Count);
        foreach (var row in rows)
        {
            RawJson? page = null;
            if (row.Page is { } pageId && names.TryGetValue(me, out var reader)
                && await pages.DescribeAsync(pageId, new(me, reader.Name, reader.Locale), cancellationToken) is { } described)
            {
                page = new(described);
            }

            views.Add(row.AsView(me, names, cards, page));
        }

        return views;
    }
}
