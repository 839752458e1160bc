using System.Collections.Concurrent;
using System.Text.Json;
using Dapper;
using Npgsql;
using Stoa.Bots.Apps;
using Stoa.Bots.Profiles;
using Stoa.Kernel;
using Stoa.Threads;

namespace Stoa.Bots.Pages;

/// <summary>Pages as the rest of the server sees them.</summary>
/// <remarks>Names and usernames stay in memory: they do not change after a page was made, so nothing there goes stale.</remarks>
internal sealed class PageDirectory(NpgsqlDataSource database) : IPageDirectory
{
    private const int CachedMax = 20_000;

    private readonly ConcurrentDictionary<PageId, PageCard> cards = new();

    public async Task<PageId?> FindByUsernameAsync(string username, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var id = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "select id from bots.pages where username = @username", new { username = username.ToLowerInvariant() }, cancellationToken: cancellationToken));
        return id is { } found ? new PageId(found) : null;
    }

    public async ValueTask<IReadOnlyDictionary<PageId, PageCard>> FindAsync(IReadOnlyCollection<PageId> pages, CancellationToken cancellationToken)
    {
        var found = new Dictionary<PageId, PageCard>(pages.Count);
        var missing = new List<long>();
        foreach (var page in pages)
        {
            if (cards.TryGetValue(page, out var card))
            {
                found[page] = card;
            }
            else
            {
                missing.Add(page.Value);
            }
        }

        if (missing.Count == 0)
        {
            return found;
        }

        if (cards.Count > CachedMax)
        {
            cards.Clear();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var (id, username, name) in await connection.QueryAsync<(long Id, string Username, string Name)>(new CommandDefinition(
            "select id, username, name from bots.pages where id = any(@missing)", new { missing }, cancellationToken: cancellationToken)))
        {
            found[new(id)] = cards[new(id)] = new PageCard(new(id), username, name);
        }

        return found;
    }

    public async Task<byte[]?> DescribeAsync(PageId page, PersonProfile reader, CancellationToken cancellationToken) =>
        await FindRowAsync(page, cancellationToken) is { } row
            ? JsonSerializer.SerializeToUtf8Bytes(row.AsSeenBy(reader, await PersonMenus.FindAsync(database, page, reader.Id, cancellationToken)), BotsJson.Default.PageView)
            : null;

    public async Task<string?> FindOfferAsync(PageId page, string payload, CancellationToken cancellationToken) =>
        (await FindRowAsync(page, cancellationToken) is { } row && row.Profile.Offers(payload)) || await PersonMenus.OffersAsync(database, page, payload, cancellationToken) ? "postback" : null;

    public async Task<PageRow?> FindRowAsync(PageId page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<PageRow>(new CommandDefinition(
            $"select {PageRow.Columns} from bots.pages where id = @id", new { id = page.Value }, cancellationToken: cancellationToken));
    }
}

/// <summary>A page as it is stored.</summary>
internal sealed class PageRow
{
    public const string Columns = "id, username, name, category, about, color, verified, profile::text as profilejson";

    public required long Id { get; init; }

    public required string Username { get; init; }

    public required string Name { get; init; }

    public required string Category { get; init; }

    public required string About { get; init; }

    public string? Color { get; init; }

    public required bool Verified { get; init; }

    public required string ProfileJson { get; init; }

    public MessengerProfile Profile => field ??= MessengerProfile.Parse(ProfileJson);

    /// <param name="ownMenu">The reader's own menu, if the page made one.</param>
    public PageView AsSeenBy(PersonProfile reader, MessengerProfile? ownMenu = null) => new(
        new(Id), Username, Name, Category, About, Verified, Color, Profile.GreetingFor(reader),
        Profile.GetStartedPayload is { } payload ? new(payload) : null, Profile.MenuFor(reader.Locale, ownMenu), Profile.IceBreakersFor(reader.Locale) is { Count: > 0 } questions ? questions : null);
}

/// <summary>A page as a person sees it (docs/protocol/http.md, <c>Page</c>).</summary>
internal sealed record PageView(
    PageId Id, string Username, string Name, string Category, string About, bool Verified, string? Color, string? Greeting, GetStartedView? GetStarted, MenuView? Menu,
    IReadOnlyList<IceBreakerView>? IceBreakers);

/// <summary>A question to begin with; a tap sends the payload.</summary>
internal sealed record IceBreakerView(string Question, string Payload);

internal sealed record GetStartedView(string Payload);

internal sealed record MenuView(bool ComposerInputDisabled, IReadOnlyList<MenuItemView> Items);

/// <param name="Type"><c>postback</c>, <c>web_url</c> or <c>nested</c>.</param>
internal sealed record MenuItemView(string Type, string Title, string? Payload, string? Url, IReadOnlyList<MenuItemView>? Items);
