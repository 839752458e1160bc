using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Apps;

/// <summary><c>/debug_token</c> and <c>/oauth/access_token</c> (messenger-platform §5.13).</summary>
internal static class TokenCalls
{
    private static readonly string[] scopes = ["pages_messaging", "pages_manage_metadata", "pages_show_list"];

    /// <summary>What a token is good for; told to its own app alone.</summary>
    public static async Task DebugAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var input = call.Parameters["input_token"].Text(1000);
        var app = call.Caller.Page is null ? call.Caller.App : throw call.Unsupported();
        await using var connection = await call.Http.RequestServices.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        var found = await connection.QuerySingleOrDefaultAsync<(long Page, DateTime CreatedAt, string Name)?>(new CommandDefinition(
            "select t.page_id, t.created_at, a.name from bots.tokens t join bots.apps a on a.id = t.app_id where t.sha256 = @sha256 and t.app_id = @app",
            new { sha256 = AppStore.Hash(input), app = app.Value }, cancellationToken: cancellationToken));
        if (found is not { } token)
        {
            await call.AnswerAsync(new JsonObject
            {
                ["data"] = new JsonObject { ["error"] = new JsonObject { ["code"] = 190, ["message"] = "Invalid OAuth access token." }, ["is_valid"] = false, ["scopes"] = new JsonArray() },
            });
            return;
        }

        var page = new PageId(token.Page).ToString();
        await call.AnswerAsync(new JsonObject
        {
            ["data"] = new JsonObject
            {
                ["app_id"] = app.ToString(),
                ["type"] = "PAGE",
                ["application"] = token.Name,
                ["data_access_expires_at"] = 0,
                ["expires_at"] = 0,
                ["is_valid"] = true,
                ["issued_at"] = new DateTimeOffset(token.CreatedAt).ToUnixTimeSeconds(),
                ["profile_id"] = page,
                ["scopes"] = new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]),
                ["granular_scopes"] = new JsonArray([.. scopes.Select(scope => new JsonObject { ["scope"] = scope, ["target_ids"] = new JsonArray(page) })]),
            },
        });
    }

    /// <summary>The app's own token for its id and secret; a page token is exchanged for itself: ours do not run out.</summary>
    public static async Task ReadAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var apps = call.Http.RequestServices.GetRequiredService<AppStore>();
        var id = call.Parameters["client_id"].Required().TextOrNumber(40) ?? "";
        var secret = call.Parameters["client_secret"].Text(200);
        if (!WireIds.TryParse(id, out var app) || await apps.FindSecretAsync(new(app), cancellationToken) is not { } real
            || !CryptographicOperations.FixedTimeEquals(AppStore.Hash(real), AppStore.Hash(secret)))
        {
            throw new GraphException(new("Error validating client secret.", "OAuthException", 101));
        }

        if (call.Parameters["grant_type"].Required().OneOf("client_credentials", "fb_exchange_token") == "fb_exchange_token")
        {
            var given = call.Parameters["fb_exchange_token"].Text(1000);
            _ = await apps.FindCallerAsync(given, cancellationToken) is { } caller && caller.App.Value == app ? caller : throw new GraphException(GraphErrors.BadToken);
            await call.AnswerAsync(new JsonObject { ["access_token"] = given, ["token_type"] = "bearer", ["expires_in"] = 5183944 });
            return;
        }

        var token = $"{id}|{secret}";
        // Clients of 2016 split the text at the equals sign.
        if (IsOld(call.Http))
        {
            var text = Encoding.UTF8.GetBytes($"access_token={token}");
            call.Http.Response.ContentType = "text/plain; charset=UTF-8";
            call.Http.Response.Headers.CacheControl = "private, no-store";
            await call.Http.Response.Body.WriteAsync(text, cancellationToken);
            return;
        }

        await call.AnswerAsync(new JsonObject { ["access_token"] = token, ["token_type"] = "bearer" });
    }

    private static bool IsOld(HttpContext http) =>
        (http.Request.Path.Value ?? "").Trim('/').Split('/')[0] is var first
        && (!first.StartsWith('v') || (Version.TryParse(first.AsSpan(1), out var version) && version <= new Version(2, 2)));
}
