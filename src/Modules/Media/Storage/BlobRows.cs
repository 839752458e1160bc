using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Stoa.Media.Storage;

/// <summary>
/// The book of blobs: a row is written before its blob is, and removed after it. So a crash at any moment leaves a blob that the book knows and nobody
/// refers to, which is deleted later, and never a reference to a blob that is not there.
/// </summary>
internal sealed partial class BlobRows(NpgsqlDataSource database, IBlobStore store, ILogger<BlobRows> log)
{
    /// <summary>Longer than any put takes.</summary>
    private static readonly TimeSpan plannedIsKeptFor = TimeSpan.FromHours(1);

    /// <summary>Stores a content under a new name that nothing refers to yet.</summary>
    /// <exception cref="BlobStoreException">The store does not take it.</exception>
    public async Task<string> PutAsync(Func<Stream> open, long length, byte[] sha256, CancellationToken cancellationToken)
    {
        var name = BlobName.New();
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(new CommandDefinition("insert into media.blobs (name, bytes) values (@name, @length)", new { name, length }, cancellationToken: cancellationToken));
        }

        await store.PutAsync(name, open, length, sha256, cancellationToken);
        return name;
    }

    /// <summary>In the transaction that begins to refer to them.</summary>
    /// <returns>How many there were; one too few has been given up already, and must not be referred to.</returns>
    public static Task<int> KeepAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] names) =>
        connection.ExecuteAsync("update media.blobs set state = 1, since = now() where name = any(@names) and state = 0", new { names }, transaction);

    /// <summary>In the transaction that ends to refer to them.</summary>
    public static Task DoomAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] names) =>
        connection.ExecuteAsync("update media.blobs set state = 2, since = now() where name = any(@names)", new { names }, transaction);

    /// <summary>What was put and will not be referred to after all.</summary>
    public async Task GiveUpAsync(IReadOnlyCollection<string> names)
    {
        await using (var connection = await database.OpenConnectionAsync(CancellationToken.None))
        {
            await connection.ExecuteAsync("update media.blobs set state = 2, since = now() where name = any(@names) and state = 0", new { names = names.ToArray() });
        }

        await DeleteAsync(names, CancellationToken.None);
    }

    /// <summary>Deletes doomed blobs, then their rows. What the store does not give up now is tried again by the sweeper.</summary>
    public async Task DeleteAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var deleted = new List<string>();
        try
        {
            foreach (var name in names)
            {
                await store.DeleteAsync(name, cancellationToken);
                deleted.Add(name);
            }
        }
        catch (BlobStoreException exception)
        {
            LogNotDeleted(exception, names.Count - deleted.Count);
        }

        if (deleted.Count > 0)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition("delete from media.blobs where name = any(@deleted) and state = 2", new { deleted }, cancellationToken: cancellationToken));
        }
    }

    /// <summary>Deletes what is doomed, and what was planned so long ago that whoever planned it is gone.</summary>
    /// <returns>How many were looked at.</returns>
    public async Task<int> SweepAsync(int most, CancellationToken cancellationToken)
    {
        List<string> names;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            // Given up in one step: whoever still wants to keep a planned one finds it doomed, and does not.
            names = (await connection.QueryAsync<string>(new CommandDefinition(
                """
                with dead as (
                  select name from media.blobs where state = 2 or (state = 0 and since <= now() - @plannedIsKeptFor) order by since limit @most for update skip locked
                )
                update media.blobs b set state = 2, since = now() from dead where b.name = dead.name returning b.name
                """, new { plannedIsKeptFor, most }, cancellationToken: cancellationToken))).AsList();
        }

        await DeleteAsync(names, cancellationToken);
        return names.Count;
    }

    [LoggerMessage(601, LogLevel.Warning, "{Count} blobs could not be deleted; they are tried again.")]
    private partial void LogNotDeleted(Exception exception, int count);
}
