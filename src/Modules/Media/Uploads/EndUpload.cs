using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Media.Reclaiming;

namespace Stoa.Media.Uploads;

/// <summary><c>DELETE /api/media/{id}</c>: the owner gives an upload up, finished or not, that nothing uses.</summary>
internal static class EndUpload
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/api/media/{id}", HandleAsync).For(Audience.Person)
            .WithName("endUpload").WithTags("Media").WithSummary("Give an upload up that nothing uses (tus 1.0.0)")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<IResult> HandleAsync(MediaId id, HttpContext context, UploadStore uploads, Reclaim reclaim, CancellationToken cancellationToken)
    {
        if (Tus.Greet(context) is { } wrongVersion)
        {
            return wrongVersion.AsResult();
        }

        return await uploads.FindAsync(id, context.Person(), cancellationToken) is not { } row ? UploadProblems.NotFound.AsResult()
            : row.ReclaimAt is null || !await reclaim.EndAsync(id, cancellationToken) ? UploadProblems.InUse.AsResult()
            : TypedResults.NoContent();
    }
}
