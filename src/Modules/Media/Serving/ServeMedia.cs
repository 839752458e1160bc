using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Media.Storage;
using Stoa.Media.Uses;

namespace Stoa.Media.Serving;

/// <summary>The media origin: content by a signed link, whole or in ranges. No session is known here, and on any other host it is not there.</summary>
internal sealed partial class ServeMedia(
    NpgsqlDataSource database, IBlobStore store, MediaOrigin origin, MediaLinks links, IOptions<MediaOptions> options, ILogger<ServeMedia> log) : IDisposable
{
    private static readonly TimeSpan waitsAtMost = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim gate = new(options.Value.ServesMax);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods(MediaLinks.Pattern, [HttpMethods.Get, HttpMethods.Head],
                (int version, MediaId id, string part, long dies, string signature, HttpContext context, ServeMedia serve) => serve.RunAsync(context, version, id, part, dies, signature))
            .For(Audience.Anyone).ExcludeFromDescription();

    public void Dispose() => gate.Dispose();

    private async Task RunAsync(HttpContext context, int version, MediaId id, string partText, long dies, string signature)
    {
        var cancellationToken = context.RequestAborted;
        var part = partText is [var letter] && Enum.IsDefined((LinkPart)letter) ? (LinkPart)letter : (LinkPart?)null;
        if (!origin.IsOf(context.Request) || part is not { } wanted || links.Verify(version, id, wanted, dies, signature) is not { } left
            || await FindAsync(id, wanted, cancellationToken) is not { } served)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!await gate.WaitAsync(waitsAtMost, cancellationToken))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "3";
            return;
        }

        try
        {
            await SendAsync(context, served, left, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task SendAsync(HttpContext context, Served served, TimeSpan left, CancellationToken cancellationToken)
    {
        var (request, response) = (context.Request, context.Response);
        var headers = response.GetTypedHeaders();
        var tag = new EntityTagHeaderValue($"\"{served.Tag}\"");
        headers.ETag = tag;
        headers.CacheControl = new() { Private = true, MaxAge = left };
        response.Headers.AcceptRanges = "bytes";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        // The link is the permission. Not same-site: the app's host and this one need have no common site, as localhost and media.localhost have none.
        response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var disposition = new ContentDispositionHeaderValue(served.IsDownload ? "attachment" : "inline");
        disposition.SetHttpFileName(served.Name.Length > 0 ? served.Name : "file");
        headers.ContentDisposition = disposition;
        response.ContentType = served.Type;
        var (from, to) = (0L, served.Bytes - 1);
        if (RangeOf(request, tag) is { } range)
        {
            if (Resolve(range, served.Bytes) is not var (first, last))
            {
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                headers.ContentRange = new(served.Bytes);
                response.ContentType = null;
                return;
            }

            (from, to) = (first, last);
            response.StatusCode = StatusCodes.Status206PartialContent;
            headers.ContentRange = new(from, to, served.Bytes);
        }

        response.ContentLength = to - from + 1;
        if (!HttpMethods.IsHead(request.Method))
        {
            await CopyAsync(context, served, from, to - from + 1, cancellationToken);
        }
    }

    private async Task CopyAsync(HttpContext context, Served served, long from, long length, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.CopyAsync(served.Blob, from, length, context.Response.Body, cancellationToken))
            {
                return;
            }

            // Reclaimed between the look-up and now, or lost: the log tells which.
            LogMissing(served.Blob);
        }
        catch (BlobStoreException exception)
        {
            LogNotRead(exception, served.Blob);
        }

        if (context.Response.HasStarted)
        {
            context.Abort(); // A short answer must not look whole.
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
    }

    private async Task<Served?> FindAsync(MediaId id, LinkPart part, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<MediaRow>(new CommandDefinition(
            $"select {MediaRow.Columns} from media.items i where i.id = @Value and i.state = {ItemState.Finished}", new { id.Value }, cancellationToken: cancellationToken));
        return row switch
        {
            null => null,
            { Thumbnail: { } blob, ThumbnailType: { } type, ThumbnailBytes: { } bytes } when part == LinkPart.Thumbnail => new(blob, type, bytes, "", false, $"{id}t"),
            { Blob: { } blob, Type: { } type, Bytes: { } bytes, Kind: { } kind } when part != LinkPart.Thumbnail =>
                new(blob, kind == MediaKinds.File ? Checks.CheckedContent.OpaqueType : type, bytes, row.Name, kind == MediaKinds.File || part == LinkPart.Download, $"{id}c"),
            _ => null,
        };
    }

    /// <summary>One range at most: several at once are answered with the whole, which is allowed. Null also where the caller's copy is of another content.</summary>
    private static RangeItemHeaderValue? RangeOf(HttpRequest request, EntityTagHeaderValue tag)
    {
        var headers = request.GetTypedHeaders();
        return headers.Range is { Ranges.Count: 1 } range && range.Unit == "bytes"
            && (headers.IfRange is null || (headers.IfRange.EntityTag is { } known && known.Compare(tag, useStrongComparison: true)))
            ? range.Ranges.First()
            : null;
    }

    private static (long From, long To)? Resolve(RangeItemHeaderValue range, long length) => range switch
    {
        { From: null, To: > 0 and var last } => (Math.Max(0, length - last), length - 1),
        { From: { } from } when from < length => (from, Math.Min(range.To ?? length - 1, length - 1)),
        _ => null,
    };

    /// <param name="Tag">A content never changes: its id says which it is.</param>
    private sealed record Served(string Blob, string Type, long Bytes, string Name, bool IsDownload, string Tag);

    [LoggerMessage(604, LogLevel.Error, "Blob {Name} is not in the store.")]
    private partial void LogMissing(string name);

    [LoggerMessage(605, LogLevel.Warning, "Blob {Name} could not be read.")]
    private partial void LogNotRead(Exception exception, string name);
}
