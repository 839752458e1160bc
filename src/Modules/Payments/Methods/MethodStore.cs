using Dapper;
using Npgsql;
using Stoa.Kernel;
using Stoa.Payments.Processors;

namespace Stoa.Payments.Methods;

/// <summary>The cards people have saved. Another's card is not there.</summary>
internal sealed class MethodStore(NpgsqlDataSource database, TimeProvider time)
{
    private const string Columns = "id, processor, processor_ref as ProcessorRef, brand, last4, exp_month as ExpMonth, exp_year as ExpYear, is_default as IsDefault";

    /// <summary>The default first, then the newest.</summary>
    public async Task<IReadOnlyList<Card>> ListAsync(PersonId person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Card>(new CommandDefinition(
            $"select {Columns} from payments.methods where person = @person and deleted_at is null order by is_default desc, created_at desc, id limit 50",
            new { person = person.Value }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Whether the person has or had a card.</summary>
    public async Task<bool> HasEverHadAsync(PersonId person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from payments.methods where person = @person)", new { person = person.Value }, cancellationToken: cancellationToken));
    }

    public async Task<Card?> FindForAsync(PersonId person, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Card>(new CommandDefinition(
            $"select {Columns} from payments.methods where id = @id and person = @person and deleted_at is null", new { id, person = person.Value }, cancellationToken: cancellationToken));
    }

    /// <summary>The processor's reference of the card that a purchase was begun with, deleted since or not.</summary>
    public async Task<string?> FindRefAsync(Guid? method, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            "select processor_ref from payments.methods where id = @method", new { method }, cancellationToken: cancellationToken));
    }

    /// <summary>Keeps a card; the first one of a person becomes the default. A card that is kept already is given back as it is.</summary>
    public async Task<Card> SaveAsync(PersonId person, string processor, SavedCard card, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, transaction, person, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.methods (id, person, processor, processor_ref, brand, last4, exp_month, exp_year, is_default, created_at)
            values (@id, @person, @processor, @Ref, @Brand, @Last4, @ExpMonth, @ExpYear,
              not exists (select from payments.methods where person = @person and is_default and deleted_at is null), @now)
            on conflict (processor, processor_ref) do nothing
            """,
            new { id = Guid.CreateVersion7(), person = person.Value, processor, card.Ref, card.Brand, card.Last4, card.ExpMonth, card.ExpYear, now = time.GetUtcNow().UtcDateTime },
            transaction, cancellationToken: cancellationToken));
        var kept = await connection.QuerySingleAsync<Card>(new CommandDefinition(
            $"select {Columns} from payments.methods where processor = @processor and processor_ref = @Ref and person = @person",
            new { processor, card.Ref, person = person.Value }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return kept;
    }

    /// <returns>False when the person has no such card.</returns>
    public async Task<bool> MakeDefaultAsync(PersonId person, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, transaction, person, cancellationToken);
        if (await FindAsync(connection, transaction, person, id, cancellationToken) is null)
        {
            return false;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.methods set is_default = false where person = @person and is_default", new { person = person.Value }, transaction, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition("update payments.methods set is_default = true where id = @id", new { id }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Forgets a card; the newest of the others becomes the default in its place.</summary>
    /// <returns>The card, to be forgotten at its processor as well; null when the person has no such card.</returns>
    public async Task<Card?> DeleteAsync(PersonId person, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, transaction, person, cancellationToken);
        if (await FindAsync(connection, transaction, person, id, cancellationToken) is not { } card)
        {
            return null;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.methods set deleted_at = @now, is_default = false where id = @id", new { id, now = time.GetUtcNow().UtcDateTime }, transaction, cancellationToken: cancellationToken));
        if (card.IsDefault)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                update payments.methods set is_default = true
                where id = (select id from payments.methods where person = @person and deleted_at is null order by created_at desc, id limit 1)
                """, new { person = person.Value }, transaction, cancellationToken: cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
        return card;
    }

    private static Task<Card?> FindAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, PersonId person, Guid id, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<Card>(new CommandDefinition(
            $"select {Columns} from payments.methods where id = @id and person = @person and deleted_at is null",
            new { id, person = person.Value }, transaction, cancellationToken: cancellationToken));

    // One default each: changes of one person's cards wait for each other.
    private static Task<int> LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, PersonId person, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtextextended('payments:methods', @person))", new { person = person.Value }, transaction, cancellationToken: cancellationToken));
}

internal sealed record Card(Guid Id, string Processor, string ProcessorRef, string Brand, string Last4, short ExpMonth, short ExpYear, bool IsDefault);
