using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Nodes;

namespace Stoa.Hosting.SignIn;

/// <summary>Which pages may open a live socket. CORS does not protect WebSockets, so the server looks at <c>Origin</c> itself.</summary>
internal sealed class AllowedOrigins(IOptions<StoaOptions> options, INodes nodes)
{
    private readonly string? publicOrigin =
        Uri.TryCreate(options.Value.PublicUrl, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Authority) : null;

    /// <summary>
    /// The public address, or the very host that was asked: a foreign page has another, and the cookie of another host is never sent.
    /// Also the address of another node: a page that was opened there moves here when that node goes.
    /// </summary>
    public bool Admit(HttpRequest request, string origin) =>
        string.Equals(origin, publicOrigin, StringComparison.OrdinalIgnoreCase)
        || string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase)
        || nodes.Others.Any(node => string.Equals(origin, node.Address, StringComparison.OrdinalIgnoreCase));
}
