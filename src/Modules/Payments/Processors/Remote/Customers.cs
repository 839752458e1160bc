using Dapper;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.Payments.Processors.Remote;

/// <summary>People as the accounts of merchants know them: another id for each account, so that two merchants cannot compare whom they know.</summary>
internal sealed class Customers(NpgsqlDataSource database)
{
    /// <summary>An id of ours for a processor that takes one: 22 letters and digits that say nothing of the person.</summary>
    public static string Name(string processor, PersonId person) => DerivedId.Of($"payments.customer/{processor}", person.ToString()).ToString("N")[..22];

    public async Task<string?> FindAsync(string processor, PersonId person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            "select ref from payments.processor_customers where processor = @processor and person = @person", new { processor, person = person.Value }, cancellationToken: cancellationToken));
    }

    /// <returns>The one that is kept: of two made at once, the first.</returns>
    public async Task<string> KeepAsync(string processor, PersonId person, string customer, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "insert into payments.processor_customers (processor, person, ref) values (@processor, @person, @customer) on conflict do nothing",
                new { processor, person = person.Value, customer }, cancellationToken: cancellationToken));
        }

        return await FindAsync(processor, person, cancellationToken) ?? customer;
    }
}
