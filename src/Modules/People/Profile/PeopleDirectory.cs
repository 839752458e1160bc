using Dapper;
using Npgsql;
using Stoa.Kernel;
using Stoa.People.Names;

namespace Stoa.People.Profile;

internal sealed class PeopleDirectory(NpgsqlDataSource database) : IPeople
{
    public async Task<IReadOnlyDictionary<PersonId, PersonCard>> FindAsync(IReadOnlyCollection<PersonId> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return new Dictionary<PersonId, PersonCard>();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            "select id, handle, name, locale, demo from people.people where id = any(@ids)",
            new { ids = ids.Select(id => id.Value).ToArray() }, cancellationToken: cancellationToken));
        return rows.ToDictionary(row => new PersonId(row.Id), row => row.AsCard());
    }

    public async Task<PersonCard?> FindByHandleAsync(string handle, CancellationToken cancellationToken)
    {
        if (!Handle.TryFold(handle.StartsWith('@') ? handle[1..] : handle, out var folded))
        {
            return null;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            "select id, handle, name, locale, demo from people.people where handle = @folded", new { folded }, cancellationToken: cancellationToken));
        return row?.AsCard();
    }

    public async Task<IReadOnlyDictionary<string, PersonCard>> FindByHandlesAsync(IReadOnlyCollection<string> handles, CancellationToken cancellationToken)
    {
        var folded = new Dictionary<string, string>(handles.Count, StringComparer.Ordinal);
        foreach (var handle in handles)
        {
            if (Handle.TryFold(handle.StartsWith('@') ? handle[1..] : handle, out var plain))
            {
                folded[handle] = plain;
            }
        }

        if (folded.Count == 0)
        {
            return new Dictionary<string, PersonCard>();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var found = (await connection.QueryAsync<Row>(new CommandDefinition(
            "select id, handle, name, locale, demo from people.people where handle = any(@folded)",
            new { folded = folded.Values.Distinct().ToArray() }, cancellationToken: cancellationToken))).ToDictionary(row => row.Handle, row => row.AsCard(), StringComparer.Ordinal);
        return folded.Where(pair => found.ContainsKey(pair.Value)).ToDictionary(pair => pair.Key, pair => found[pair.Value], StringComparer.Ordinal);
    }

    public async Task<IReadOnlyList<PersonCard>> ListDemoAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            "select id, handle, name, locale, demo from people.people where demo order by id", cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.AsCard())];
    }

    private sealed record Row(long Id, string Handle, string Name, string Locale, bool Demo)
    {
        public PersonCard AsCard() => new(new(Id), Handle, Name, Locale, Demo);
    }
}
