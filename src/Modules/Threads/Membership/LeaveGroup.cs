using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;
using Stoa.Threads.Inbox;
using Stoa.Threads.Live;
using Stoa.Threads.Log;
using Stoa.Threads.Own;

namespace Stoa.Threads.Membership;

/// <summary><c>DELETE /api/threads/{id}/members/me</c>: leaving. The last owner of others stays; with the last member the group ends.</summary>
internal static class LeaveGroup
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/api/threads/{id}/members/me", HandleAsync).For(Audience.Person).Describes("leaveGroup", "Leave a group");

    private static Task<IResult> HandleAsync(string id, HttpContext context, ThreadLog log) =>
        GroupCalls.ChangeAsync(id, context, log, GroupCalls.ClientIdOf(context), _ => new Change());

    /// <param name="onlyUnaccepted">Refuses a request to come in; too late for who has accepted it.</param>
    internal sealed class Change(bool onlyUnaccepted = false) : ThreadChange
    {
        public override short Kind => EventKind.System;

        // Whoever has left asks again because the answer was lost; to others nothing is said.
        public override bool ForStrangers => true;

        public override bool WhileRequest => true;

        public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
        {
            var person = scope.Sender.AsPerson();
            if (scope.Me is not { } me)
            {
                return await GroupRow.FindMemberAsync(scope, person, cancellationToken) is { Gone: var (seq, at) }
                    ? ChangeOutcome.UnchangedSince(seq, at)
                    : ChangeOutcome.Refused(ThreadProblems.NotFound);
            }

            if (scope.ThreadKind != 3)
            {
                return ChangeOutcome.Refused(GroupProblems.NotAGroup);
            }

            if (onlyUnaccepted && !me.IsRequest)
            {
                return ChangeOutcome.Refused(AnswerRequest.AcceptedBefore);
            }

            var group = await GroupRow.ReadAsync(scope, cancellationToken);
            if (Roles.MustStay(me.Role, group.Owners, group.MemberCount))
            {
                return ChangeOutcome.Refused(GroupProblems.OwnerMustStay);
            }

            await GroupDoor.LeaveAsync(scope, person, removed: false, cancellationToken);
            return ChangeOutcome.Done(GroupEvents.Left) with { MembersChanged = true, News = [new MembersLeft(scope.Thread, [person])] };
        }
    }
}
