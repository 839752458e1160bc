using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Stoa.Hosting;

namespace Stoa.Server;

/// <summary>What every answer tells the browser. A page with a policy of its own, as on the pay origin, keeps it.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IOptions<StoaOptions> options, IHostEnvironment environment)
{
    // An answer of data: a browser that opens it by itself has nothing to load for it, so its policy needs neither nonce nor host.
    private static readonly StringValues callPolicy = "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";
    private static readonly StringValues referrerPolicy = "same-origin"; // no-referrer would take the Origin from form posts.
    private static readonly StringValues openerPolicy = "same-origin-allow-popups";
    private static readonly StringValues permissionsPolicy = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
    private static readonly StringValues noSniff = "nosniff";
    private static readonly StringValues noStore = "no-store";

    private readonly bool isDevelopment = environment.IsDevelopment();

    // Pictures that bots of the demo world serve from this machine.
    private readonly string loopbackPictures = options.Value.AllowLoopbackTargets ? " http://127.0.0.1:* http://localhost:*" : "";

    public Task InvokeAsync(HttpContext context)
    {
        // At the start of the answer: an answer to a failure is begun anew without headers.
        context.Response.OnStarting(static state =>
        {
            var (self, context) = ((SecurityHeaders, HttpContext))state;
            self.Write(context);
            return Task.CompletedTask;
        }, (this, context));
        return next(context);
    }

    private void Write(HttpContext context)
    {
        var isCall = context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/admin");
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = noSniff;
        headers.TryAdd("Referrer-Policy", referrerPolicy);
        headers.TryAdd("Cross-Origin-Opener-Policy", openerPolicy);
        headers.TryAdd("Permissions-Policy", permissionsPolicy);
        if (!isDevelopment && context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        if (isCall)
        {
            headers.TryAdd("Content-Security-Policy", callPolicy);
            headers.TryAdd("Cache-Control", noStore);
        }
        else if (!headers.ContainsKey("Content-Security-Policy"))
        {
            headers.ContentSecurityPolicy = Policy(context.Request, WebClient.NonceOf(context));
        }
    }

    private string Policy(HttpRequest request, string nonce)
    {
        // The host is one of AllowedHosts, so it may stand in a header.
        var origin = $"{request.Scheme}://{{0}}{request.Host}";
        var socket = $"{(request.IsHttps ? "wss" : "ws")}://{request.Host}";
        return $"default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' {origin.Replace("{0}", "media.", StringComparison.Ordinal)} blob:{loopbackPictures}; "
            + $"media-src 'self' {origin.Replace("{0}", "media.", StringComparison.Ordinal)} blob:; "
            + $"connect-src 'self' {socket}; frame-src {origin.Replace("{0}", "pay.", StringComparison.Ordinal)}; object-src 'none'; base-uri 'none'; form-action 'self'; "
            + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types stoa";
    }
}
