using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Stoa.Town.Airline;

/// <summary>What the airline shows beside its webhook: two pictures and a page that explains check-in.</summary>
internal static class AirlinePictures
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/halcyon.svg", (HttpContext context) => Picture(context, "halcyon.svg"));
        routes.MapGet("/economy.svg", (HttpContext context) => Picture(context, "economy.svg"));
        routes.MapGet("/check-in", (HttpContext context) => Asset(context, "check-in.html", "text/html; charset=utf-8"));
    }

    private static Task Picture(HttpContext context, string name)
    {
        context.Response.Headers.CacheControl = "public, max-age=86400";
        return Asset(context, name, "image/svg+xml");
    }

    private static async Task Asset(HttpContext context, string name, string type)
    {
        await using var asset = Assembly.GetExecutingAssembly().GetManifestResourceStream("assets/" + name)
            ?? throw new InvalidOperationException($"The asset {name} was not built in.");
        context.Response.ContentType = type;
        context.Response.Headers["Access-Control-Allow-Origin"] = "*";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await asset.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
