using Stoa.Kernel;

namespace Stoa.Payments.Refunds;

/// <summary>A server without businesses: no token speaks for a page. The module that has them registers its own.</summary>
internal sealed class NobodysTokens : IPageTokens
{
    public Task<PageId?> FindPageAsync(string token, CancellationToken cancellationToken) => Task.FromResult<PageId?>(null);
}
