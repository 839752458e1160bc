using Stoa.Kernel;
using Stoa.Payments;

namespace Stoa.Bots.Apps;

/// <summary>Tells Payments which page a page access token speaks for.</summary>
internal sealed class PageTokens(AppStore apps) : IPageTokens
{
    public async Task<PageId?> FindPageAsync(string token, CancellationToken cancellationToken) => (await apps.FindCallerAsync(token, cancellationToken))?.Page;
}
