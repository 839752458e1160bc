using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Bots.Graph;
using Stoa.Bots.Pages;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;

namespace Stoa.Bots.Codes;

/// <summary><c>POST /me/messenger_codes</c>: a picture whose scan opens the conversation with the page (messenger-platform §5.5). The picture is drawn when it is asked for.</summary>
internal static partial class MakeCode
{
    private const int Smallest = 100;
    private const int Largest = 2000;
    private const int Otherwise = 1000;
    private const string PicturePath = "/m/{username}/code.png";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(PicturePath, DrawAsync).For(Audience.Anyone).ExcludeFromDescription();

    public static async Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        _ = call.Parameters["type"].OneOf("standard");
        var reference = call.Parameters["data"] is { Exists: true } data ? data.Members()["ref"] : default;
        var text = reference.Exists ? reference.TextOrNumber(250) ?? "" : "";
        if (!Reference().IsMatch(text))
        {
            throw reference.Wrong("A ref takes letters, digits and + / = - . : _");
        }

        var where = call.Parameters["image_size"];
        var size = !where.Exists ? Otherwise
            : int.TryParse(where.TextOrNumber(9), NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) && pixels is >= Smallest and <= Largest ? pixels
            : throw where.Wrong($"Param image_size must be a number of pixels from {Smallest} to {Largest}.");
        var row = await call.Http.RequestServices.GetRequiredService<PageDirectory>().FindRowAsync(page, cancellationToken) ?? throw call.Unsupported();
        await call.AnswerAsync(new JsonObject { ["uri"] = $"{Root(call.Http)}/m/{row.Username}/code.png?size={size}{(text.Length > 0 ? "&ref=" + Uri.EscapeDataString(text) : "")}" });
    }

    private static async Task<IResult> DrawAsync(string username, HttpContext context, PageDirectory pages, CancellationToken cancellationToken, string? @ref = null, int size = Otherwise)
    {
        if (username.Contains('\0', StringComparison.Ordinal) || size is < Smallest or > Largest || !Reference().IsMatch(@ref ?? "") || @ref is { Length: > 250 }
            || await pages.FindByUsernameAsync(username, cancellationToken) is null)
        {
            return Problem.NotFound("code_not_found", "code").AsResult();
        }

        context.Response.Headers.CacheControl = "public, max-age=86400";
        var link = $"{Root(context)}/m/{username.ToLowerInvariant()}?source=MESSENGER_CODE{(string.IsNullOrEmpty(@ref) ? "" : "&ref=" + Uri.EscapeDataString(@ref))}";
        return TypedResults.Bytes(QrPicture.Draw(link, size), "image/png");
    }

    private static string Root(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}";

    [GeneratedRegex("^[A-Za-z0-9+/=.:_-]*$", RegexOptions.NonBacktracking)]
    private static partial Regex Reference();
}
