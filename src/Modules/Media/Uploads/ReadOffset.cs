using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Media.Storage;

namespace Stoa.Media.Uploads;

/// <summary><c>HEAD /api/media/{id}</c>: how many bytes of an upload are the server's, so how to go on.</summary>
internal static class ReadOffset
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/api/media/{id}", [HttpMethods.Head], HandleAsync).For(Audience.Person)
            .WithName("readUploadOffset").WithTags("Media").WithSummary("How many bytes of an upload have come (tus 1.0.0)")
            .Produces(StatusCodes.Status200OK).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(MediaId id, HttpContext context, UploadStore uploads, FinishUpload finish, CancellationToken cancellationToken)
    {
        if (Tus.Greet(context) is { } wrongVersion)
        {
            return wrongVersion.AsResult();
        }

        if (await uploads.FindAsync(id, context.Person(), cancellationToken) is not { } row)
        {
            return UploadProblems.NotFound.AsResult();
        }

        if (row is { IsUploading: true, IsComplete: true, IsTaken: false })
        {
            // Whoever was to check it died after the last byte: its owner need not wait for the sweeper.
            try
            {
                await finish.TryRunAsync(row.Id, cancellationToken);
            }
            catch (Exception exception) when (exception is BlobStoreException or WriterLostException)
            {
                // It is done later; the bytes are here.
            }
        }

        Tus.TellOffset(context, row.Received);
        Tus.TellExpiry(context, row.IsUploading ? row.ReclaimAt : null);
        context.Response.Headers[Tus.LengthHeader] = row.Length.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok();
    }
}
