using Dapper;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.Bots.OptIns;

/// <summary>What a person allowed a page by one tap.</summary>
internal sealed class OptIn
{
    public const string Columns =
        """
        token, person_id as personid, thread_id as threadid, kind, payload, title, frequency, timezone, created_at as createdat, expires_at as expiresat, next_at as nextat,
        used_client_id as usedclientid, stopped_at as stoppedat
        """;

    public string Token { get; init; } = "";

    public long PersonId { get; init; }

    public long ThreadId { get; init; }

    public string Kind { get; init; } = "";

    public string Payload { get; init; } = "";

    public string? Title { get; init; }

    public string? Frequency { get; init; }

    public string? Timezone { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime ExpiresAt { get; init; }

    /// <summary>A subscription: from when on the next message may be sent.</summary>
    public DateTime NextAt { get; init; }

    public Guid? UsedClientId { get; init; }

    public DateTime? StoppedAt { get; init; }

    public bool IsOneTime => Kind == OneTime;

    public const string OneTime = "one_time";
    public const string Messages = "messages";

    /// <summary>How long the opt-in lasts: a year for one message; 6, 9, 12 months for daily, weekly and monthly ones.</summary>
    public static TimeSpan LastsFor(string kind, string? frequency) => TimeSpan.FromDays(kind == OneTime ? 365 : frequency switch { "DAILY" => 182, "WEEKLY" => 273, _ => 365 });

    /// <summary>The least time between two messages; a bit less than the period, so that "each day at nine" does not wander.</summary>
    public static TimeSpan Between(string? frequency) => frequency switch
    {
        "WEEKLY" => TimeSpan.FromDays(7) - TimeSpan.FromHours(2),
        "MONTHLY" => TimeSpan.FromDays(28),
        _ => TimeSpan.FromHours(22),
    };
}

/// <summary>One message by a token (messenger-platform §2.12–2.14): taken in one statement, so that two sends at once are not both let through.</summary>
internal sealed class OptInStore(NpgsqlDataSource database, TimeProvider time)
{
    public async Task<OptIn?> FindAsync(PageId page, string token, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<OptIn>(new CommandDefinition(
            $"select {OptIn.Columns} from bots.optins where page_id = @page and token = @token", new { page = page.Value, token }, cancellationToken: cancellationToken));
    }

    /// <summary>Uses the permission for the send with this id; the same send again uses it once.</summary>
    /// <returns>False: used already, not yet due, stopped, or over.</returns>
    public async Task<bool> TakeAsync(PageId page, OptIn optIn, Guid clientId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update bots.optins set used_client_id = @clientId, next_at = case when used_client_id = @clientId then next_at else @next end
            where page_id = @page and token = @Token and stopped_at is null and expires_at > @now
              and (used_client_id = @clientId or (case kind when 'one_time' then used_client_id is null else next_at <= @now end))
            """,
            new { page = page.Value, optIn.Token, clientId, now, next = now + OptIn.Between(optIn.Frequency) }, cancellationToken: cancellationToken)) == 1;
    }

    /// <summary>In the transaction of the outbox: the tap is told and stored together. The same tap again is the first one's token.</summary>
    public static Task<OptIn> AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PageId page, PersonId person, ThreadId thread, long seq, OptIn wanted, CancellationToken cancellationToken) =>
        connection.QuerySingleAsync<OptIn>(new CommandDefinition(
            $"""
             insert into bots.optins (page_id, token, person_id, thread_id, seq, kind, payload, title, frequency, timezone, created_at, expires_at, next_at)
             values (@page, @Token, @person, @thread, @seq, @Kind, @Payload, @Title, @Frequency, @Timezone, @CreatedAt, @ExpiresAt, @CreatedAt)
             on conflict (thread_id, seq) do update set seq = excluded.seq returning {OptIn.Columns}
             """,
            new { page = page.Value, wanted.Token, person = person.Value, thread = thread.Value, seq, wanted.Kind, wanted.Payload, wanted.Title, wanted.Frequency, wanted.Timezone, wanted.CreatedAt, wanted.ExpiresAt },
            transaction, cancellationToken: cancellationToken));
}
