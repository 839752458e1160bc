using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Log;

namespace Stoa.Threads.Membership;

/// <summary><c>PUT /api/threads/{id}/members/{person}/role</c>: by owners. A group of others keeps an owner.</summary>
internal static class SetRole
{
    public sealed record SetRoleRequest(Guid ClientId = default, string? Role = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/api/threads/{id}/members/{person}/role", HandleAsync).For(Audience.Person).Accepts<SetRoleRequest>("application/json")
            .Describes("setRole", "Make somebody an owner, an admin or a member");

    private static async Task<IResult> HandleAsync(string id, string person, HttpContext context, ThreadLog log)
    {
        var request = await JsonBody.ReadAsync(context, GroupsJson.Default.SetRoleRequest);
        return Roles.TryParse(request.Role, out var role)
            ? await GroupCalls.ChangeAsync(id, context, log, request.ClientId, _ => new Change(GroupCalls.PersonOf(person), role))
            : Problem.Invalid("invalid_request", "'role' is 'owner', 'admin' or 'member'.", "Send one of them.").AsResult();
    }

    internal sealed class Change(PersonId person, short role) : ThreadChange
    {
        public override short Kind => EventKind.System;

        public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
        {
            if (scope is not { ThreadKind: 3, Me: { } me })
            {
                return ChangeOutcome.Refused(GroupProblems.NotAGroup);
            }

            if (!Roles.MaySetRoles(me.Role))
            {
                return ChangeOutcome.Refused(GroupProblems.RoleTooLow("Give a role"));
            }

            if (await GroupRow.FindMemberAsync(scope, person, cancellationToken) is not { Gone: null } member)
            {
                return ChangeOutcome.Refused(GroupProblems.NoSuchMember);
            }

            if (member.Role == role)
            {
                return ChangeOutcome.Unchanged;
            }

            if (member.IsRequest)
            {
                return ChangeOutcome.Refused(GroupProblems.NotAcceptedYet);
            }

            // Alone or not: whoever is an owner still decides, so there is nothing to gain from a group without one.
            if (member.Role == Roles.Owner && (await GroupRow.ReadAsync(scope, cancellationToken)).Owners == 1)
            {
                return ChangeOutcome.Refused(GroupProblems.OwnerMustStay);
            }

            await using var command = new NpgsqlCommand("update threads.members set role = $3 where thread_id = $1 and member_id = $2", scope.Connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long> { TypedValue = person.Value },
                    new NpgsqlParameter<short> { TypedValue = role },
                },
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
            return ChangeOutcome.Done(GroupEvents.RoleChanged(person, role));
        }
    }
}
