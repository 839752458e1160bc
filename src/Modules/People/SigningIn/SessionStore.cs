using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;

namespace Stoa.People.SigningIn;

/// <summary>Sessions: rows in the database, remembered for two seconds so that a busy client costs no look-up per call.</summary>
internal sealed class SessionStore : ISessions
{
    private const string Prefix = "ps_";
    private const int TokenLength = 46;
    private const int RememberedMax = 50_000;
    private static readonly TimeSpan rememberFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan noteUseEvery = TimeSpan.FromHours(1);

    private readonly NpgsqlDataSource database;
    private readonly TimeProvider time;
    private readonly SessionEnds ends;
    private readonly PeopleOptions options;
    private readonly ConcurrentDictionary<TokenHash, Remembered> remembered = new();

    // Ended lately, so that a look-up that was under way at the end cannot bring the session back.
    private readonly ConcurrentDictionary<Guid, long> ended = new();

    public SessionStore(NpgsqlDataSource database, TimeProvider time, SessionEnds ends, IOptions<PeopleOptions> options)
    {
        (this.database, this.time, this.ends, this.options) = (database, time, ends, options.Value);
        ends.Ended += Forget;
    }

    public ValueTask<(PersonId Person, Guid Session)?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length != TokenLength || !token.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return default;
        }

        var hash = TokenHash.Of(token);
        return remembered.TryGetValue(hash, out var known) && time.GetElapsedTime(known.At) < rememberFor && (ended.IsEmpty || !ended.ContainsKey(known.Session))
            ? new((known.Person, known.Session))
            : new(LookUpAsync(hash, cancellationToken));
    }

    /// <returns>The token, which is told once and stored nowhere.</returns>
    public async Task<string> StartAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, PersonId person, CancellationToken cancellationToken)
    {
        Span<byte> secret = stackalloc byte[32];
        RandomNumberGenerator.Fill(secret);
        var token = Prefix + Base64Url.EncodeToString(secret);
        var now = time.GetUtcNow();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into people.sessions (id, token_sha256, person_id, created_at, last_used_at, expires_at)
            values (@id, @hash, @person, @now, @now, @expires)
            """,
            new { id = Guid.CreateVersion7(now), hash = TokenHash.Of(token).ToArray(), person = person.Value, now, expires = now.AddDays(options.SessionDays) },
            transaction, cancellationToken: cancellationToken));
        return token;
    }

    public async Task<string> StartAsync(PersonId person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await StartAsync(connection, null, person, cancellationToken);
    }

    /// <summary>Ends a session and, within two seconds on every node, what is open for it.</summary>
    public async Task EndAsync(Guid session, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "update people.sessions set ended_at = clock_timestamp() where id = @session and ended_at is null", new { session }, cancellationToken: cancellationToken));
        }

        ends.Tell(session);
    }

    private async Task<(PersonId Person, Guid Session)?> LookUpAsync(TokenHash hash, CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            """
            select id as session, person_id as person, last_used_at < @noted as unnoted from people.sessions
            where token_sha256 = @hash and ended_at is null and expires_at > @now and last_used_at > @idle
            """,
            new { hash = hash.ToArray(), now, idle = now.AddDays(-options.SessionIdleDays), noted = now - noteUseEvery }, cancellationToken: cancellationToken));
        if (row is null)
        {
            remembered.TryRemove(hash, out _);
            return null;
        }

        if (row.Unnoted)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "update people.sessions set last_used_at = greatest(last_used_at, @now) where id = @Session", new { now, row.Session }, cancellationToken: cancellationToken));
        }

        if (remembered.Count >= RememberedMax)
        {
            remembered.Clear();
        }

        remembered[hash] = new(new(row.Person), row.Session, at);
        return ended.ContainsKey(row.Session) ? null : (new PersonId(row.Person), row.Session);
    }

    private void Forget(Guid session)
    {
        ended[session] = time.GetTimestamp();
        foreach (var (old, since) in ended)
        {
            if (time.GetElapsedTime(since) > TimeSpan.FromMinutes(1))
            {
                ended.TryRemove(old, out _);
            }
        }
    }

    private readonly record struct Remembered(PersonId Person, Guid Session, long At);

    private sealed record Row(Guid Session, long Person, bool Unnoted);

    /// <summary>SHA-256 of a token: what the table and the memory know of it.</summary>
    private readonly record struct TokenHash(UInt128 High, UInt128 Low)
    {
        public static TokenHash Of(string token)
        {
            Span<byte> text = stackalloc byte[TokenLength * 3];
            Span<byte> hash = stackalloc byte[32];
            SHA256.HashData(text[..Encoding.UTF8.GetBytes(token, text)], hash);
            return MemoryMarshal.Read<TokenHash>(hash);
        }

        public byte[] ToArray()
        {
            var bytes = new byte[32];
            MemoryMarshal.Write(bytes, this);
            return bytes;
        }
    }
}
