using Dapper;
using Npgsql;
using Stoa.Kernel;
using Stoa.Media.Storage;

namespace Stoa.Media.Reclaiming;

/// <summary>Removes uploads: rows first, under the lock that a claim takes too, then their blobs.</summary>
internal sealed class Reclaim(NpgsqlDataSource database, BlobRows blobs, TimeProvider time)
{
    /// <summary>What is due by now: unfinished ones that have expired, finished ones that nothing uses.</summary>
    /// <returns>How many went.</returns>
    public Task<int> RunAsync(int most, CancellationToken cancellationToken) => RemoveAsync(
        // What is being claimed or appended to at this moment is locked: then it is left alone.
        "select id from media.items where reclaim_at <= @now and (writer is null or writer_until <= clock_timestamp()) order by reclaim_at limit @most for update skip locked",
        new { now = time.GetUtcNow().UtcDateTime, most }, cancellationToken);

    /// <returns>Whether it went; not while something uses it.</returns>
    public async Task<bool> EndAsync(MediaId id, CancellationToken cancellationToken) =>
        await RemoveAsync("select id from media.items where id = @Value and reclaim_at is not null for update", new { id.Value }, cancellationToken) == 1;

    private async Task<int> RemoveAsync(string choose, object values, CancellationToken cancellationToken)
    {
        List<Removed> removed;
        List<string> doomed;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            var ids = (await connection.QueryAsync<long>(new CommandDefinition(choose, values, transaction, cancellationToken: cancellationToken))).ToArray();
            if (ids.Length == 0)
            {
                return 0;
            }

            // A statement of its own: under the locks it sees every use that was committed before them.
            doomed = (await connection.QueryAsync<string>(new CommandDefinition(
                "select blob from media.parts where media_id = any(@ids)", new { ids }, transaction, cancellationToken: cancellationToken))).AsList();
            removed = (await connection.QueryAsync<Removed>(new CommandDefinition(
                """
                delete from media.items i where i.id = any(@ids) and not exists (select from media.uses u where u.media_id = i.id)
                returning i.owner, i.charged, i.blob, i.thumbnail
                """, new { ids }, transaction, cancellationToken: cancellationToken))).AsList();
            doomed.AddRange(removed.SelectMany(item => new[] { item.Blob, item.Thumbnail }).OfType<string>());
            await BlobRows.DoomAsync(connection, transaction, [.. doomed]);
            foreach (var person in removed.GroupBy(item => item.Owner).OrderBy(person => person.Key))
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    "update media.people set bytes = bytes - @freed where person = @Key", new { person.Key, freed = person.Sum(item => item.Charged) }, transaction, cancellationToken: cancellationToken));
            }

            await transaction.CommitAsync(cancellationToken);
        }

        await blobs.DeleteAsync(doomed, cancellationToken);
        return removed.Count;
    }

    private sealed record Removed(long Owner, long Charged, string? Blob, string? Thumbnail);
}
