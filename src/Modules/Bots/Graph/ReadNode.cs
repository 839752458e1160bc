using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.AccountLinking;
using Stoa.Bots.Broadcasts;
using Stoa.Bots.Labels;
using Stoa.Bots.Pages;
using Stoa.Bots.Personas;
using Stoa.Bots.Reading;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Graph;

/// <summary><c>GET /me</c>, <c>GET /{page}</c>, <c>GET /{psid}</c>: a page about itself, a person as the page may know them.</summary>
internal static class ReadNode
{
    private static readonly string[] pageFields = ["name"];
    private static readonly string[] personFields = ["first_name", "last_name", "profile_pic", "locale"];

    public static async Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        if (call.Caller.Page is not { } page)
        {
            await ReadAppAsync(call, cancellationToken);
        }
        else if (call.IsMe || call.Names(page.Value))
        {
            await ReadPageAsync(call, page, cancellationToken);
        }
        else if (call.Node.StartsWith("t_", StringComparison.Ordinal))
        {
            await ReadConversations.ReadAsync(call, page, cancellationToken);
        }
        else if (call.Node.StartsWith("m_", StringComparison.Ordinal))
        {
            await ReadConversations.ReadMessageAsync(call, page, cancellationToken);
        }
        else if (await PersonaCalls.FindAsync(call, page, cancellationToken) is { } persona)
        {
            await call.AnswerAsync(persona);
        }
        else if (await LabelCalls.FindAsync(call, page, cancellationToken) is { } label)
        {
            await call.AnswerAsync(label);
        }
        else if (await BroadcastCalls.FindAsync(call, page, cancellationToken) is { } broadcast)
        {
            await call.AnswerAsync(broadcast);
        }
        else
        {
            await ReadPersonAsync(call, page, cancellationToken);
        }
    }

    private static async Task ReadPageAsync(GraphCall call, PageId page, CancellationToken cancellationToken)
    {
        var row = await call.Http.RequestServices.GetRequiredService<PageDirectory>().FindRowAsync(page, cancellationToken) ?? throw call.Unsupported();
        var recipient = call.Parameters["account_linking_token"].TextOrNull(200) is { } token
            ? await call.Http.RequestServices.GetRequiredService<LinkAccounts>().FindRecipientAsync(page, token, cancellationToken)
            : null;
        await call.AnswerAsync(Pick(call, pageFields, page.ToString(), field => field switch
        {
            "recipient" => recipient,
            "name" => row.Name,
            "username" => row.Username,
            "category" => row.Category,
            "about" => row.About,
            "verified" => row.Verified,
            "color" => row.Color,
            _ => null,
        }));
    }

    private static async Task ReadPersonAsync(GraphCall call, PageId page, CancellationToken cancellationToken)
    {
        var services = call.Http.RequestServices;
        var person = await services.GetRequiredService<PageScopedIds>().FindPersonAsync(page, call.Node, cancellationToken) ?? throw call.Unsupported();
        var profile = await services.GetRequiredService<IBusinessThreads>().FindProfileAsync(person, cancellationToken) ?? throw new GraphException(GraphErrors.NoProfile);
        var (first, last) = PersonNames.Split(profile.Name);
        await call.AnswerAsync(Pick(call, personFields, call.Node, field => field switch
        {
            "name" => profile.Name,
            "first_name" => first,
            "last_name" => last,
            "locale" => Locale(profile.Locale),
            "is_payment_enabled" => true,
            _ => null,
        }));
    }

    private static async Task ReadAppAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var app = call.App();
        await using var connection = await call.Http.RequestServices.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        var name = await connection.ExecuteScalarAsync<string>(new CommandDefinition("select name from bots.apps where id = @id", new { id = app.Value }, cancellationToken: cancellationToken));
        await call.AnswerAsync(Pick(call, pageFields, app.ToString(), field => field == "name" ? name : null));
    }

    /// <summary>The fields asked for, and always the id: bots answer to it. What is not known is left out.</summary>
    private static JsonObject Pick(GraphCall call, IReadOnlyList<string> otherwise, string id, Func<string, JsonNode?> find)
    {
        var answer = new JsonObject();
        foreach (var field in call.Request.NamesIn("fields") ?? otherwise)
        {
            if (find(field) is { } value)
            {
                answer[field] = value;
            }
        }

        answer["id"] = id;
        return answer;
    }

    /// <summary>The dialect's locales have a region: <c>pl</c> is <c>pl_PL</c>.</summary>
    private static string Locale(string bcp47)
    {
        try
        {
            return CultureInfo.CreateSpecificCulture(bcp47).Name.Replace('-', '_') is { Length: > 0 } name ? name : "en_US";
        }
        catch (CultureNotFoundException)
        {
            return "en_US";
        }
    }
}
