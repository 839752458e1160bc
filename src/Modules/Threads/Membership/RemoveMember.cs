using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Live;
using Stoa.Threads.Log;

namespace Stoa.Threads.Membership;

/// <summary><c>DELETE /api/threads/{id}/members/{person}</c>: from the commit on the thread is not theirs. Who is out already stays out, and the first answer is given again.</summary>
internal static class RemoveMember
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/api/threads/{id}/members/{person}", HandleAsync).For(Audience.Person).Describes("removeMember", "Remove somebody from a group");

    private static Task<IResult> HandleAsync(string id, string person, HttpContext context, ThreadLog log)
    {
        var whom = GroupCalls.PersonOf(person);
        return GroupCalls.ChangeAsync(id, context, log, GroupCalls.ClientIdOf(context), _ => whom == context.Person() ? new LeaveGroup.Change() : new Change(whom));
    }

    internal sealed class Change(PersonId person) : ThreadChange
    {
        public override short Kind => EventKind.System;

        public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
        {
            if (scope is not { ThreadKind: 3, Me: { } me })
            {
                return ChangeOutcome.Refused(GroupProblems.NotAGroup);
            }

            if (await GroupRow.FindMemberAsync(scope, person, cancellationToken) is not { } member)
            {
                return ChangeOutcome.Refused(GroupProblems.NoSuchMember);
            }

            if (!Roles.MayRemove(me.Role, member.Gone is null ? member.Role : Roles.Member))
            {
                return ChangeOutcome.Refused(GroupProblems.RoleTooLow("Remove somebody from a group"));
            }

            if (member.Gone is var (seq, at))
            {
                return ChangeOutcome.UnchangedSince(seq, at);
            }

            await GroupDoor.LeaveAsync(scope, person, removed: true, cancellationToken);
            return ChangeOutcome.Done(GroupEvents.Removed([person], scope.Sender)) with { MembersChanged = true, News = [new MembersLeft(scope.Thread, [person])] };
        }
    }
}
