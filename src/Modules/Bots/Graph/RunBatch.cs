using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Graph;

/// <summary><c>POST /</c> with <c>batch</c>: up to 50 calls in one, one after the other (messenger-platform §0.2). Each part goes through the same door as a call of its own.</summary>
internal static class RunBatch
{
    /// <summary>Marks a part whose whole was proved.</summary>
    public const string Proved = "stoa.bots.proved";

    private const int Most = 50;
    private static readonly TimeSpan lastsAtMost = TimeSpan.FromSeconds(60);

    public static async Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var items = call.Parameters["batch"].List(1, Most);
        var withHeaders = call.Parameters["include_headers"].Flag(otherwise: true);
        var watch = Stopwatch.StartNew();
        var results = new BatchResults();
        var answers = new JsonArray();
        foreach (var item in items)
        {
            var part = ReadPart(item);
            // What did not finish in time is null, and so is what hangs on something that failed.
            if (watch.Elapsed > lastsAtMost || (part.DependsOn is { } needed && !results.Succeeded(needed)) || results.Fill(part) is not { } filled)
            {
                answers.Add(null);
                continue;
            }

            var (status, contentType, body) = await RunAsync(call, filled, cancellationToken);
            results.Note(part.Name, status, body);
            answers.Add(status == StatusCodes.Status200OK && part.OmitsSuccess ? null : Show(status, contentType, body, withHeaders));
        }

        await GraphCall.AnswerAsync(call.Http, StatusCodes.Status200OK, Encoding.UTF8.GetBytes(answers.ToJsonString()));
    }

    private static BatchPart ReadPart(GraphValue item)
    {
        var name = item.Members()["name"].TextOrNull(100);
        return new(
            (item["method"].TextOrNull(10) ?? "GET").ToUpperInvariant(), item["relative_url"].Text(4096), item["body"].Exists ? BodyOf(item["body"]) : null, name,
            item["depends_on"].TextOrNull(100), item["access_token"].TextOrNull(1000), item["attached_files"].TextOrNull(200), name is not null && item["omit_response_on_success"].Flag(otherwise: true));
    }

    // Documented is a form-encoded text; some clients send the object itself.
    private static string BodyOf(GraphValue body) => body.Raw.ValueKind == JsonValueKind.Object ? body.Raw.GetRawText() : body.TextOrNull(128 * 1024) ?? "";

    private static async Task<(int Status, string? ContentType, string Body)> RunAsync(GraphCall call, BatchPart part, CancellationToken cancellationToken)
    {
        var outer = call.Http;
        var url = part.RelativeUrl.TrimStart('/');
        var query = url.IndexOf('?', StringComparison.Ordinal);
        using var answer = new MemoryStream();
        var inner = new DefaultHttpContext { RequestServices = outer.RequestServices, RequestAborted = cancellationToken };
        inner.Request.Method = part.Method;
        inner.Request.Scheme = outer.Request.Scheme;
        inner.Request.Host = outer.Request.Host;
        inner.Request.Path = "/" + (query < 0 ? url : url[..query]);
        inner.Request.QueryString = query < 0 ? QueryString.Empty : new(url[query..]);
        inner.Request.Headers.Authorization = $"Bearer {part.Token ?? call.Request.Token}";
        if (part.Body is { } text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            inner.Request.Body = new MemoryStream(bytes);
            inner.Request.ContentLength = bytes.Length;
            inner.Request.ContentType = text.StartsWith('{') ? "application/json" : "application/x-www-form-urlencoded";
        }

        if (part.AttachedFile is { } name && call.Request.FindFile(name.Split(',')[0].Trim()) is { } file)
        {
            inner.Items[GraphRequest.FileItem] = file;
        }

        if (part.Token is null)
        {
            inner.Items[Proved] = true;
        }

        inner.Response.Body = answer;
        var (edge, node) = GraphEdges.Find(part.Method, inner.Request.Path.Value ?? "") ?? (GraphRoutes.Unsupported, url.Split('/', '?')[0]);
        inner.Request.RouteValues["node"] = node;
        await GraphRoutes.HandleAsync(inner, edge);
        return (inner.Response.StatusCode, inner.Response.ContentType, Encoding.UTF8.GetString(answer.ToArray()));
    }

    private static JsonObject Show(int status, string? contentType, string body, bool withHeaders)
    {
        var shown = new JsonObject { ["code"] = status };
        if (withHeaders)
        {
            shown["headers"] = new JsonArray(new JsonObject { ["name"] = "Content-Type", ["value"] = contentType ?? "application/json" });
        }

        shown["body"] = body;
        return shown;
    }
}

/// <summary>One call of a batch.</summary>
/// <param name="OmitsSuccess">Its answer is left out when it succeeds: others use it.</param>
internal sealed record BatchPart(string Method, string RelativeUrl, string? Body, string? Name, string? DependsOn, string? Token, string? AttachedFile, bool OmitsSuccess);
