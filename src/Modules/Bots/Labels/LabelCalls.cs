using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Bots.Pages;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Labels;

/// <summary>A page's own words for people: <c>/me/custom_labels</c>, <c>/{label}/label</c>, <c>/{psid}/custom_labels</c> (messenger-platform §5.6).</summary>
internal static class LabelCalls
{
    private const int NameMax = 100;
    private const int LabelsMax = 1000;

    /// <summary><c>POST /me/custom_labels</c>. The same name again is the same label.</summary>
    public static async Task MakeAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var name = (call.Parameters["page_label_name"].Exists ? call.Parameters["page_label_name"] : call.Parameters["name"]).Text(NameMax);
        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        var id = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            """
            insert into bots.labels (page_id, id, name, created_at) select @page, @id, @name, @now
            where (select count(*) from bots.labels where page_id = @page) < @LabelsMax or exists (select from bots.labels where page_id = @page and name = @name)
            on conflict (page_id, name) do update set name = excluded.name returning id
            """,
            new { page = page.Value, id = WireIds.New(), name, LabelsMax, now = call.Http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() }, cancellationToken: cancellationToken));
        await call.AnswerAsync(new JsonObject { ["id"] = id is { } made ? Text(made) : throw call.Parameters["name"].Wrong($"A page has at most {LabelsMax} labels.") });
    }

    /// <summary><c>GET /me/custom_labels</c>, or those of a person.</summary>
    public static async Task ListAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Caller.Page ?? throw call.Unsupported();
        PersonId? person = call.IsMe || call.Names(page.Value) ? null : await PersonAsync(call, page, call.Node, cancellationToken) ?? throw call.Unsupported();
        var paging = GraphPaging.Read(call);
        var after = long.TryParse(paging.After, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0;
        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(long Id, string Name)>(new CommandDefinition(
            person is null
                ? "select id, name from bots.labels where page_id = @page and id > @after order by id limit @most"
                : """
                  select l.id, l.name from bots.labelled p join bots.labels l on l.page_id = p.page_id and l.id = p.label_id
                  where p.page_id = @page and p.person_id = @person and l.id > @after order by l.id limit @most
                  """,
            new { page = page.Value, person = person?.Value, after, most = paging.Limit + 1 }, cancellationToken: cancellationToken))).AsList();
        var more = rows.Count > paging.Limit;
        await call.AnswerAsync(GraphPaging.List(call, [.. rows.Take(paging.Limit).Select(r => (Text(r.Id), Show(r.Id, r.Name)))], more));
    }

    /// <summary><c>POST</c> and <c>DELETE /{label}/label</c> with <c>user</c>.</summary>
    public static async Task ChangeAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Caller.Page ?? throw call.Unsupported();
        _ = WireIds.TryParse(call.Node, out var label) && await FindNameAsync(call, page, label, cancellationToken) is { } ? true : throw call.Unsupported();
        var user = call.Parameters["user"].Required().TextOrNumber(40) ?? "";
        var person = await PersonAsync(call, page, user, cancellationToken) ?? throw new GraphException(GraphErrors.NoSuchPerson with { ErrorData = "user" });
        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            call.Http.Request.Method == "DELETE"
                ? "delete from bots.labelled where page_id = @page and label_id = @label and person_id = @person"
                : "insert into bots.labelled (page_id, label_id, person_id) values (@page, @label, @person) on conflict do nothing",
            new { page = page.Value, label, person = person.Value }, cancellationToken: cancellationToken));
        await call.AnswerAsync(new JsonObject { ["success"] = true });
    }

    /// <summary><c>GET /{label}</c>.</summary>
    /// <returns>Null when the id is not that of a label.</returns>
    public static async Task<JsonObject?> FindAsync(GraphCall call, PageId page, CancellationToken cancellationToken) =>
        WireIds.TryParse(call.Node, out var id) && await FindNameAsync(call, page, id, cancellationToken) is { } name ? Show(id, name) : null;

    /// <summary><c>DELETE /{label}</c>.</summary>
    public static async Task<bool> TryDeleteAsync(GraphCall call, PageId page, CancellationToken cancellationToken)
    {
        if (!WireIds.TryParse(call.Node, out var id))
        {
            return false;
        }

        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            with gone as (delete from bots.labels where page_id = @page and id = @id returning id),
            given as (delete from bots.labelled where page_id = @page and label_id in (select id from gone))
            select count(*) from gone
            """, new { page = page.Value, id }, cancellationToken: cancellationToken)) == 1;
    }

    private static async Task<string?> FindNameAsync(GraphCall call, PageId page, long id, CancellationToken cancellationToken)
    {
        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select name from bots.labels where page_id = @page and id = @id", new { page = page.Value, id }, cancellationToken: cancellationToken));
    }

    private static Task<PersonId?> PersonAsync(GraphCall call, PageId page, string psid, CancellationToken cancellationToken) =>
        call.Http.RequestServices.GetRequiredService<PageScopedIds>().FindPersonAsync(page, psid, cancellationToken);

    private static JsonObject Show(long id, string name) => new() { ["name"] = name, ["page_label_name"] = name, ["id"] = Text(id) };

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static NpgsqlDataSource Database(GraphCall call) => call.Http.RequestServices.GetRequiredService<NpgsqlDataSource>();
}
