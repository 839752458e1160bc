using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.Bots.Apps;

/// <summary>Apps with their secrets, and the tokens that let them act for pages.</summary>
internal sealed class AppStore(NpgsqlDataSource database, SecretKeys keys, TimeProvider time)
{
    private const string TokenPrefix = "stoa_page_";
    private static readonly TimeSpan lastUseWrittenEvery = TimeSpan.FromMinutes(1);

    // Secrets do not change while a server runs.
    private readonly ConcurrentDictionary<AppId, string> secrets = new();

    /// <summary>A new page access token: 256 random bits behind a prefix that secret scanners can know.</summary>
    public static string NewToken() => string.Concat(TokenPrefix, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>For whom a token speaks: an app acting for a page, or, with <c>appid|secret</c>, an app alone.</summary>
    public async Task<GraphCaller?> FindCallerAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Split('|') is [var id, var secret])
        {
            return WireIds.TryParse(id, out var app) && await FindSecretAsync(new(app), cancellationToken) is { } real
                && CryptographicOperations.FixedTimeEquals(Hash(real), Hash(secret))
                    ? new GraphCaller(new(app), null)
                    : null;
        }

        if (!token.StartsWith(TokenPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var found = await connection.QuerySingleOrDefaultAsync<TokenRow>(new CommandDefinition(
            "select t.app_id as appid, t.page_id as pageid, t.last_used_at as lastusedat, a.require_proof as requiresproof from bots.tokens t join bots.apps a on a.id = t.app_id where t.sha256 = @sha256", new { sha256 = Hash(token) }, cancellationToken: cancellationToken));
        if (found is null)
        {
            return null;
        }

        var now = time.GetUtcNow();
        if (found.LastUsedAt is not { } last || now - new DateTimeOffset(last) > lastUseWrittenEvery)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "update bots.tokens set last_used_at = @now where sha256 = @sha256", new { now, sha256 = Hash(token) }, cancellationToken: cancellationToken));
        }

        return new GraphCaller(new(found.AppId), new PageId(found.PageId), found.RequiresProof);
    }

    /// <summary>The app's secret in the clear, to sign with; null when there is no such app.</summary>
    public async ValueTask<string?> FindSecretAsync(AppId app, CancellationToken cancellationToken)
    {
        if (secrets.TryGetValue(app, out var known))
        {
            return known;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var box = await connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(
            "select secret from bots.apps where id = @id", new { id = app.Value }, cancellationToken: cancellationToken));
        return box is null ? null : secrets.GetOrAdd(app, _ => keys.Open(app.Value, box));
    }

    /// <summary><c>hex(HMAC-SHA256(secret, token))</c>.</summary>
    public static bool IsProof(string proof, string secret, string token) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(proof.ToLower(CultureInfo.InvariantCulture)),
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(token)))));

    private sealed class TokenRow
    {
        public long AppId { get; init; }

        public long PageId { get; init; }

        public DateTime? LastUsedAt { get; init; }

        public bool RequiresProof { get; init; }
    }
}

/// <summary>Who calls the Messenger dialect, as the token says.</summary>
/// <param name="Page">The page it acts for; null for an app's own token.</param>
/// <param name="RequiresProof">The app wants every call to carry <c>appsecret_proof</c>.</param>
internal sealed record GraphCaller(AppId App, PageId? Page, bool RequiresProof = false)
{
    /// <summary>Of a call that needs no token.</summary>
    public static GraphCaller Nobody { get; } = new(default, null);
}
