using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;

namespace Stoa.Media.Uploads;

/// <summary><c>POST /api/media</c>: begins an upload, with its first bytes if there are any. <c>OPTIONS /api/media</c> tells what we speak.</summary>
internal static class BeginUpload
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/api/media", [HttpMethods.Options], Tell).For(Audience.Anyone)
            .WithName("describeUploads").WithTags("Media").WithSummary("What of tus 1.0.0 is spoken here").Produces(StatusCodes.Status204NoContent);
        routes.MapPost("/api/media", HandleAsync).For(Audience.Person)
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .WithName("beginUpload").WithTags("Media").WithSummary("Begin an upload (tus 1.0.0)").Produces(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status507InsufficientStorage);
    }

    private static NoContent Tell(HttpContext context, IOptions<MediaOptions> options)
    {
        var headers = context.Response.Headers;
        headers["Tus-Resumable"] = Tus.Version;
        headers["Tus-Version"] = Tus.Version;
        headers["Tus-Extension"] = Tus.Extensions;
        headers["Tus-Checksum-Algorithm"] = Tus.Algorithms;
        headers["Tus-Max-Size"] = Math.Max(options.Value.BytesMax, options.Value.VideoBytesMax).ToString(CultureInfo.InvariantCulture);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> HandleAsync(HttpContext context, UploadStore uploads, AppendUpload append, IOptions<MediaOptions> options, CancellationToken cancellationToken)
    {
        if (Tus.Greet(context) is { } wrongVersion)
        {
            return wrongVersion.AsResult();
        }

        if (Tus.Number(context, Tus.LengthHeader) is not (> 0 and var length))
        {
            return Problem.Invalid("invalid_request", "Upload-Length is missing, 0, or no number.", "Send the whole length in bytes: it must be known when the upload begins.").AsResult();
        }

        if (!UploadMetadata.TryParse(context.Request.Headers[Tus.MetadataHeader].ToString(), out var metadata, out var wrong))
        {
            return Problem.Invalid("invalid_request", wrong, "Send 'filename <base 64>,filetype <base 64>'; docs/protocol/media.md lists the keys.").AsResult();
        }

        var bytesMax = metadata.Type.StartsWith("video/", StringComparison.OrdinalIgnoreCase) ? options.Value.VideoBytesMax : options.Value.BytesMax;
        if (length > bytesMax)
        {
            return UploadProblems.TooLarge(bytesMax).AsResult();
        }

        var hasBody = context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0;
        if (hasBody && !Tus.HasBytes(context.Request))
        {
            return UploadProblems.WrongType.AsResult();
        }

        var (row, refusal) = await uploads.BeginAsync(context.Person(), length, metadata, cancellationToken);
        if (row is null)
        {
            return (refusal ?? UploadProblems.NotFound).AsResult();
        }

        context.Response.Headers.Location = Tus.PathOf(new(row.Id));
        Tus.TellOffset(context, row.Received);
        Tus.TellExpiry(context, row.ReclaimAt);
        // Begun before under the same client's id: then its bytes go on from the offset that is told here.
        return hasBody && row is { Received: 0, IsUploading: true } && await append.RunAsync(context, new(row.Id), context.Person(), 0) is { } problem
            ? problem.AsResult()
            : TypedResults.StatusCode(StatusCodes.Status201Created);
    }
}
