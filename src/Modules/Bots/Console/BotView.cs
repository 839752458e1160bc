using Stoa.Kernel;

namespace Stoa.Bots.Console;

/// <summary>A bot as its developer sees it (docs/protocol/console.md, <c>Bot</c>).</summary>
/// <param name="Listed">Whether a search finds the page; who has its address reaches it either way.</param>
/// <param name="Webhook">Where it is called, without what its address asks for; null: it asks for its events.</param>
/// <param name="Waiting">Deliveries that are not acknowledged yet.</param>
/// <param name="Parked">Deliveries that were given up on; they are kept until they are sent again.</param>
internal sealed record BotView(
    AppId Id, string Name, PageId PageId, string Username, string Category, string About, string? Color, bool Verified, bool Listed,
    string? Webhook, IReadOnlyList<string> Fields, bool RequireProof, DateTimeOffset CreatedAt, long Waiting, long Parked, IReadOnlyList<TokenView>? Tokens);

/// <param name="Name">What the developer calls it; empty for the first.</param>
/// <param name="LastUsedAt">To the minute; null: never.</param>
internal sealed record TokenView(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);
