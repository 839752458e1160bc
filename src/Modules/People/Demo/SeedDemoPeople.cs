using Dapper;
using Npgsql;
using Stoa.Hosting;
using Stoa.Kernel;
using Stoa.People.Search;

namespace Stoa.People.Demo;

/// <summary>The people of the demo world. Whoever is there already stays as they are.</summary>
internal sealed class SeedDemoPeople(NpgsqlDataSource database, TimeProvider time) : IDemoSeed
{
    private static readonly (string Handle, string Name, string Locale, string About)[] people =
    [
        ("zofia", "Zofia Nowak", "en", "Architect in Warsaw, always about to fly somewhere."),
        ("leila", "Leila Haddad", "ar", "Doctor in Beirut; writes in Arabic and French."),
        ("tomek", "Tomasz Wrona", "pl", "Cyclist on trains with patchy reception."),
        ("noa", "נועה לוי", "he", "Runs a bookshop in Haifa."),
        ("piotr", "Piotr Dudek", "pl", "Teacher; answers within the minute."),
        ("amelie", "Amélie Laurent", "fr", "Pastry cook in Lyon, up before everybody."),
    ];

    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var (handle, name, locale, about) in people)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var id = PersonId.New();
            var inserted = await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into people.people (id, handle, name, locale, about, demo, created_at)
                values (@id, @handle, @name, @locale, @about, true, @now) on conflict (handle) do nothing
                """,
                new { id = id.Value, handle, name, locale, about, now = time.GetUtcNow() }, transaction, cancellationToken: cancellationToken));
            if (inserted == 1)
            {
                await SearchWords.WriteAsync(connection, transaction, id, handle, name, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
    }
}
