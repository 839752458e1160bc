using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Bots.Pages;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Reading;

/// <summary><c>/{psid}/ids_for_pages</c> and <c>/{psid}/ids_for_apps</c>: one person as the pages of one app know them (messenger-platform §5.8). Needs the proof.</summary>
internal static class MatchIds
{
    public static async Task PagesAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var person = await PersonAsync(call, cancellationToken);
        var only = call.Parameters["page"].TextOrNumber(40);
        await using var connection = await call.Http.RequestServices.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(long Psid, long Page, string Name, string Category)>(new CommandDefinition(
            """
            select i.psid, p.id, p.name, p.category from bots.subscriptions s
            join bots.page_scoped_ids i on i.page_id = s.page_id and i.person_id = @person join bots.pages p on p.id = s.page_id
            where s.app_id = @app and s.active order by p.id limit 100
            """,
            new { app = call.Caller.App.Value, person = person.Value }, cancellationToken: cancellationToken));
        await call.AnswerAsync(GraphPaging.List(call, [.. rows.Where(r => only is null || new PageId(r.Page).ToString() == only).Select(r => (new PageId(r.Page).ToString(), new JsonObject
        {
            ["id"] = new PersonId(r.Psid).ToString(),
            ["page"] = new JsonObject { ["category"] = r.Category, ["name"] = r.Name, ["id"] = new PageId(r.Page).ToString() },
        }))], more: false));
    }

    /// <summary>Nobody signs in to apps here, so nobody has an id of one.</summary>
    public static async Task AppsAsync(GraphCall call, CancellationToken cancellationToken)
    {
        _ = await PersonAsync(call, cancellationToken);
        await call.AnswerAsync(new JsonObject { ["data"] = new JsonArray() });
    }

    /// <summary>Whom the id means for any page of the calling app.</summary>
    private static async Task<PersonId> PersonAsync(GraphCall call, CancellationToken cancellationToken)
    {
        if (!call.Parameters["appsecret_proof"].Exists)
        {
            throw new GraphException(GraphErrors.ProofRequired);
        }

        if (call.Caller.Page is { } page)
        {
            return await call.Http.RequestServices.GetRequiredService<PageScopedIds>().FindPersonAsync(page, call.Node, cancellationToken) ?? throw call.Unsupported();
        }

        await using var connection = await call.Http.RequestServices.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        var person = WireIds.TryParse(call.Node, out var psid)
            ? await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                "select i.person_id from bots.page_scoped_ids i join bots.subscriptions s on s.page_id = i.page_id and s.app_id = @app and s.active where i.psid = @psid",
                new { app = call.Caller.App.Value, psid }, cancellationToken: cancellationToken))
            : null;
        return person is { } found ? new(found) : throw call.Unsupported();
    }
}
