using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Bots.Pages;
using Stoa.Bots.Sending;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Profiles;

/// <summary><c>/me/custom_user_settings</c>: a menu for one person, in place of the page's (messenger-platform §4.3).</summary>
internal static class PersonMenus
{
    public static async Task SetAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var (page, person) = await ReadPersonAsync(call, cancellationToken);
        call.Http.RequestServices.GetRequiredService<CallLimits>().TakeProfileChange(page);
        var menu = call.Parameters[MessengerProfile.Menu].Required();
        MessengerProfile.CheckMenus(menu);
        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into bots.person_menus (page_id, person_id, menu) values (@page, @person, @menu::jsonb) on conflict (page_id, person_id) do update set menu = excluded.menu",
            new { page = page.Value, person = person.Value, menu = menu.Raw.GetRawText() }, cancellationToken: cancellationToken));
        await call.AnswerAsync(new JsonObject { ["result"] = "success" });
    }

    public static async Task ReadAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var (page, person) = await ReadPersonAsync(call, cancellationToken);
        var row = await call.Http.RequestServices.GetRequiredService<PageDirectory>().FindRowAsync(page, cancellationToken) ?? throw call.Unsupported();
        var shown = new JsonObject();
        if (await FindAsync(Database(call), page, person, cancellationToken) is { } own && own.Find(MessengerProfile.Menu) is { } mine)
        {
            shown["user_level_persistent_menu"] = JsonNode.Parse(mine.GetRawText());
        }

        if (row.Profile.Find(MessengerProfile.Menu) is { } pages)
        {
            shown["page_level_persistent_menu"] = JsonNode.Parse(pages.GetRawText());
        }

        await call.AnswerAsync(new JsonObject { ["data"] = shown.Count == 0 ? new JsonArray() : new JsonArray(shown) });
    }

    public static async Task RemoveAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var (page, person) = await ReadPersonAsync(call, cancellationToken);
        if (call.Request.NamesIn("params")?.Contains(MessengerProfile.Menu) != true)
        {
            throw call.Parameters["params"].Wrong("Param params must name persistent_menu.");
        }

        await using var connection = await Database(call).OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from bots.person_menus where page_id = @page and person_id = @person", new { page = page.Value, person = person.Value }, cancellationToken: cancellationToken));
        await call.AnswerAsync(new JsonObject { ["result"] = "success" });
    }

    /// <summary>The person's own menu as a profile with nothing else in it; null without one.</summary>
    public static async Task<MessengerProfile?> FindAsync(NpgsqlDataSource database, PageId page, PersonId person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var menu = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select jsonb_build_object('persistent_menu', menu)::text from bots.person_menus where page_id = @page and person_id = @person",
            new { page = page.Value, person = person.Value }, cancellationToken: cancellationToken));
        return menu is null ? null : MessengerProfile.Parse(menu);
    }

    /// <summary>Whether the page has made anybody a menu with this payload in it: whoever presses it has seen it.</summary>
    public static async Task<bool> OffersAsync(NpgsqlDataSource database, PageId page, string payload, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The text narrows it down; the reading decides.
        var menus = await connection.QueryAsync<string>(new CommandDefinition(
            "select menu::text from bots.person_menus where page_id = @page and strpos(menu::text, to_jsonb(@payload)::text) > 0 limit 20",
            new { page = page.Value, payload }, cancellationToken: cancellationToken));
        return menus.Any(menu => MessengerProfile.OffersInMenu(new(JsonElement.Parse(menu), ""), payload));
    }

    private static async Task<(PageId Page, PersonId Person)> ReadPersonAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var psid = call.Parameters["psid"].Required().TextOrNumber(40) ?? "";
        return await call.Http.RequestServices.GetRequiredService<PageScopedIds>().FindPersonAsync(page, psid, cancellationToken) is { } person
            ? (page, person)
            : throw new GraphException(GraphErrors.NoSuchPerson with { ErrorData = "psid" });
    }

    private static NpgsqlDataSource Database(GraphCall call) => call.Http.RequestServices.GetRequiredService<NpgsqlDataSource>();
}
