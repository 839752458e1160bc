using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Apps;
using Stoa.Bots.Graph;
using Stoa.Bots.Webhooks;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Subscriptions;

/// <summary><c>/{app}/subscriptions</c> with the app's own token: where the app is called and for what (messenger-platform §3.1).</summary>
internal static class AppSubscriptions
{
    private static readonly JsonObject success = new() { ["success"] = true };

    public static async Task ReadAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var app = call.App();
        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        var (callback, fields) = await connection.QuerySingleAsync<(string? Callback, string[] Fields)>(new CommandDefinition(
            "select callback_url, fields from bots.apps where id = @id", new { id = app.Value }, cancellationToken: cancellationToken));
        var data = new JsonArray();
        if (callback is not null)
        {
            data.Add((JsonNode)new JsonObject
            {
                ["object"] = "page",
                ["callback_url"] = callback,
                ["active"] = true,
                ["fields"] = new JsonArray([.. fields.Select(f => new JsonObject { ["name"] = f, ["version"] = "v2.6" })]),
            });
        }

        await call.AnswerAsync(new JsonObject { ["data"] = data });
    }

    public static async Task SetAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var app = call.App();
        _ = call.Parameters["object"].Required().OneOf("page");
        var fields = call.Request.NamesIn("fields") ?? WebhookFields.Default;
        if (!call.Parameters["callback_url"].Exists && await call.Http.RequestServices.GetRequiredService<Updates.UpdateStore>().PollsAsync(app, cancellationToken))
        {
            // Who asks for its events says only which ones.
            await SetFieldsAsync(call, app, fields, cancellationToken);
            return;
        }

        var callback = call.Parameters["callback_url"].Url();
        var token = call.Parameters["verify_token"].Text(200);
        if (await call.Http.RequestServices.GetRequiredService<CallbackHandshake>().VerifyAsync(callback, token, cancellationToken) is { } failure)
        {
            throw new GraphException(GraphErrors.CallbackRefused(failure.WhatHappened, failure.Fix));
        }

        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update bots.apps set callback_url = @callback, polls = false, fields = @fields where id = @id",
            new { callback, fields = fields.ToArray(), id = app.Value }, cancellationToken: cancellationToken));
        // Whoever has just answered is up: what waits need not wait longer.
        await call.Http.RequestServices.GetRequiredService<Deliveries>().HurryAsync(app, cancellationToken);
        await call.AnswerAsync(success.DeepClone());
    }

    private static async Task SetFieldsAsync(GraphCall call, AppId app, IReadOnlyList<string> fields, CancellationToken cancellationToken)
    {
        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update bots.apps set fields = @fields where id = @id and polls", new { fields = fields.ToArray(), id = app.Value }, cancellationToken: cancellationToken));
        await call.AnswerAsync(success.DeepClone());
    }

    public static async Task RemoveAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var app = call.App();
        _ = call.Parameters["object"].OneOf("page");
        var fields = call.Request.NamesIn("fields");
        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            fields is null
                ? "update bots.apps set callback_url = null, fields = '{}' where id = @id"
                : "update bots.apps set fields = array(select unnest(fields) except select unnest(@fields)) where id = @id",
            new { fields = fields?.ToArray(), id = app.Value }, cancellationToken: cancellationToken));
        await call.AnswerAsync(success.DeepClone());
    }

    private static NpgsqlDataSource Database(GraphCall call) => call.Http.RequestServices.GetRequiredService<NpgsqlDataSource>();
}
