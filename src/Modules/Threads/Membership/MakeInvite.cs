using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Membership;

/// <summary><c>POST /api/threads/{id}/invites</c>: a link by which people join. Asked twice it makes two: what is told once cannot be told again.</summary>
internal static class MakeInvite
{
    private const int ExpiresMax = 366 * 86_400;
    private const int UsesMax = 100_000;

    public sealed record MakeInviteRequest(int? ExpiresInSeconds = null, int? Uses = null);

    /// <param name="Token">Told here and nowhere else.</param>
    /// <param name="Url">With the token behind <c>#</c>: what stands there goes to no server and into no log on the way.</param>
    public sealed record MadeInvite(
        string Id, string Token, string Url, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset? ExpiresAt, int? UsesLeft);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/threads/{id}/invites", HandleAsync).For(Audience.Person).Accepts<MakeInviteRequest>("application/json")
            .WithName("makeInvite").WithTags("Groups").WithSummary("Make a link into a group").Produces<MadeInvite>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, InviteStore invites, IOptions<StoaOptions> stoa, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, GroupsJson.Default.MakeInviteRequest);
        if (request.ExpiresInSeconds is < 1 or > ExpiresMax || request.Uses is < 1 or > UsesMax)
        {
            return Problem.Invalid("invalid_request", $"'expiresInSeconds' is 1 to {ExpiresMax} and 'uses' 1 to {UsesMax}; both may be left out.", "Correct them.").AsResult();
        }

        if (!ThreadId.TryParse(id, null, out var thread))
        {
            return ThreadProblems.NotFound.AsResult();
        }

        var (me, now, token) = (context.Person(), Instant.Now(time), InviteTokens.New());
        var invite = new InviteRow(WireIds.New(), me, now, now.AddSeconds(request.ExpiresInSeconds ?? 0), 0, request.Uses);
        invite = request.ExpiresInSeconds is null ? invite with { ExpiresAt = null } : invite;
        var (rights, made) = await invites.AddAsync(thread, me, invite, InviteTokens.Hash(token), cancellationToken);
        return GroupCalls.RefusalOf(rights, "Make a link into a group") is { } refusal ? refusal.AsResult()
            : !made ? GroupProblems.TooManyInvites(InviteStore.PerGroupMax).AsResult()
            : TypedResults.Json(new MadeInvite(invite.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), token, $"{stoa.Value.PublicUrl.TrimEnd('/')}/join#{token}", invite.ExpiresAt, invite.UsesMax),
                GroupsJson.Default.MadeInvite, statusCode: StatusCodes.Status201Created);
    }
}
