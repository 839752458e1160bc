using Dapper;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.Bots.Personas;

/// <summary>Who of a business speaks.</summary>
internal sealed class Persona
{
    public const string Columns = "id, name, picture_url as pictureurl";

    public long Id { get; init; }

    public string Name { get; init; } = "";

    public string PictureUrl { get; init; } = "";
}

/// <summary>A page's personas. What is deleted is gone for new messages; old ones carry its name and picture.</summary>
internal sealed class PersonaStore(NpgsqlDataSource database, TimeProvider time)
{
    public async Task<long> AddAsync(PageId page, string name, string pictureUrl, CancellationToken cancellationToken)
    {
        var id = WireIds.New();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into bots.personas (page_id, id, name, picture_url, created_at) values (@page, @id, @name, @pictureUrl, @now)",
            new { page = page.Value, id, name, pictureUrl, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
        return id;
    }

    public async Task<Persona?> FindAsync(PageId page, string id, CancellationToken cancellationToken)
    {
        if (!WireIds.TryParse(id, out var wanted))
        {
            return null;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Persona>(new CommandDefinition(
            $"select {Persona.Columns} from bots.personas where page_id = @page and id = @wanted and deleted_at is null", new { page = page.Value, wanted }, cancellationToken: cancellationToken));
    }

    /// <summary>Oldest first.</summary>
    /// <param name="after">The id of the last one of the page before; 0 for the first.</param>
    public async Task<List<Persona>> ListAsync(PageId page, long after, long before, int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Persona>(new CommandDefinition(
            $"""
             select * from (
               select {Persona.Columns} from bots.personas where page_id = @page and deleted_at is null and id > @after and id < @before
               order by case when @before < {long.MaxValue} then -id else id end limit @most) p
             order by id
             """,
            new { page = page.Value, after, before, most }, cancellationToken: cancellationToken))).AsList();
    }

    public async Task<bool> DeleteAsync(PageId page, long id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            "update bots.personas set deleted_at = @now where page_id = @page and id = @id and deleted_at is null",
            new { page = page.Value, id, now = time.GetUtcNow() }, cancellationToken: cancellationToken)) == 1;
    }
}
