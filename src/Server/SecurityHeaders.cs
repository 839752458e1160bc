using Microsoft.Extensions.Options;
using Stoa.Hosting;

namespace Stoa.Server;

/// <summary>What every answer tells the browser. A page with a policy of its own, as on the pay origin, keeps it.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IOptions<StoaOptions> options, IHostEnvironment environment)
{
    // Pictures that bots of the demo world serve from this machine.
    private readonly string loopbackPictures = options.Value.AllowLoopbackTargets ? " http://127.0.0.1:* http://localhost:*" : "";

    public Task InvokeAsync(HttpContext context)
    {
        var nonce = WebClient.NonceOf(context);
        context.Response.OnStarting(() =>
        {
            Write(context, nonce);
            return Task.CompletedTask;
        });
        return next(context);
    }

    private void Write(HttpContext context, string nonce)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        SetUnlessSet(headers, "Referrer-Policy", "same-origin"); // no-referrer would take the Origin from form posts.
        SetUnlessSet(headers, "Cross-Origin-Opener-Policy", "same-origin-allow-popups");
        SetUnlessSet(headers, "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
        if (context.Request.IsHttps && !environment.IsDevelopment())
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        if (!headers.ContainsKey("Content-Security-Policy"))
        {
            headers.ContentSecurityPolicy = Policy(context.Request, nonce);
        }

        if (context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/admin"))
        {
            SetUnlessSet(headers, "Cache-Control", "no-store");
        }
    }

    private string Policy(HttpRequest request, string nonce)
    {
        // The host is one of AllowedHosts, so it may stand in a header.
        var origin = $"{request.Scheme}://{{0}}{request.Host}";
        var socket = $"{(request.IsHttps ? "wss" : "ws")}://{request.Host}";
        return $"default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' {origin.Replace("{0}", "media.", StringComparison.Ordinal)} blob:{loopbackPictures}; "
            + $"connect-src 'self' {socket}; frame-src {origin.Replace("{0}", "pay.", StringComparison.Ordinal)}; object-src 'none'; base-uri 'none'; form-action 'self'; "
            + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types stoa";
    }

    private static void SetUnlessSet(IHeaderDictionary headers, string name, string value)
    {
        if (!headers.ContainsKey(name))
        {
            headers[name] = value;
        }
    }
}
