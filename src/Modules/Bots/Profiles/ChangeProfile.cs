using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Bots.Sending;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Profiles;

/// <summary><c>POST /me/messenger_profile</c>: replaces the named properties, leaves the rest.</summary>
internal static class ChangeProfile
{
    public static Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var changes = new Dictionary<string, JsonElement?>();
        foreach (var property in MessengerProfile.Properties)
        {
            if (call.Parameters[property] is { Exists: true } value)
            {
                MessengerProfile.Check(property, value);
                changes[property] = value.Raw;
            }
        }

        return changes.Count > 0
            ? StoreAsync(call, changes, cancellationToken)
            : throw new GraphException(GraphError.Parameter($"Requires one of the params: {string.Join(", ", MessengerProfile.Properties)}"));
    }

    /// <param name="changes">The new value of each property; null removes it.</param>
    internal static Task StoreAsync(GraphCall call, IReadOnlyDictionary<string, JsonElement?> changes, CancellationToken cancellationToken) =>
        StoreAsync(call, changes, new JsonObject { ["result"] = "success" }, menuNeedsGetStarted: true, cancellationToken);

    /// <param name="answer">What the caller gets.</param>
    /// <param name="menuNeedsGetStarted">The rule of the newer interface; the older one does not have it.</param>
    internal static async Task StoreAsync(
        GraphCall call, IReadOnlyDictionary<string, JsonElement?> changes, JsonObject answer, bool menuNeedsGetStarted, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var services = call.Http.RequestServices;
        services.GetRequiredService<CallLimits>().TakeProfileChange(page);
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var stored = await ReadLockedAsync(connection, transaction, page, cancellationToken);
        foreach (var (property, value) in changes)
        {
            stored.Remove(property);
            if (value is { } set)
            {
                stored[property] = JsonNode.Parse(set.GetRawText());
            }
        }

        if (menuNeedsGetStarted && stored.ContainsKey(MessengerProfile.Menu) && !stored.ContainsKey(MessengerProfile.GetStarted))
        {
            throw new GraphException(GraphErrors.MenuNeedsGetStarted);
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "update bots.pages set profile = @profile::jsonb where id = @id", new { profile = stored.ToJsonString(), id = page.Value }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        await call.AnswerAsync(answer);
    }

    // Two changes at once are one after the other: the rule about the menu looks at both.
    private static async Task<JsonObject> ReadLockedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, PageId page, CancellationToken cancellationToken) =>
        JsonNode.Parse(await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            "select profile::text from bots.pages where id = @id for update", new { id = page.Value }, transaction, cancellationToken: cancellationToken)) ?? "{}")!.AsObject(); // The column holds an object.
}
