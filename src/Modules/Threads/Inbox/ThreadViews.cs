using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;
using Stoa.People;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Inbox;

/// <summary>A place in the inbox: everything before it was active longer ago.</summary>
internal readonly record struct InboxPlace(DateTimeOffset At, long Thread)
{
    public override string ToString() => $"{At.ToUnixTimeMilliseconds()}_{Thread}";

    public static bool TryParse(string text, out InboxPlace place)
    {
        place = default;
        if (text.Split('_') is not [var at, var thread] || !WireIds.TryParse(at, out var ms) || !WireIds.TryParse(thread, out var id)
            || ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return false;
        }

        place = new(DateTimeOffset.FromUnixTimeMilliseconds(ms), id);
        return true;
    }
}

/// <summary>Reads threads for a reader: only those they are a member of, whatever is asked for.</summary>
internal sealed class ThreadViews(NpgsqlDataSource database, IPeople people, IPageDirectory pages, TimeProvider time)
{
    private const string Mine = "select t.id, t.kind, t.title, t.page_id, t.last_seq, t.last_message_seq, t.updated_at, m.read_seq, m.from_seq from threads.members m join threads.threads t on t.id = m.thread_id where m.member_id = $1";

    /// <summary>The parts of a view that the database knows, for the threads of <c>mine</c>; the newest event and the members come along.</summary>
    private static readonly string parts =
        $"""
        select mine.id, mine.kind, mine.title, mine.page_id, mine.last_seq, mine.updated_at, mine.read_seq,
               (select count(*) from threads.events u where u.thread_id = mine.id and u.seq > greatest(mine.read_seq, mine.from_seq) and u.sender <> $1 and u.kind in (1, 3)),
               who.ids, who.are_pages, who.read, who.delivered, who.blocked, {EventView.Columns}
        from mine
        cross join lateral (
          select array_agg(member_id order by member_id) as ids, array_agg(is_page order by member_id) as are_pages,
                 array_agg(read_seq order by member_id) as read, array_agg(delivered_seq order by member_id) as delivered,
                 bool_or(blocked_at is not null and member_id <> $1) as blocked
          from threads.members where thread_id = mine.id) who
        left join threads.events e on e.thread_id = mine.id and e.seq = mine.last_message_seq and e.seq > mine.from_seq
        {EventView.Joins(1)}
        order by mine.updated_at desc, mine.id desc
        """;

    public async Task<ThreadView?> FindAsync(PersonId reader, ThreadId thread, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"with mine as ({Mine} and m.thread_id = $2) {parts}");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = reader.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        return await ReadAsync(command, reader, cancellationToken) is [var view] ? view : null;
    }

    /// <summary>The newest threads before a place, newest first.</summary>
    public async Task<IReadOnlyList<ThreadView>> ListAsync(PersonId reader, InboxPlace? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"with mine as ({Mine} and ($2 is null or (t.updated_at, t.id) < ($2, $3)) order by t.updated_at desc, t.id desc limit $4) {parts}");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = reader.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)before?.At ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before?.Thread ?? 0 });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadAsync(command, reader, cancellationToken);
    }

    private async Task<List<ThreadView>> ReadAsync(NpgsqlCommand command, PersonId me, CancellationToken cancellationToken)
    {
        var rows = new List<Row>();
        var now = time.GetUtcNow();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var thread = new ThreadId(reader.GetInt64(0));
                rows.Add(new(
                    thread, reader.GetInt16(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? null : new PageId(reader.GetInt64(3)),
                    reader.GetInt64(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetInt64(6), reader.GetInt64(7),
                    reader.GetFieldValue<long[]>(8), reader.GetFieldValue<bool[]>(9), reader.GetFieldValue<long[]>(10), reader.GetFieldValue<long[]>(11), reader.GetBoolean(12),
                    reader.IsDBNull(13) ? null : EventView.Read(reader, thread, me, now, 13).Json));
            }
        }

        var names = await people.FindAsync(rows.SelectMany(row => row.Members.Where((_, i) => !row.ArePages[i])).Select(id => new PersonId(id)).ToHashSet(), cancellationToken);
        var pageIds = rows.Where(row => row.Page is not null).Select(row => row.Page!.Value).ToHashSet(); // Just filtered.
        var cards = pageIds.Count == 0 ? new Dictionary<PageId, PageCard>() : await pages.FindAsync(pageIds, cancellationToken);
        var views = new List<ThreadView>(rows.Count);
        foreach (var row in rows)
        {
            var members = row.Members.Select((id, i) => Member(row, i, id, names, cards)).ToArray();
            RawJson? page = null;
            if (row.Page is { } pageId && names.TryGetValue(me, out var reader)
                && await pages.DescribeAsync(pageId, new(me, reader.Name, reader.Locale), cancellationToken) is { } described)
            {
                page = new(described);
            }

            views.Add(new(row.Thread, KindName(row.Kind), Title(row, me, members), row.LastSeq, row.ReadSeq, row.Unread, row.LastEvent, row.UpdatedAt, members, page, row.Blocked ? true : null));
        }

        return views;
    }

    private static MemberView Member(
        Row row, int i, long id, IReadOnlyDictionary<PersonId, PersonCard> names, IReadOnlyDictionary<PageId, PageCard> cards)
    {
        var (kind, name, handle) = row.ArePages[i]
            ? cards.TryGetValue(new(id), out var page) ? ("page", page.Name, page.Username) : ("page", "", "")
            : names.TryGetValue(new(id), out var person) ? ("person", person.Name, person.Handle) : ("person", "", "");
        return new(new(id), kind, name, handle, row.Read[i], row.Delivered[i]);
    }

    private static string Title(Row row, PersonId me, MemberView[] members) =>
        row.Title ?? string.Join(", ", members.Where(member => member.Id != me && (row.Page is null || member.Kind == "page")).Select(member => member.Name));

    private static string KindName(short kind) => kind switch { 1 => "direct", 2 => "business", _ => "group" };

    private sealed record Row(
        ThreadId Thread, short Kind, string? Title, PageId? Page, long LastSeq, DateTimeOffset UpdatedAt, long ReadSeq, long Unread,
        long[] Members, bool[] ArePages, long[] Read, long[] Delivered, bool Blocked, RawJson? LastEvent);
}
