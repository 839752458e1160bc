using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Kernel;
using Stoa.Media.Serving;

namespace Stoa.Media.Uses;

/// <summary>What events use, and who may therefore read it.</summary>
internal sealed class MediaUses(NpgsqlDataSource database, IMediaReaders readers, MediaLinks links, TimeProvider time, IOptions<MediaOptions> options) : IMedia
{
    private const int PlacesPerQuestion = 100;
    private const int PageMax = 100;

    public async Task<IReadOnlyDictionary<MediaId, MediaCard>> FindAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return new Dictionary<MediaId, MediaCard>();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<MediaRow>(new CommandDefinition(
            $"select {MediaRow.Columns} from media.items i where i.id = any(@ids) and i.state = {ItemState.Finished}", new { ids = Values(ids) }, cancellationToken: cancellationToken));
        return rows.ToDictionary(row => new MediaId(row.Id), row => row.AsCard());
    }

    public async Task<MediaClaim> ClaimAsync(
        NpgsqlConnection connection, PersonId owner, ThreadId thread, long seq, IReadOnlyList<MediaId> media, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(media.Count, IMedia.PerEventMax);
        var ids = media.Distinct().ToArray();
        if (ids.Length == 0)
        {
            return new([], []);
        }

        // From here to the caller's commit nobody can reclaim them: whoever wants to must take the same lock, and then sees the use.
        var rows = (await connection.QueryAsync<MediaRow>(new CommandDefinition(
            $"select {MediaRow.Columns} from media.items i where i.id = any(@ids) order by i.id for no key update", new { ids = Values(ids) }, cancellationToken: cancellationToken)))
            .ToDictionary(row => new MediaId(row.Id));
        var refused = await RefuseAsync(connection, owner, ids, rows, cancellationToken);
        if (refused.Count > 0)
        {
            return new([], refused);
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            with used as (
              insert into media.uses (thread, seq, media_id, place, kind)
              select @thread, @seq, u.id, u.place - 1, u.kind from unnest(@ids, @kinds) with ordinality as u(id, kind, place)
              on conflict (thread, seq, media_id) do nothing
            )
            update media.items set reclaim_at = null where id = any(@ids)
            """,
            new { thread = thread.Value, seq, ids = Values(ids), kinds = ids.Select(id => rows[id].Kind).ToArray() }, cancellationToken: cancellationToken));
        return new([.. media.Select(id => rows[id].AsCard())], []);
    }

    public async Task ReleaseAsync(NpgsqlConnection connection, ThreadId thread, long seq, CancellationToken cancellationToken)
    {
        // Locked first, in the order in which claims lock; the second statement then sees every use that was claimed meanwhile.
        var ids = (await connection.QueryAsync<long>(new CommandDefinition(
            """
            select i.id from media.items i where i.id in (select u.media_id from media.uses u where u.thread = @thread and u.seq = @seq)
            order by i.id for no key update
            """, new { thread = thread.Value, seq }, cancellationToken: cancellationToken))).ToArray();
        if (ids.Length == 0)
        {
            return;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            with ended as (delete from media.uses where thread = @thread and seq = @seq and media_id = any(@ids))
            update media.items i set reclaim_at = @reclaimAt
            where i.id = any(@ids) and not exists (select from media.uses u where u.media_id = i.id and (u.thread, u.seq) <> (@thread, @seq))
            """,
            new { thread = thread.Value, seq, ids, reclaimAt = (time.GetUtcNow() + options.Value.ReleasedIsKeptFor).UtcDateTime }, cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlySet<MediaId>> MayReadAsync(PersonId reader, IReadOnlyCollection<MediaId> media, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<MediaRow>(new CommandDefinition(
            $"select {MediaRow.Columns} from media.items i where i.id = any(@ids)", new { ids = Values(media) }, cancellationToken: cancellationToken));
        var readable = new HashSet<MediaId>();
        foreach (var row in rows)
        {
            if (await MayReadAsync(connection, reader, row, cancellationToken))
            {
                readable.Add(new(row.Id));
            }
        }

        return readable;
    }

    public async Task<MediaPage> ListAsync(
        ThreadId thread, long fromSeq, IReadOnlyCollection<string> kinds, MediaCursor? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, PageMax);
        var edge = before ?? new(long.MaxValue, int.MaxValue);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<long, int, MediaRow, UsedMedia>(new CommandDefinition(
            $"""
             select u.seq, u.place, {MediaRow.Columns} from media.uses u join media.items i on i.id = u.media_id
             where u.thread = @thread and u.seq >= @fromSeq and (u.seq, u.place) < (@Seq, @Place) and (cardinality(@kinds) = 0 or u.kind = any(@kinds))
             order by u.seq desc, u.place desc limit @limit
             """,
            new { thread = thread.Value, fromSeq, edge.Seq, edge.Place, kinds = kinds.ToArray(), limit = limit + 1 }, cancellationToken: cancellationToken),
            (seq, place, row) => new(seq, place, row.AsCard()), splitOn: "place,id")).AsList();
        return rows.Count > limit
            ? new(rows[..limit], new(rows[limit - 1].Seq, rows[limit - 1].Place))
            : new(rows, null);
    }

    public Uri SignBotLink(MediaId media) => links.Sign(media, LinkPart.ForBots, MediaLinks.LastsForBots);

    public Uri SignLink(MediaId media, TimeSpan lasts) => links.Sign(media, LinkPart.Content, lasts);

    /// <summary>The owner, or somebody who may read an event that uses it.</summary>
    public async Task<bool> MayReadAsync(NpgsqlConnection connection, PersonId reader, MediaRow row, CancellationToken cancellationToken)
    {
        if (row.Owner == reader.Value)
        {
            return true;
        }

        var (thread, seq) = (0L, 0L);
        while (row.IsFinished)
        {
            var places = (await connection.QueryAsync<(long Thread, long Seq)>(new CommandDefinition(
                "select thread, seq from media.uses where media_id = @Id and (thread, seq) > (@thread, @seq) order by thread, seq limit @PlacesPerQuestion",
                new { row.Id, thread, seq, PlacesPerQuestion }, cancellationToken: cancellationToken))).AsList();
            if (places.Count > 0 && await readers.MayReadAsync(reader, places.ConvertAll(place => new MediaPlace(new(place.Thread), place.Seq)), cancellationToken))
            {
                return true;
            }

            if (places.Count < PlacesPerQuestion)
            {
                return false;
            }

            (thread, seq) = places[^1];
        }

        return false;
    }

    private async Task<List<RefusedMedia>> RefuseAsync(
        NpgsqlConnection connection, PersonId owner, MediaId[] ids, Dictionary<MediaId, MediaRow> rows, CancellationToken cancellationToken)
    {
        var refused = new List<RefusedMedia>();
        foreach (var id in ids)
        {
            if (!rows.TryGetValue(id, out var row) || !await MayReadAsync(connection, owner, row, cancellationToken))
            {
                refused.Add(new(id, MediaRefusal.NotFound));
            }
            else if (!row.IsFinished)
            {
                refused.Add(new(id, MediaRefusal.NotFinished));
            }
        }

        return refused;
    }

    private static long[] Values(IEnumerable<MediaId> ids) => [.. ids.Select(id => id.Value)];
}
