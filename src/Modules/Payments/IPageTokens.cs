using Stoa.Kernel;

namespace Stoa.Payments;

/// <summary>Knows the tokens by which programs act for pages. Payments declares what it needs; the Bots module implements it.</summary>
public interface IPageTokens
{
    /// <returns>The page that a token speaks for; null for any other text.</returns>
    Task<PageId?> FindPageAsync(string token, CancellationToken cancellationToken);
}
