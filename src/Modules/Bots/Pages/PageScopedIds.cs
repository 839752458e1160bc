using Dapper;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.Bots.Pages;

/// <summary>A person has another id for every page, random, so that two businesses cannot compare whom they know.</summary>
internal sealed class PageScopedIds(NpgsqlDataSource database)
{
    /// <summary>Whom a page means; null for an id that this page was never given.</summary>
    public async Task<PersonId?> FindPersonAsync(PageId page, string psid, CancellationToken cancellationToken)
    {
        if (!WireIds.TryParse(psid, out var id))
        {
            return null;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var person = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "select person_id from bots.page_scoped_ids where psid = @id and page_id = @page", new { id, page = page.Value }, cancellationToken: cancellationToken));
        return person is { } found ? new PersonId(found) : null;
    }

    /// <summary>The ids of people for pages, made where missing, in the caller's transaction.</summary>
    public static async Task<Dictionary<(PageId Page, PersonId Person), long>> FindOrMakeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<(PageId Page, PersonId Person)> pairs, CancellationToken cancellationToken)
    {
        // In one order everywhere, so that two transactions never wait for each other.
        var ordered = pairs.Distinct().OrderBy(p => p.Page.Value).ThenBy(p => p.Person.Value).ToList();
        var keys = new { pages = ordered.ConvertAll(p => p.Page.Value), people = ordered.ConvertAll(p => p.Person.Value), ids = ordered.ConvertAll(_ => WireIds.New()) };
        const string Read =
            """
            select i.page_id as page, i.person_id as person, i.psid from bots.page_scoped_ids i
            join unnest(@pages::bigint[], @people::bigint[]) as k(page, person) on i.page_id = k.page and i.person_id = k.person
            """;
        var found = await ReadAsync(Read);
        if (found.Count == ordered.Count)
        {
            return found;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.page_scoped_ids (page_id, person_id, psid)
            select page, person, id from unnest(@pages::bigint[], @people::bigint[], @ids::bigint[]) as k(page, person, id)
            on conflict (page_id, person_id) do nothing
            """,
            keys, transaction, cancellationToken: cancellationToken));
        // A fresh snapshot: another transaction may have been first.
        return await ReadAsync(Read);

        async Task<Dictionary<(PageId, PersonId), long>> ReadAsync(string sql) =>
            (await connection.QueryAsync<(long Page, long Person, long Psid)>(new CommandDefinition(sql, keys, transaction, cancellationToken: cancellationToken)))
                .ToDictionary(r => (new PageId(r.Page), new PersonId(r.Person)), r => r.Psid);
    }
}
