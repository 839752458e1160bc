using Npgsql;
using Stoa.Kernel;
using Stoa.People;
using Stoa.Threads.Log;
using Stoa.Threads.Own;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Inbox;

/// <summary>What the database says of a thread for one reader; names come to it afterwards.</summary>
internal sealed record ThreadRow
{
    private const int NamesInTitle = 10;

    public required ThreadId Thread { get; init; }

    public required short Kind { get; init; }

    public required string? Title { get; init; }

    public required PageId? Page { get; init; }

    public required ShownMember[] Members { get; init; }

    public required ThreadView View { get; init; }

    public IEnumerable<PersonId> PeopleShown => Members.Where(member => !member.IsPage).Select(member => member.Id.AsPerson());

    public static ThreadRow Read(NpgsqlDataReader row, PersonId me, DateTimeOffset now)
    {
        var thread = new ThreadId(row.GetInt64(0));
        var kind = row.GetInt16(1);
        var (ids, pages, roles) = (row.GetFieldValue<long[]>(24), row.GetFieldValue<bool[]>(25), row.GetFieldValue<short[]>(26));
        var (read, delivered) = (row.GetFieldValue<long[]>(27), row.GetFieldValue<long[]>(28));
        return new()
        {
            Thread = thread,
            Kind = kind,
            Title = Text(row, 2),
            Page = row.IsDBNull(3) ? null : new PageId(row.GetInt64(3)),
            Members = [.. ids.Select((id, i) => new ShownMember(new(id), pages[i], roles[i], read[i], delivered[i]))],
            View = new()
            {
                Id = thread,
                Kind = kind switch { 1 => "direct", 2 => "business", _ => "group" },
                Title = "",
                LastSeq = row.GetInt64(4),
                UpdatedAt = row.GetFieldValue<DateTimeOffset>(5),
                RetentionSeconds = row.IsDBNull(6) ? null : row.GetInt32(6),
                AnnouncementsOnly = True(row.GetBoolean(7)),
                About = Text(row, 8),
                Picture = row.IsDBNull(9) ? null : new MediaId(row.GetInt64(9)),
                MemberCount = row.GetInt32(10),
                ReadSeq = row.GetInt64(11),
                FromSeq = row.GetInt64(12),
                Role = kind == 3 ? RoleName(row.GetInt16(13)) : null,
                Request = True(row.GetBoolean(14)),
                MutedUntil = ThreadSettings.Muted(row, 15, now),
                Archived = True(row.GetBoolean(16)),
                Pinned = True(row.GetBoolean(17)),
                MarkedUnread = True(row.GetBoolean(18)),
                Folder = Text(row, 19),
                SettingsVersion = row.GetInt64(20) is > 0 and var version ? version : null,
                Unread = row.GetInt64(21),
                Mentions = row.GetInt64(22),
                Pins = row.IsDBNull(23) ? null : row.GetFieldValue<long[]>(23),
                Blocked = True(row.GetBoolean(29)),
                Draft = row.IsDBNull(30) ? null : Drafts.Json(row.GetInt64(30), row.GetFieldValue<byte[]>(31), row.GetFieldValue<DateTimeOffset>(32)),
                LastEvent = row.IsDBNull(33) ? null : EventView.Read(row, thread, me, now, 33).Json,
                Members = [],
            },
        };
    }

    public ThreadView AsView(PersonId me, IReadOnlyDictionary<PersonId, PersonCard> names, IReadOnlyDictionary<PageId, PageCard> cards, RawJson? page)
    {
        var members = Members.Select(member => Named(member, names, cards)).ToArray();
        var others = members.Where(member => member.Id != me && (Page is null || member.Kind == "page")).Select(member => member.Name).Take(NamesInTitle);
        return View with { Title = Title ?? string.Join(", ", others), Members = members, Page = page };
    }

    private MemberView Named(ShownMember member, IReadOnlyDictionary<PersonId, PersonCard> names, IReadOnlyDictionary<PageId, PageCard> cards)
    {
        var (kind, name, handle) = member.IsPage
            ? cards.TryGetValue(new(member.Id.Value), out var page) ? ("page", page.Name, page.Username) : ("page", "", "")
            : names.TryGetValue(member.Id.AsPerson(), out var person) ? ("person", person.Name, person.Handle) : ("person", "", "");
        return new(member.Id, kind, name, handle, Kind == 3 ? RoleName(member.Role) : null, member.Read, member.Delivered);
    }

    public static string RoleName(short role) => role switch { 1 => "owner", 2 => "admin", _ => "member" };

    private static bool? True(bool value) => value ? true : null;

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public readonly record struct ShownMember(MemberId Id, bool IsPage, short Role, long Read, long Delivered);
}
