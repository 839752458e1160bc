using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.People;
using Stoa.Threads.Inbox;

namespace Stoa.Threads.Membership;

/// <summary><c>GET /api/threads/{id}/members</c>: who is in it, owners and admins first; or, by <c>ids</c>, the names behind what somebody wrote who has gone since.</summary>
internal static class ListMembers
{
    private const int PageDefault = 50;
    private const int PageMax = 100;

    public sealed record MembersPage(IReadOnlyList<ListedMember> Members, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

    /// <param name="Role">Of a group's member.</param>
    /// <param name="Left">True for who was in it and is not now; else absent.</param>
    public sealed record ListedMember(
        MemberId Id, string Kind, string Name, string Handle, string? Role, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset? JoinedAt, bool? Left);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/threads/{id}/members", HandleAsync).For(Audience.Person)
            .WithName("listMembers").WithTags("Groups").WithSummary("Who is in a thread").Produces<MembersPage>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, MemberRows rows, IPeople people, IPageDirectory pages, CancellationToken cancellationToken,
        int limit = PageDefault, string? before = null, string? ids = null)
    {
        if (!ThreadId.TryParse(id, null, out var thread))
        {
            return ThreadProblems.NotFound.AsResult();
        }

        var place = (Role: (short)0, Member: 0L);
        if (before is not null && !TryParse(before, out place))
        {
            return Problem.Invalid("invalid_request", "'before' is no 'next' of an earlier page.", "Begin without it.").AsResult();
        }

        var wanted = Array.Empty<long>();
        if (ids is not null && (before is not null || !TryParse(ids, out wanted)))
        {
            return Problem.Invalid("invalid_request", $"'ids' are 1 to {PageMax} ids with commas between, without 'before'.", "Ask for fewer.").AsResult();
        }

        limit = Math.Clamp(limit, 1, PageMax);
        var found = ids is null
            ? await rows.ListAsync(context.Person(), thread, place, limit, cancellationToken)
            : await rows.FindAsync(context.Person(), thread, wanted, cancellationToken);
        if (found is null)
        {
            return ThreadProblems.NotFound.AsResult();
        }

        var names = await people.FindAsync([.. found.Where(row => !row.IsPage).Select(row => new PersonId(row.Member))], cancellationToken);
        var pageIds = found.Where(row => row.IsPage).Select(row => new PageId(row.Member)).ToArray();
        var cards = pageIds.Length == 0 ? new Dictionary<PageId, PageCard>() : await pages.FindAsync(pageIds, cancellationToken);
        var members = found.ConvertAll(row =>
        {
            var (kind, name, handle) = row.IsPage
                ? cards.TryGetValue(new(row.Member), out var page) ? ("page", page.Name, page.Username) : ("page", "", "")
                : names.TryGetValue(new(row.Member), out var person) ? ("person", person.Name, person.Handle) : ("person", "", "");
            return new ListedMember(new(row.Member), kind, name, handle, row.IsGroup && !row.Left ? Roles.Name(row.Role) : null, row.JoinedAt, row.Left ? true : null);
        });
        var next = ids is null && found.Count == limit ? $"{found[^1].Role}_{found[^1].Member}" : null;
        return TypedResults.Json(new MembersPage(members, next), GroupsJson.Default.MembersPage);
    }

    private static bool TryParse(string text, out (short Role, long Member) place)
    {
        place = default;
        if (text.Split('_') is not [['1' or '2' or '3'] role, var member] || !WireIds.TryParse(member, out var id))
        {
            return false;
        }

        place = ((short)(role[0] - '0'), id);
        return true;
    }

    private static bool TryParse(string text, out long[] ids)
    {
        var parts = text.Split(',');
        ids = new long[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!WireIds.TryParse(parts[i], out ids[i]))
            {
                return false;
            }
        }

        return parts.Length <= PageMax;
    }
}
