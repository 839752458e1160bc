using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Stoa.Hosting;

namespace Stoa.Media.Serving;

/// <summary>The origin that people's files come from: <c>media.</c> before the public host. Separate, so that nothing in a file can act as the app.</summary>
/// <remarks>Read at each use: the port may be chosen by the system as late as the server's start.</remarks>
internal sealed class MediaOrigin(IOptions<StoaOptions> options)
{
    private Uri App => new(options.Value.PublicUrl);

    public string Origin => new UriBuilder(App) { Host = $"media.{App.Host}" }.Uri.GetLeftPart(UriPartial.Authority);

    public bool IsOf(HttpRequest request) => string.Equals(request.Host.Host, $"media.{App.Host}", StringComparison.OrdinalIgnoreCase);
}
