using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Stoa.Bots.Apps;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Graph;

/// <summary>A call whose caller is known.</summary>
/// <param name="Node">The first segment of the path: <c>me</c> or an id.</param>
internal sealed record GraphCall(HttpContext Http, GraphRequest Request, GraphCaller Caller, string Node)
{
    public GraphValue Parameters => Request.Parameters;

    /// <summary>The page of the path, if the token speaks for it.</summary>
    /// <exception cref="GraphException">100/33: another's page, or none.</exception>
    public PageId Page() => Caller.Page is { } page && (IsMe || Names(page.Value)) ? page : throw Unsupported();

    /// <summary>The app of the path, if the token is the app's own.</summary>
    /// <exception cref="GraphException">100/33: another's app, or a page token.</exception>
    public AppId App() => Caller.Page is null && (IsMe || Names(Caller.App.Value)) ? Caller.App : throw Unsupported();

    public bool IsMe => string.Equals(Node, "me", StringComparison.OrdinalIgnoreCase);

    public bool Names(long id) => WireIds.TryParse(Node, out var node) && node == id;

#pragma warning disable CA1308 // The documented text has the method in lower case.
    public GraphException Unsupported() => new(GraphErrors.Unsupported(Http.Request.Method.ToLowerInvariant(), Node));
#pragma warning restore CA1308

    public Task AnswerAsync(JsonNode answer) => AnswerAsync(Http, StatusCodes.Status200OK, Encoding.UTF8.GetBytes(answer.ToJsonString()));

    public static async Task AnswerAsync(HttpContext http, int status, ReadOnlyMemory<byte> json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=UTF-8";
        http.Response.ContentLength = json.Length;
        http.Response.Headers.CacheControl = "private, no-store";
        await http.Response.Body.WriteAsync(json, http.RequestAborted);
    }
}
