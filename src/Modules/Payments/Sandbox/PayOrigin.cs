using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Stoa.Hosting;

namespace Stoa.Payments.Sandbox;

/// <summary>The origin of the pages where cards are typed: <c>pay.</c> before the public host. Separate, so that no script of the app can read them.</summary>
/// <remarks>Read at each use: the port may be chosen by the system as late as the server's start.</remarks>
internal sealed class PayOrigin(IOptions<StoaOptions> options)
{
    private Uri App => new(options.Value.PublicUrl);

    /// <summary>The one origin that may frame these pages and hear from them.</summary>
    public string AppOrigin => App.GetLeftPart(UriPartial.Authority);

    public string Origin => new UriBuilder(App) { Host = $"pay.{App.Host}" }.Uri.GetLeftPart(UriPartial.Authority);

    public string Url(string path) => Origin + path;

    /// <summary>Whether a request came to this origin. On any other host its pages are not there.</summary>
    public bool IsOf(HttpRequest request) => string.Equals(request.Host.Host, $"pay.{App.Host}", StringComparison.OrdinalIgnoreCase);
}
