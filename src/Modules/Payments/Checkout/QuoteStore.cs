using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Checkout;

/// <summary>Keeps what merchants asked for; one quote at a time counts for a payer's button.</summary>
internal sealed class QuoteStore(NpgsqlDataSource database, TimeProvider time)
{
    private static readonly TimeSpan lasts = TimeSpan.FromMinutes(30);
    private const int AnHourMax = 60;

    private const string Columns = "id, person, thread, seq, element, button, page, address, state, failure, options, superseded, expires_at, request_hash";

    public async Task<QuoteRow?> FindAsync(PersonId person, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await ReadAsync(connection, null, person, id, cancellationToken))?.Row;
    }

    /// <summary>Stores a new question, which takes the place of the one before it; a known id answers with what it stands for.</summary>
    /// <exception cref="ProblemException">422 <c>key_reused</c>; 429 <c>too_many_quotes</c>.</exception>
    public async Task<(QuoteRow Row, bool Created)> CreateAsync(QuoteRow quote, byte[] requestHash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // One at a time for each payer: the newest of two that come at once is then the one that counts.
        await connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtextextended('payments.quotes', @person))", new { person = quote.Person.Value }, transaction, cancellationToken: cancellationToken));
        if (await ReadAsync(connection, transaction, quote.Person, quote.Id, cancellationToken) is { } known)
        {
            return known.Hash.AsSpan().SequenceEqual(requestHash)
                ? (known.Row, false)
                : throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "key_reused", "Ask for the price", "This key was used for another address or button.",
                    "Make a new key for each address."));
        }

        var now = time.GetUtcNow();
        if (await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "select count(*) from payments.quotes where person = @person and created_at > @since",
            new { person = quote.Person.Value, since = now.AddHours(-1).UtcDateTime }, transaction, cancellationToken: cancellationToken)) >= AnHourMax)
        {
            throw new ProblemException(new(StatusCodes.Status429TooManyRequests, "too_many_quotes", "Ask for the price", $"{AnHourMax} prices were asked for within an hour.", "Wait some minutes.")
            {
                RetryAfterSeconds = 60,
            });
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            update payments.quotes set superseded = true
            where person = @person and thread = @thread and seq = @Seq and coalesce(element, -1) = coalesce(@Element::smallint, -1::smallint) and button = @Button::smallint and not superseded;
            insert into payments.quotes (id, person, request_hash, thread, seq, element, button, page, address, state, created_at, expires_at)
            values (@Id, @person, @requestHash, @thread, @Seq, @Element::smallint, @Button::smallint, @page, @address::jsonb, 'asking', @now, @expires)
            """,
            new
            {
                quote.Id,
                person = quote.Person.Value,
                requestHash,
                thread = quote.Thread.Value,
                quote.Seq,
                quote.Element,
                quote.Button,
                page = quote.Page.Value,
                address = JsonSerializer.Serialize(quote.Address, CheckoutJson.Default.PostalAddress),
                now = now.UtcDateTime,
                expires = (now + lasts).UtcDateTime,
            }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return (quote with { ExpiresAt = now + lasts }, true);
    }

    /// <summary>Stores the answer, unless one is there: the first counts, however many wait for it.</summary>
    /// <returns>The quote as it stands.</returns>
    public async Task<QuoteRow> AnswerAsync(QuoteRow quote, IReadOnlyList<ShippingOption>? options, QuoteFailure? failure, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.quotes set state = @state, failure = @failure, options = @options::jsonb where person = @person and id = @Id and state = 'asking'",
            new
            {
                person = quote.Person.Value,
                quote.Id,
                state = Words.Of(failure is null ? QuoteState.Offered : QuoteState.Failed),
                failure = failure is { } why ? Words.Of(why) : null,
                options = failure is null ? JsonSerializer.Serialize([.. options ?? []], CheckoutJson.Default.ListShippingOption) : null,
            }, cancellationToken: cancellationToken));
        return (await ReadAsync(connection, null, quote.Person, quote.Id, cancellationToken))?.Row ?? throw new InvalidOperationException($"Quote {quote.Id} was stored and is not there.");
    }

    /// <summary>In the transaction that makes a purchase of it: whether the quote still is the one that counts. Keeps a newer one out until then.</summary>
    public static async Task<bool> HoldsAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, PersonId person, Guid id, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
            "select 1 from payments.quotes where person = @person and id = @id and state = 'offered' and not superseded for share",
            new { person = person.Value, id }, transaction, cancellationToken: cancellationToken)) is not null;

    private static async Task<(QuoteRow Row, byte[] Hash)?> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, PersonId person, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from payments.quotes where person = $1 and id = $2", connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (new(reader.GetGuid(0), new(reader.GetInt64(1)), new(reader.GetInt64(2)), reader.GetInt64(3), reader.IsDBNull(4) ? null : reader.GetInt16(4), reader.GetInt16(5),
                new(reader.GetInt64(6)),
                JsonSerializer.Deserialize(reader.GetString(7), CheckoutJson.Default.PostalAddress) ?? throw new JsonException("An address is an object."),
                Words.Read<QuoteState>(reader.GetString(8)), reader.IsDBNull(9) ? null : Words.Read<QuoteFailure>(reader.GetString(9)),
                reader.IsDBNull(10) ? [] : JsonSerializer.Deserialize(reader.GetString(10), CheckoutJson.Default.ListShippingOption) ?? [],
                reader.GetBoolean(11), new(reader.GetFieldValue<DateTime>(12), TimeSpan.Zero)), reader.GetFieldValue<byte[]>(13))
            : null;
    }
}
