using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Threads.Inbox;
using Stoa.Threads.Live;
using Stoa.Threads.Log;
using Stoa.Threads.Messages;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Membership;

/// <summary><c>POST /api/invites/{token}</c>: joining by a link (docs/journeys/join-a-group.md). Who is in already stays in and uses nothing up.</summary>
internal static class JoinByInvite
{
    public sealed record JoinRequest(Guid ClientId = default);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/invites/{token}", HandleAsync).For(Audience.Person).Accepts<JoinRequest>("application/json")
            .WithName("joinByInvite").WithTags("Groups").WithSummary("Join a group by a link").Produces<ThreadView>().Produces<ThreadView>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<IResult> HandleAsync(
        string token, HttpContext context, InviteStore invites, ThreadLog log, ThreadViews views, IOptions<ThreadsOptions> options, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, GroupsJson.Default.JoinRequest);
        if (request.ClientId == Guid.Empty)
        {
            return Problem.Invalid("invalid_request", "'clientId' is missing or is no UUID.", "Make a UUID before the first try and send it with every repeat.").AsResult();
        }

        var me = context.Person();
        // A dead link is answered without the thread's lock, but for a member: theirs may be the join that used it up.
        if (InviteTokens.HashOf(token) is not { } hash || await invites.FindAsync(hash, me, time.GetUtcNow(), cancellationToken) is not { } found || !(found.Alive || found.Member))
        {
            return GroupProblems.NoSuchInvite.AsResult();
        }

        var result = await log.ChangeAsync(found.Thread, me, request.ClientId, new Change(found.Invite, options.Value.GroupMembersMax), CancellationToken.None);
        if (Sending.Refusal(result) is { } refusal)
        {
            return refusal.AsResult();
        }

        return await views.FindAsync(me, found.Thread, cancellationToken) is { } view
            ? TypedResults.Json(view, ThreadsJson.Default.ThreadView, statusCode: result.Verdict == AppendVerdict.Appended ? StatusCodes.Status201Created : StatusCodes.Status200OK)
            : GroupProblems.UsedBefore.AsResult();
    }

    /// <summary>The joins of one thread that wait together: looked at in one round trip, decided one after the other, written in another.</summary>
    internal sealed class Change(long invite, int membersMax) : CrowdChange
    {
        private long Invite => invite;

        public override short Kind => EventKind.System;

        public override bool ForStrangers => true;

        public override async Task<AppendResult[]> ApplyAsync(NpgsqlConnection connection, IReadOnlyList<PendingEvent> items, CancellationToken cancellationToken)
        {
            var thread = items[0].What.Thread;
            var wanted = items.Select(item => item.Change is Change join ? join.Invite : throw new InvalidOperationException($"{item.Change} stands among joins.")).ToArray();
            if (await JoinTables.ReadAsync(connection, thread, items, wanted, cancellationToken) is not var (group, links, applicants))
            {
                return [.. items.Select(item => new AppendResult(AppendVerdict.Refused, 0, item.At, false, 0))];
            }

            var joins = new Joins(group, links, membersMax);
            var results = new AppendResult[items.Count];
            var newcomers = new List<Newcomer>();
            for (var i = 0; i < items.Count; i++)
            {
                results[i] = joins.Decide(applicants[i], wanted[i], items[i].At);
                if (results[i].Verdict == AppendVerdict.Appended)
                {
                    newcomers.Add(new(applicants[i].Person, items[i].What.ClientId, results[i].Seq, results[i].At));
                    (items[i].What, items[i].News) = (items[i].What with { Body = GroupEvents.Joined }, [new ThreadOpened(thread, [applicants[i].Person])]);
                }
            }

            await JoinTables.WriteAsync(connection, thread, group, newcomers, joins.Used, joins.Accepted, cancellationToken);
            return results;
        }
    }
}
