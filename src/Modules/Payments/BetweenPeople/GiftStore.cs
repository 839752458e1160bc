using Dapper;
using Npgsql;
using Stoa.Hosting.Outbox;
using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.BetweenPeople;

/// <summary>A stored gift with its portions.</summary>
internal sealed record GiftRow(
    Guid Id, byte[] RequestHash, long ThreadId, long GiverId, long Account, long AmountMinor, string CurrencyCode, string? Note, bool IsRandom, string StateWord, string? Failure,
    DateTime ExpiresAtUtc, int Version, DateTime CreatedAtUtc, DateTime UpdatedAtUtc)
{
    public const string Columns =
        """
        g.id, g.request_hash as RequestHash, g.thread as ThreadId, g.giver as GiverId, g.account, g.amount_minor as AmountMinor, g.currency as CurrencyCode, g.note,
        g.is_random as IsRandom, g.state as StateWord, g.failure, g.expires_at as ExpiresAtUtc, g.version, g.created_at as CreatedAtUtc, g.updated_at as UpdatedAtUtc
        """;

    public IReadOnlyList<PortionRow> Portions { get; init; } = [];

    public PersonId Giver => new(GiverId);

    public ThreadId Thread => new(ThreadId);

    public Money Amount => new(AmountMinor, Currency.Of(CurrencyCode));

    public GiftState State => Words.Read<GiftState>(StateWord);

    public DateTimeOffset ExpiresAt => new(ExpiresAtUtc, TimeSpan.Zero);
}

internal sealed record PortionRow(Guid Gift, short Number, long AmountMinor, string State, long? ClaimerId)
{
    public const string Columns = "p.gift, p.number, p.amount_minor as AmountMinor, p.state, p.claimer as ClaimerId";

    public PersonId? Claimer => ClaimerId is { } id ? new PersonId(id) : null;
}

/// <summary>Loads and changes gifts. All changes of one gift stand in line at its row.</summary>
internal sealed class GiftStore(NpgsqlDataSource database, TimeProvider time, OutboxWriter outbox, MoneyNews news)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task<GiftRow?> FindAsync(Guid id, CancellationToken cancellationToken) => (await FindAsync([id], cancellationToken)).SingleOrDefault();

    public async Task<IReadOnlyList<GiftRow>> FindAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var gifts = new Dictionary<Guid, (GiftRow Gift, List<PortionRow> Portions)>();
        await connection.QueryAsync<GiftRow, PortionRow, int>(new CommandDefinition(
            $"select {GiftRow.Columns}, {PortionRow.Columns} from payments.money_gifts g join payments.money_portions p on p.gift = g.id where g.id = any(@ids) order by p.number",
            new { ids }, cancellationToken: cancellationToken),
            (gift, portion) =>
            {
                if (!gifts.TryGetValue(gift.Id, out var known))
                {
                    gifts[gift.Id] = known = (gift, []);
                }

                known.Portions.Add(portion);
                return 0;
            }, splitOn: "Gift");
        return [.. gifts.Values.Select(g => g.Gift with { Portions = g.Portions })];
    }

    /// <summary>Writes a wanted gift down, once.</summary>
    /// <param name="permit">Asked under the lock of the giver's row; throws to refuse.</param>
    public async Task<(GiftRow Gift, bool Created)> BeginAsync(GiftRow wanted, Func<NpgsqlConnection, NpgsqlTransaction, Task> permit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await permit(connection, transaction);
        var created = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.money_gifts (id, request_hash, thread, giver, account, amount_minor, currency, note, is_random, state, expires_at, created_at, updated_at)
            values (@Id, @RequestHash, @ThreadId, @GiverId, @Account, @AmountMinor, @CurrencyCode, @Note, @IsRandom, 'created', @ExpiresAtUtc, @now, @now) on conflict (id) do nothing
            """,
            new
            {
                wanted.Id,
                wanted.RequestHash,
                wanted.ThreadId,
                wanted.GiverId,
                wanted.Account,
                wanted.AmountMinor,
                wanted.CurrencyCode,
                wanted.Note,
                wanted.IsRandom,
                wanted.ExpiresAtUtc,
                now = Now,
            }, transaction, cancellationToken: cancellationToken)) == 1;
        if (created)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "insert into payments.money_portions (gift, number, amount_minor, state) values (@Gift, @Number, @AmountMinor, 'free')", wanted.Portions, transaction, cancellationToken: cancellationToken));
            await connection.ExecuteAsync(new CommandDefinition(
                "insert into payments.money_jobs (thing, kind, due_at) values (@Id, 'gift', @dueAt)",
                new { wanted.Id, dueAt = Now + MoneyStore.LookAfter }, transaction, cancellationToken: cancellationToken));
            await transaction.CommitAsync(cancellationToken);
        }

        return (await ReadAsync(wanted.Id, cancellationToken), created);
    }

    /// <summary>Stores what was seen of a gift, with the news of it.</summary>
    public async Task<GiftRow> SeeAsync(GiftRow gift, GiftSeen seen, string? failure, CancellationToken cancellationToken)
    {
        var next = gift.State.Next(seen) ?? throw new InvalidOperationException($"Gift {gift.Id} is {gift.State} and was seen {seen}.");
        if (next == gift.State)
        {
            return gift;
        }

        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await LockAsync(connection, transaction, gift.Id, cancellationToken);
            var changed = await connection.ExecuteAsync(new CommandDefinition(
                "update payments.money_gifts set state = @next, failure = @failure, version = version + 1, updated_at = @now where id = @Id and state = @StateWord",
                new { gift.Id, gift.StateWord, next = Words.Of(next), failure, now = Now }, transaction, cancellationToken: cancellationToken));
            if (changed == 1)
            {
                if (next == GiftState.Open)
                {
                    await TellMoney.WriteAsync(connection, transaction, MoneyEvent.Given(gift), cancellationToken);
                }

                if (next == GiftState.Ending)
                {
                    // From here on nobody takes a portion: how much returns is fixed.
                    await connection.ExecuteAsync(new CommandDefinition(
                        "update payments.money_portions set state = 'returned' where gift = @Id and state = 'free'", new { gift.Id }, transaction, cancellationToken: cancellationToken));
                }

                await connection.ExecuteAsync(new CommandDefinition(
                    next.IsFinal() ? "delete from payments.money_jobs where thing = @Id" : "update payments.money_jobs set due_at = @dueAt where thing = @Id",
                    new { gift.Id, dueAt = next == GiftState.Open ? gift.ExpiresAtUtc : Now }, transaction, cancellationToken: cancellationToken));
                await transaction.CommitAsync(cancellationToken);
            }
        }

        outbox.Wake(TellMoney.TopicName);
        return await TellAsync(gift.Id, cancellationToken);
    }

    /// <summary>Takes the next free portion for somebody who has none.</summary>
    /// <returns>The gift, with the portion if there was one.</returns>
    public async Task<GiftRow> TakeAsync(GiftRow gift, PersonId person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, transaction, gift.Id, cancellationToken);
        var taken = await connection.ExecuteAsync(new CommandDefinition(
            """
            update payments.money_portions p set state = 'claiming', claimer = @person, claimed_at = @now from payments.money_gifts g
            where g.id = @Id and g.state = 'open' and g.expires_at > @now and p.gift = g.id
              and p.number = (select min(number) from payments.money_portions where gift = @Id and state = 'free')
              and not exists (select from payments.money_portions where gift = @Id and claimer = @person)
            """, new { gift.Id, person = person.Value, now = Now }, transaction, cancellationToken: cancellationToken));
        if (taken == 1)
        {
            // Should the taker die now, the sweep looks soon.
            await connection.ExecuteAsync(new CommandDefinition(
                "update payments.money_jobs set due_at = least(due_at, @soon) where thing = @Id",
                new { gift.Id, soon = Now + MoneyStore.LookAfter }, transaction, cancellationToken: cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
        return await ReadAsync(gift.Id, cancellationToken);
    }

    /// <summary>Notes that the ledger has moved a portion; when none is under way any more the sweep has nothing to do before the end.</summary>
    public async Task<GiftRow> TakenAsync(GiftRow gift, short number, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await LockAsync(connection, transaction, gift.Id, cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                """
                with moved as (update payments.money_portions set state = 'claimed' where gift = @Id and number = @number and state = 'claiming' returning gift)
                update payments.money_gifts set version = version + 1, updated_at = @now where id in (select gift from moved)
                """, new { gift.Id, number, now = Now }, transaction, cancellationToken: cancellationToken));
            await connection.ExecuteAsync(new CommandDefinition(
                """
                update payments.money_jobs set due_at = @ExpiresAtUtc
                where thing = @Id and not exists (select from payments.money_portions where gift = @Id and state = 'claiming')
                  and exists (select from payments.money_gifts where id = @Id and state = 'open')
                """, new { gift.Id, gift.ExpiresAtUtc }, transaction, cancellationToken: cancellationToken));
            await transaction.CommitAsync(cancellationToken);
        }

        return await TellAsync(gift.Id, cancellationToken);
    }

    private async Task<GiftRow> TellAsync(Guid id, CancellationToken cancellationToken)
    {
        var gift = await ReadAsync(id, cancellationToken);
        await news.TellAsync(gift, cancellationToken);
        return gift;
    }

    private async Task<GiftRow> ReadAsync(Guid id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) ?? throw new InvalidOperationException($"Gift {id} was stored and is not there.");

    private static Task<int> LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid gift, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition("select from payments.money_gifts where id = @gift for update", new { gift }, transaction, cancellationToken: cancellationToken));
}
