using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Media;

namespace Stoa.Threads.Membership;

/// <summary><c>GET /api/invites/{token}</c>: where a link leads, before one joins. Names nobody who is in.</summary>
internal static class LookAtInvite
{
    private static readonly TimeSpan pictureLasts = TimeSpan.FromMinutes(5);

    /// <param name="PictureUrl">For who is no member yet and may not ask for the picture by its id; dies after five minutes.</param>
    public sealed record InvitePreview(string? Title, string? About, MediaId? Picture, string? PictureUrl, int MemberCount, bool Member);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/invites/{token}", HandleAsync).For(Audience.Person)
            .WithName("lookAtInvite").WithTags("Groups").WithSummary("Where a link leads").Produces<InvitePreview>().ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(string token, HttpContext context, InviteStore invites, IMedia media, TimeProvider time, CancellationToken cancellationToken) =>
        InviteTokens.HashOf(token) is { } hash && await invites.FindAsync(hash, context.Person(), time.GetUtcNow(), cancellationToken) is { Alive: true } found
            ? TypedResults.Json(
                new InvitePreview(found.Title, found.About, found.Picture, found.Picture is { } picture ? media.SignLink(picture, pictureLasts).ToString() : null, found.MemberCount, found.Member),
                GroupsJson.Default.InvitePreview)
            : GroupProblems.NoSuchInvite.AsResult();
}
