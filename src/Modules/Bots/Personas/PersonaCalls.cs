using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Bots.Attachments;
using Stoa.Bots.Graph;
using Stoa.Bots.Pages;
using Stoa.Kernel;

namespace Stoa.Bots.Personas;

/// <summary><c>/me/personas</c> and <c>/{persona}</c> (messenger-platform §5.2).</summary>
internal static class PersonaCalls
{
    private const int NameMax = 80;

    public static async Task MakeAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var name = call.Parameters["name"].Text(NameMax).Trim();
        var picture = call.Parameters["profile_picture_url"].Url();
        var row = await call.Http.RequestServices.GetRequiredService<PageDirectory>().FindRowAsync(page, cancellationToken) ?? throw call.Unsupported();
        if (name.Length == 0 || name.Equals(row.Name, StringComparison.OrdinalIgnoreCase) || name.EnumerateRunes().Any(rune => rune.Value > 0xFFFF || char.IsSymbol((char)rune.Value) || char.IsControl((char)rune.Value)))
        {
            throw call.Parameters["name"].Wrong("Param name must be a name of its own: not that of the page, and without emoji.");
        }

        await call.Http.RequestServices.GetRequiredService<Pictures>().NoteAsync(page, [picture], cancellationToken);
        var id = await Store(call).AddAsync(page, name, picture, cancellationToken);
        await call.AnswerAsync(new JsonObject { ["id"] = Text(id) });
    }

    public static async Task ListAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var paging = GraphPaging.Read(call);
        var (after, before) = (ReadCursor(paging.After) ?? 0, ReadCursor(paging.Before) ?? long.MaxValue);
        var found = await Store(call).ListAsync(call.Page(), after, before, paging.Limit + 1, cancellationToken);
        var more = found.Count > paging.Limit;
        if (more)
        {
            found.RemoveAt(paging.Before is null ? found.Count - 1 : 0);
        }

        await call.AnswerAsync(GraphPaging.List(call, [.. found.Select(p => (Text(p.Id), Show(p)))], more));
    }

    /// <summary><c>GET /{persona}</c>.</summary>
    /// <returns>Null when the id is not that of a persona.</returns>
    public static async Task<JsonObject?> FindAsync(GraphCall call, PageId page, CancellationToken cancellationToken) =>
        await Store(call).FindAsync(page, call.Node, cancellationToken) is { } persona ? Show(persona) : null;

    /// <summary><c>DELETE /{persona}</c>.</summary>
    /// <returns>Whether the id was that of a persona.</returns>
    public static async Task<bool> TryDeleteAsync(GraphCall call, PageId page, CancellationToken cancellationToken) =>
        WireIds.TryParse(call.Node, out var id) && await Store(call).DeleteAsync(page, id, cancellationToken);

    private static JsonObject Show(Persona persona) => new() { ["name"] = persona.Name, ["profile_picture_url"] = persona.PictureUrl, ["id"] = Text(persona.Id) };

    private static long? ReadCursor(string? cursor) => long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static PersonaStore Store(GraphCall call) => call.Http.RequestServices.GetRequiredService<PersonaStore>();
}
