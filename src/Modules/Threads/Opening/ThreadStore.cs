using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Own;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Opening;

/// <summary>Makes threads. The unique key over the two parties decides who makes a direct or business thread; the other finds it.</summary>
internal sealed class ThreadStore(NpgsqlDataSource database, Requests requests, TimeProvider time)
{
    private const short Direct = 1;
    private const short Business = 2;
    private const short Group = 3;

    /// <summary>To somebody who does not know the opener it is a request. Who opens a thread that was a request to them accepts it by that.</summary>
    public async Task<(ThreadId Thread, bool Made)> OpenDirectAsync(PersonId opener, PersonId other, CancellationToken cancellationToken)
    {
        var (low, high) = (Math.Min(opener.Value, other.Value), Math.Max(opener.Value, other.Value));
        var (thread, made) = await OpenAsync(Direct, low, high, [(low, false), (high, false)], cancellationToken,
            (connection, thread) => requests.AskAsync(connection, thread, opener, [other.Value], cancellationToken));
        if (!made)
        {
            await requests.AcceptAsync(opener, thread, cancellationToken);
        }

        return (thread, made);
    }

    public Task<(ThreadId Thread, bool Made)> OpenBusinessAsync(PageId page, PersonId person, CancellationToken cancellationToken) =>
        OpenAsync(Business, page.Value, person.Value, [(page.Value, true), (person.Value, false)], cancellationToken);

    /// <param name="strangers">Those of the others to whom it is a request.</param>
    /// <param name="clientId">Made by the maker before the first try; the group that it made is found again. Null: a new one each time.</param>
    public async Task<(ThreadId Thread, bool Made)> MakeGroupAsync(
        PersonId maker, IReadOnlyList<PersonId> others, IReadOnlySet<PersonId> strangers, string? title, Guid? clientId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            if (await InsertAsync(connection, Group, null, null, title, [(maker.Value, false), .. others.Select(other => (other.Value, false))], cancellationToken, (maker, clientId)) is { } made)
            {
                await using var ask = new NpgsqlCommand("update threads.members set is_request = true where thread_id = $1 and member_id = any($2)", connection)
                {
                    Parameters = { new NpgsqlParameter<long> { TypedValue = made.Value }, new NpgsqlParameter<long[]> { TypedValue = [.. strangers.Select(person => person.Value)] } },
                };
                await ask.ExecuteNonQueryAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return (made, true);
            }
        }

        await using var find = new NpgsqlCommand("select id from threads.threads where made_by = $1 and made_as = $2", connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = maker.Value }, new() { Value = (object?)clientId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid } },
        };
        return await find.ExecuteScalarAsync(cancellationToken) is long id ? (new(id), false) : throw new InvalidOperationException("A group collided with one that is not there.");
    }

    public async Task<ThreadId?> FindBusinessAsync(PageId page, PersonId person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, Business, page.Value, person.Value, cancellationToken);
    }

    private async Task<(ThreadId Thread, bool Made)> OpenAsync(short kind, long partyA, long partyB, (long Member, bool IsPage)[] members, CancellationToken cancellationToken,
        Func<NpgsqlConnection, ThreadId, Task>? alsoInside = null)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await FindAsync(connection, kind, partyA, partyB, cancellationToken) is { } known)
        {
            return (known, false);
        }

        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            if (await InsertAsync(connection, kind, partyA, partyB, null, members, cancellationToken) is { } made)
            {
                await (alsoInside?.Invoke(connection, made) ?? Task.CompletedTask);
                await transaction.CommitAsync(cancellationToken);
                return (made, true);
            }
        }

        // Somebody made it between our look and our insert, which has waited for their commit.
        return await FindAsync(connection, kind, partyA, partyB, cancellationToken) is { } theirs
            ? (theirs, false)
            : throw new InvalidOperationException("A thread collided with one that is not there.");
    }

    private static async Task<ThreadId?> FindAsync(NpgsqlConnection connection, short kind, long partyA, long partyB, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select id from threads.threads where kind = $1 and kind in (1, 2) and party_a = $2 and party_b = $3", connection)
        {
            Parameters = { new NpgsqlParameter<short> { TypedValue = kind }, new NpgsqlParameter<long> { TypedValue = partyA }, new NpgsqlParameter<long> { TypedValue = partyB } },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is long id ? new ThreadId(id) : null;
    }

    private async Task<ThreadId?> InsertAsync(
        NpgsqlConnection connection, short kind, long? partyA, long? partyB, string? title, (long Member, bool IsPage)[] members, CancellationToken cancellationToken,
        (PersonId By, Guid? As) maker = default)
    {
        var now = Instant.Now(time);
        await using var command = new NpgsqlCommand(
            """
            with made as (
              insert into threads.threads (id, kind, party_a, party_b, title, member_count, made_by, made_as, created_at, updated_at)
              values ($1, $2, $3, $4, $5, cardinality($7), case when $10 is not null then $9 end, $10, $6, $6)
              on conflict do nothing returning id
            ), joined as (
              -- Whoever makes a group comes first and owns it.
              insert into threads.members (thread_id, member_id, is_page, joined_at, role, active_on)
              select made.id, m.id, m.is_page, $6, case when $2 = 3 and m.ord = 1 then 1 else 3 end, case when $2 = 3 then 'infinity' else ($6 at time zone 'UTC')::date end
              from made, unnest($7, $8) with ordinality as m(id, is_page, ord)
            )
            select id from made
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = ThreadId.New().Value },
                new NpgsqlParameter<short> { TypedValue = kind },
                new NpgsqlParameter { Value = (object?)partyA ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint },
                new NpgsqlParameter { Value = (object?)partyB ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint },
                new NpgsqlParameter { Value = (object?)title ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = now },
                new NpgsqlParameter<long[]> { TypedValue = Array.ConvertAll(members, member => member.Member) },
                new NpgsqlParameter<bool[]> { TypedValue = Array.ConvertAll(members, member => member.IsPage) },
                new NpgsqlParameter<long> { TypedValue = maker.By.Value },
                new NpgsqlParameter { Value = (object?)maker.As ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid },
            },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is long id ? new ThreadId(id) : null;
    }
}
