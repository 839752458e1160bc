using System.Security.Cryptography;
using System.Text;
using Stoa.Hosting.SignIn;

namespace Stoa.Server;

/// <summary>The web client: files with hashed names for ever, one page for every address that is none of the server's.</summary>
internal static class WebClient
{
    private const string NonceKey = "stoa.nonce";
    private static readonly string[] notPages = ["/api", "/admin", "/dev", "/health", "/live", "/openapi", "/assets", "/messenger_platform", "/oauth"];

    /// <summary>Made once per request; the page's own style elements carry it.</summary>
    public static string NonceOf(HttpContext context)
    {
        if (context.Items[NonceKey] is string known)
        {
            return known;
        }

        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        context.Items[NonceKey] = nonce;
        return nonce;
    }

    /// <summary>Before routing.</summary>
    public static void UseWebClient(this WebApplication app) =>
        app.Use((context, next) =>
        {
            if (IsPageVisit(context.Request))
            {
                if (context.Request.Host.Host == "127.0.0.1")
                {
                    // Passkeys and cookies that two tabs share need the name.
                    var byName = new HostString("localhost", context.Request.Host.Port ?? 80);
                    context.Response.Redirect($"{context.Request.Scheme}://{byName}{context.Request.Path.ToUriComponent()}{context.Request.QueryString}");
                    return Task.CompletedTask;
                }

                context.Request.Path = "/index.html";
            }
            else if (context.Request.Path.StartsWithSegments("/assets"))
            {
                context.Response.OnStarting(() =>
                {
                    if (context.Response.StatusCode is StatusCodes.Status200OK or StatusCodes.Status304NotModified)
                    {
                        // Vite's names change with the content.
                        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                    }

                    return Task.CompletedTask;
                });
            }

            return next(context);
        });

    public static void MapWebClient(this WebApplication app)
    {
        // In a group: in development there is one more route, for files made since the build, which only the group reaches.
        app.MapGroup("").For(Audience.Anyone).MapStaticAssets();
        var page = new Lazy<string?>(() => ReadPage(app.Environment));
        // Before the asset of the same name: the page carries the nonce of its own answer.
        app.MapGet("/index.html", (HttpContext context) => page.Value is { } html ? Answer(context, html) : Results.Text(NotBuilt, "text/plain"))
            .For(Audience.Anyone).WithOrder(int.MinValue).ExcludeFromDescription();
    }

    private const string NotBuilt = "The web client was not built into this server. ./run builds it.\n";

    private static IResult Answer(HttpContext context, string html)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Content(html.Replace("{nonce}", NonceOf(context), StringComparison.Ordinal), "text/html", Encoding.UTF8);
    }

    private static string? ReadPage(IWebHostEnvironment environment)
    {
        var file = environment.WebRootFileProvider.GetFileInfo("index.html");
        if (!file.Exists)
        {
            return null;
        }

        using var reader = new StreamReader(file.CreateReadStream());
        var html = reader.ReadToEnd();
        // A library that adds a style element finds its nonce here.
        return html.Replace("<head>", "<head><meta property=\"csp-nonce\" nonce=\"{nonce}\" />", StringComparison.Ordinal);
    }

    private static bool IsPageVisit(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && !Path.HasExtension(request.Path.Value)
        && !IsGraph(request.Path) && !notPages.Any(prefix => request.Path.StartsWithSegments(prefix))
        && request.Host.Host.Split('.')[0] is not ("pay" or "media");

    /// <summary>The Messenger dialect: <c>/v23.0/…</c>.</summary>
    private static bool IsGraph(PathString path) => path.Value is ['/', 'v', >= '0' and <= '9', ..];
}
