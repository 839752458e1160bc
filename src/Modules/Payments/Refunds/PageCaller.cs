using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;
using Stoa.Kernel;

namespace Stoa.Payments.Refunds;

/// <summary>Finds out which page a program acts for. The tenant comes from the token and from nothing else.</summary>
internal sealed class PageCaller(IPageTokens tokens)
{
    private const string Scheme = "Bearer ";

    /// <exception cref="ProblemException">401 <c>not_a_page</c>: no token of a page, in the header <c>Authorization</c>.</exception>
    public async Task<PageId> FindAsync(HttpContext context, CancellationToken cancellationToken) =>
        context.Request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && await tokens.FindPageAsync(authorization[Scheme.Length..].Trim(), cancellationToken) is { } page
                ? page
                : throw new ProblemException(new(StatusCodes.Status401Unauthorized, "not_a_page", "Find out which page is calling", "The call carries no page access token, or one that is unknown.",
                    "Send the page's access token as 'Authorization: Bearer'; './stoa bot create' gives one."));
}
