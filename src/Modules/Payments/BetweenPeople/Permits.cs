using Dapper;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.People;

namespace Stoa.Payments.BetweenPeople;

/// <summary>What a person may send: not while frozen, not more in a day than their tier may, and above an amount only with their PIN.</summary>
internal sealed class Permits(NpgsqlDataSource database, ISecrets secrets, TimeProvider time, IOptions<BetweenPeopleOptions> options)
{
    private const string Standing = "select tier, frozen_at as FrozenAt, frozen_why as FrozenWhy, appealed_at as AppealedAt, pin_hash is not null as HasPin from payments.money_people where person = @person";

    // What is on its way counts as sent. The rolling day is read from what was wanted, under the lock of the sender's row.
    private const string SentSince =
        """
        select coalesce((select sum(amount_minor) from payments.money_transfers
                         where sender = @person and currency = @currency and created_at > @since and state not in ('failed', 'cancelled', 'returned') and id <> @except), 0)
             + coalesce((select sum(amount_minor) from payments.money_gifts
                         where giver = @person and currency = @currency and created_at > @since and state <> 'failed' and id <> @except), 0)
        """;

    public sealed record Person(short Tier, DateTime? FrozenAt, string? FrozenWhy, DateTime? AppealedAt, bool HasPin);

    public async Task<Person> ReadAsync(PersonId person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Person>(new CommandDefinition(Standing, new { person = person.Value }, cancellationToken: cancellationToken))
            ?? new(Tier: 1, null, null, null, HasPin: false);
    }

    public long DayMax(short tier, Currency currency) => Limits.InMinor(options.Value.DayMaxInEuros(tier), currency);

    public long PinFrom(Currency currency) => Limits.InMinor(options.Value.PinFromEuros, currency);

    public async Task<long> SentTodayAsync(PersonId person, Currency currency, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await SumAsync(connection, null, person, currency, Guid.Empty, cancellationToken);
    }

    /// <summary>Before anything is written: refuses what cannot be, and asks for the PIN where the amount demands it.</summary>
    /// <exception cref="ProblemException">403 <c>money_frozen</c>, <c>pin_not_set</c>, <c>pin_required</c>, <c>pin_wrong</c>; 422 <c>day_limit</c>; 429 <c>pin_locked</c>.</exception>
    public async Task AskAsync(PersonId person, Money amount, string? pin, CancellationToken cancellationToken)
    {
        var standing = await ReadAsync(person, cancellationToken);
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await RefuseAsync(connection, null, person, standing, amount, Guid.Empty, cancellationToken);
        }

        if (amount.AmountMinor >= PinFrom(amount.Currency))
        {
            await CheckPinAsync(person, standing, amount.Currency, pin, cancellationToken);
        }
    }

    /// <summary>The same without the PIN, under the lock of the person's row, in the transaction that writes the wish down: two at once are counted one after the other.</summary>
    public Func<NpgsqlConnection, NpgsqlTransaction, Task> UnderLock(PersonId person, Money amount, Guid wish, CancellationToken cancellationToken) => async (connection, transaction) =>
    {
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into payments.money_people (person) values (@person) on conflict do nothing", new { person = person.Value }, transaction, cancellationToken: cancellationToken));
        var standing = await connection.QuerySingleAsync<Person>(new CommandDefinition(Standing + " for update", new { person = person.Value }, transaction, cancellationToken: cancellationToken));
        await RefuseAsync(connection, transaction, person, standing, amount, wish, cancellationToken);
    };

    private async Task RefuseAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, PersonId person, Person standing, Money amount, Guid wish, CancellationToken cancellationToken)
    {
        if (standing.FrozenWhy is { } why)
        {
            throw new ProblemException(new(StatusCodes.Status403Forbidden, "money_frozen", "Move money", $"Your money is frozen: {why}", "You can object: POST /api/money/appeal."));
        }

        var most = DayMax(standing.Tier, amount.Currency);
        var sent = await SumAsync(connection, transaction, person, amount.Currency, wish, cancellationToken);
        if ((Int128)sent + amount.AmountMinor > most)
        {
            throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "day_limit", "Move money",
                $"In 24 hours you can send {new Money(most, amount.Currency)}, and {new Money(sent, amount.Currency)} of it is gone.", "Send less, or later."));
        }
    }

    private Task<long> SumAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, PersonId person, Currency currency, Guid except, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<long>(new CommandDefinition(
            SentSince, new { person = person.Value, currency = currency.Code, since = time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(1), except }, transaction, cancellationToken: cancellationToken));

    private async Task CheckPinAsync(PersonId person, Person standing, Currency currency, string? pin, CancellationToken cancellationToken)
    {
        if (!standing.HasPin)
        {
            throw Refuse(StatusCodes.Status403Forbidden, "pin_not_set", $"From {new Money(PinFrom(currency), currency)} on a payment needs your PIN, and you have none.", "Choose one: PUT /api/money/pin.");
        }

        if (pin is null)
        {
            throw Refuse(StatusCodes.Status403Forbidden, "pin_required", $"From {new Money(PinFrom(currency), currency)} on a payment needs your PIN.", "Send it as 'pin' with this payment.");
        }

        // A try is counted before it is looked at: many at once are many tries.
        var now = time.GetUtcNow().UtcDateTime;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var hash = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            """
            update payments.money_people
            set pin_tries = case when pin_locked_until is null then pin_tries + 1 else 1 end,
                pin_locked_until = case when pin_locked_until is null and pin_tries + 1 >= @most then @until end
            where person = @person and (pin_locked_until is null or pin_locked_until <= @now) returning pin_hash
            """,
            new { person = person.Value, now, most = options.Value.PinTries, until = now + options.Value.PinLockLasts }, cancellationToken: cancellationToken));
        await connection.CloseAsync();
        if (hash is null)
        {
            throw new ProblemException(new(StatusCodes.Status429TooManyRequests, "pin_locked", "Move money", "Too many wrong PINs.", "Wait, or choose a new PIN with your password: PUT /api/money/pin.")
            {
                RetryAfterSeconds = (int)options.Value.PinLockLasts.TotalSeconds,
            });
        }

        if (!await secrets.VerifyAsync(hash, pin, cancellationToken))
        {
            throw Refuse(StatusCodes.Status403Forbidden, "pin_wrong", "This is not your PIN.", "Try again; after a few wrong ones it is locked for a while.");
        }

        await connection.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.money_people set pin_tries = 0, pin_locked_until = null where person = @person and pin_hash = @hash", new { person = person.Value, hash }, cancellationToken: cancellationToken));
    }

    private static ProblemException Refuse(int status, string code, string detail, string fix) => new(new(status, code, "Move money", detail, fix));
}
