using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Media.Checks;
using Stoa.Media.Storage;
using Stoa.Media.Uses;

namespace Stoa.Media.Uploads;

/// <summary>The rows of uploads that are not finished. Whoever appends or checks takes an upload for a while and is fenced off when that is over.</summary>
internal sealed class UploadStore(NpgsqlDataSource database, BlobRows blobs, TimeProvider time, IOptions<MediaOptions> options, IOptions<StoaOptions> stoa)
{
    /// <summary>Renewed with every part; after a crash others wait this long.</summary>
    private static readonly TimeSpan takenFor = TimeSpan.FromSeconds(30);

    public Task<(UploadRow? Row, Problem? Refusal)> BeginAsync(PersonId owner, long length, UploadMetadata metadata, CancellationToken cancellationToken) =>
        BeginAsync(owner, length, metadata, options.Value.BytesPerPerson, stoa.Value.Limits, cancellationToken);

    /// <param name="bytesMax">What the owner may hold.</param>
    /// <param name="countsUploads">Whether beginning is limited by number.</param>
    public async Task<(UploadRow? Row, Problem? Refusal)> BeginAsync(
        PersonId owner, long length, UploadMetadata metadata, long bytesMax, bool countsUploads, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Its lock lets one upload of a person begin at a time: neither limits nor the client's id can be passed by two at once.
        var allowance = await connection.QuerySingleAsync<Allowance>(new CommandDefinition(
            """
            insert into media.people as p (person, hour, uploads_in_hour, day, uploads_in_day) values (@Value, 'epoch', 0, 'epoch', 0)
            on conflict (person) do update set person = excluded.person
            returning bytes, hour, uploads_in_hour as UploadsInHour, day, uploads_in_day as UploadsInDay
            """, new { owner.Value }, transaction, cancellationToken: cancellationToken));
        if (metadata.ClientId is { } clientId && await connection.QuerySingleOrDefaultAsync<UploadRow>(new CommandDefinition(
            $"select {UploadRow.Columns} from media.items where owner = @Value and client_id = @clientId", new { owner.Value, clientId }, transaction, cancellationToken: cancellationToken)) is { } known)
        {
            return known.Length == length ? (known, null) : (null, UploadProblems.ClientIdTaken);
        }

        var (next, refusal) = allowance.Begin(length, now, options.Value, bytesMax, countsUploads);
        if (next is null)
        {
            return (null, refusal);
        }

        var row = await connection.QuerySingleAsync<UploadRow>(new CommandDefinition(
            $"""
             with counted as (
               update media.people set bytes = @Bytes, hour = @Hour, uploads_in_hour = @UploadsInHour, day = @Day, uploads_in_day = @UploadsInDay where person = @owner
             )
             insert into media.items (id, owner, client_id, declared_type, name, length, charged, waveform, created_at, reclaim_at)
             values (@id, @owner, @ClientId, @Type, @Name, @length, @length, @Waveform, @now, @expires) returning {UploadRow.Columns}
             """,
            new
            {
                next.Bytes,
                next.Hour,
                next.UploadsInHour,
                next.Day,
                next.UploadsInDay,
                id = MediaId.New().Value,
                owner = owner.Value,
                metadata.ClientId,
                metadata.Type,
                metadata.Name,
                length,
                metadata.Waveform,
                now,
                expires = now + options.Value.UploadExpiresAfter,
            }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return (row, null);
    }

    public async Task<UploadRow?> FindAsync(MediaId id, PersonId owner, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<UploadRow>(new CommandDefinition(
            $"select {UploadRow.Columns} from media.items where id = @Value", new { id.Value }, cancellationToken: cancellationToken));
        return row?.Owner == owner.Value ? row : null;
    }

    /// <returns>The upload when it is now ours to write; null when it is not there, not unfinished, or another's.</returns>
    public async Task<UploadRow?> TakeAsync(MediaId id, Guid writer, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<UploadRow>(new CommandDefinition(
            $"""
             update media.items set writer = @writer, writer_until = clock_timestamp() + @takenFor
             where id = @Value and state = {ItemState.Uploading} and (writer is null or writer_until <= clock_timestamp()) returning {UploadRow.Columns}
             """, new { id.Value, writer, takenFor }, cancellationToken: cancellationToken));
    }

    /// <exception cref="WriterLostException">Another has taken over.</exception>
    public Task RenewAsync(long id, Guid writer, TimeSpan? lasts = null) => ChangeAsync(
        "update media.items set writer_until = clock_timestamp() + @lasts where id = @id and writer = @writer", new { id, writer, lasts = lasts ?? takenFor });

    public async Task GiveBackAsync(long id, Guid writer)
    {
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        await connection.ExecuteAsync("update media.items set writer = null, writer_until = null where id = @id and writer = @writer", new { id, writer });
    }

    /// <summary>From here on these bytes are the server's: a crash loses none of them.</summary>
    /// <exception cref="WriterLostException">Another has taken over, and nothing was added.</exception>
    public async Task AddAsync(long id, Guid writer, IReadOnlyList<StoredPart> parts)
    {
        // Without the caller's token: what lies in the store is worth a row, whoever still listens.
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync();
        var changed = await connection.ExecuteAsync(
            """
            update media.items set received = received + @bytes, parts = parts + @count, writer_until = clock_timestamp() + @takenFor
            where id = @id and writer = @writer and state = 0 and received = @start
            """, new { id, writer, takenFor, start = parts[0].Start, count = parts.Count, bytes = parts.Sum(part => (long)part.Bytes) }, transaction);
        var kept = changed == 1 ? await BlobRows.KeepAsync(connection, transaction, [.. parts.Select(part => part.Blob)]) : 0;
        if (kept != parts.Count)
        {
            throw new WriterLostException();
        }

        await connection.ExecuteAsync(
            "insert into media.parts (media_id, start, bytes, blob) select @id, p.start, p.bytes, p.blob from unnest(@starts, @sizes, @names) as p(start, bytes, blob)",
            new { id, starts = parts.Select(part => part.Start).ToArray(), sizes = parts.Select(part => part.Bytes).ToArray(), names = parts.Select(part => part.Blob).ToArray() }, transaction);
        await transaction.CommitAsync();
    }

    public async Task<IReadOnlyList<StoredPart>> ReadPartsAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<StoredPart>(new CommandDefinition("select start, bytes, blob from media.parts where media_id = @id order by start", new { id }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>The checked content is what the upload is from now on; its parts go.</summary>
    /// <exception cref="WriterLostException">Another has taken over.</exception>
    public Task FinishAsync(long id, Guid writer, CheckedContent found, string blob) => EndAsync(id, writer,
        """
        state = 1, kind = @Kind, type = @Type, bytes = @Length, charged = @Length, width = @Width, height = @Height, duration_ms = @DurationMs,
        waveform = case when @Kind = 'audio' then waveform end, blob = @blob, finished_at = @now, reclaim_at = @reclaimAt
        """,
        new { id, writer, found.Kind, found.Type, found.Rebuilt.Length, found.Width, found.Height, found.DurationMs, blob, now = Now, reclaimAt = Now + options.Value.UnusedIsKeptFor }, blob);

    /// <summary>The content cannot be taken: the row stays for a while and says why, the bytes go.</summary>
    /// <exception cref="WriterLostException">Another has taken over.</exception>
    public Task RefuseAsync(long id, Guid writer, string code, string detail) =>
        EndAsync(id, writer, "state = 2, charged = 0, refusal_code = @code, refusal_detail = @detail", new { id, writer, code, detail }, keep: null);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task EndAsync(long id, Guid writer, string changes, object values, string? keep)
    {
        string[] doomed;
        await using (var connection = await database.OpenConnectionAsync(CancellationToken.None))
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            var before = await connection.QuerySingleOrDefaultAsync<Charge>(
                "select owner, charged from media.items where id = @id and writer = @writer and state = 0 and received = length for update", new { id, writer }, transaction);
            if (before is not { } was || (keep is not null && await BlobRows.KeepAsync(connection, transaction, [keep]) != 1))
            {
                throw new WriterLostException();
            }

            var charged = await connection.ExecuteScalarAsync<long>($"update media.items set writer = null, writer_until = null, {changes} where id = @id returning charged", values, transaction);
            await connection.ExecuteAsync("update media.people set bytes = bytes + @more where person = @Owner", new { was.Owner, more = charged - was.Charged }, transaction);
            doomed = (await connection.QueryAsync<string>("delete from media.parts where media_id = @id returning blob", new { id }, transaction)).ToArray();
            await BlobRows.DoomAsync(connection, transaction, doomed);
            await transaction.CommitAsync();
        }

        await blobs.DeleteAsync(doomed, CancellationToken.None);
    }

    private async Task ChangeAsync(string sql, object values)
    {
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        if (await connection.ExecuteAsync(sql, values) != 1)
        {
            throw new WriterLostException();
        }
    }
}

/// <summary>Who is charged for an upload, and how much.</summary>
internal sealed record Charge(long Owner, long Charged);

/// <summary>Somebody else writes to the upload now: what this one still holds does not count.</summary>
internal sealed class WriterLostException() : Exception("Another writer has taken the upload over.");
