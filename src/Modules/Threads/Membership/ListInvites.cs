using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;

namespace Stoa.Threads.Membership;

/// <summary><c>GET</c> and <c>DELETE /api/threads/{id}/invites</c>: the links that are alive, and taking one back. By owners and admins.</summary>
internal static class ListInvites
{
    public sealed record InviteList(IReadOnlyList<ListedInvite> Invites);

    /// <param name="UsesMax">Absent without a bound.</param>
    public sealed record ListedInvite(
        string Id, MemberId CreatedBy, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset CreatedAt,
        [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset? ExpiresAt, int Uses, int? UsesMax);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/threads/{id}/invites", ListAsync).For(Audience.Person)
            .WithName("listInvites").WithTags("Groups").WithSummary("The links into a group").Produces<InviteList>()
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapDelete("/api/threads/{id}/invites/{invite}", RevokeAsync).For(Audience.Person)
            .WithName("revokeInvite").WithTags("Groups").WithSummary("Take back a link into a group").Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(string id, HttpContext context, InviteStore invites, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!ThreadId.TryParse(id, null, out var thread))
        {
            return ThreadProblems.NotFound.AsResult();
        }

        var (rights, found) = await invites.ListAsync(thread, context.Person(), time.GetUtcNow(), cancellationToken);
        return GroupCalls.RefusalOf(rights, "List the links into a group") is { } refusal
            ? refusal.AsResult()
            : TypedResults.Json(
                new InviteList(found.ConvertAll(row => new ListedInvite(row.Id.ToString(CultureInfo.InvariantCulture), row.CreatedBy, row.CreatedAt, row.ExpiresAt, row.Uses, row.UsesMax))),
                GroupsJson.Default.InviteList);
    }

    private static async Task<IResult> RevokeAsync(string id, string invite, HttpContext context, InviteStore invites, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!ThreadId.TryParse(id, null, out var thread))
        {
            return ThreadProblems.NotFound.AsResult();
        }

        // What is no id is nobody's: whether one may ask at all is said first.
        var wanted = WireIds.TryParse(invite, out var number) ? number : 0;
        var (rights, found) = await invites.RevokeAsync(thread, context.Person(), wanted, time.GetUtcNow(), cancellationToken);
        return GroupCalls.RefusalOf(rights, "Take back a link into a group") is { } refusal ? refusal.AsResult()
            : found ? TypedResults.NoContent() : GroupProblems.NoSuchInvite.AsResult();
    }
}
