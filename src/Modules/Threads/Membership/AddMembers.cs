using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Live;
using Stoa.Threads.Log;

namespace Stoa.Threads.Membership;

/// <summary><c>POST /api/threads/{id}/members</c>: all of the named come in with one event, or nobody does. Who is in already is left out.</summary>
internal static class AddMembers
{
    public const int AtOnceMax = 100;

    public sealed record AddMembersRequest(Guid ClientId = default, string[]? People = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/threads/{id}/members", HandleAsync).For(Audience.Person).Accepts<AddMembersRequest>("application/json")
            .Describes("addMembers", "Add people to a group");

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, ThreadLog log, NamedPeople names, Acquaintance acquaintance, IOptions<ThreadsOptions> options, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, GroupsJson.Default.AddMembersRequest);
        if (request.People is not { Length: > 0 and <= AtOnceMax } handles)
        {
            return Problem.Invalid("invalid_request", $"'people' names 1 to {AtOnceMax} people.", "Send people: [\"@handle\"].").AsResult();
        }

        var me = context.Person();
        var people = (await names.FindAsync(handles, cancellationToken)).Where(person => person.Key != me).ToDictionary();
        var known = await acquaintance.LookAsync(me, people.Keys, cancellationToken);
        return await GroupCalls.ChangeAsync(id, context, log, request.ClientId, _ => new Change(people, known, options.Value.GroupMembersMax));
    }

    /// <param name="people">With the handles by which the adder knows them.</param>
    internal sealed class Change(IReadOnlyDictionary<PersonId, string> people, Acquaintances known, int membersMax) : ThreadChange
    {
        public override short Kind => EventKind.System;

        public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
        {
            if (scope is not { ThreadKind: 3, Me: { } me })
            {
                return ChangeOutcome.Refused(GroupProblems.NotAGroup);
            }

            var group = await GroupRow.ReadAsync(scope, cancellationToken);
            if (!Roles.MayAdd(me.Role, group.MembersMayAdd))
            {
                return ChangeOutcome.Refused(GroupProblems.RoleTooLow("Add people to a group"));
            }

            var members = await FindMembersAsync(scope, cancellationToken);
            var coming = people.Keys.Where(person => !members.Contains(person)).ToArray();
            if (coming.Length == 0)
            {
                return ChangeOutcome.Unchanged;
            }

            if (Array.FindAll(coming, known.Closed.Contains) is { Length: > 0 } closed)
            {
                return ChangeOutcome.Refused(GroupProblems.CannotBeAdded(closed.Select(person => people[person])));
            }

            if (group.MemberCount + coming.Length > membersMax)
            {
                return ChangeOutcome.Refused(GroupProblems.Full(membersMax));
            }

            await GroupDoor.EnterAsync(scope, coming, Array.ConvertAll(coming, known.Strangers.Contains), group.HistoryShown, cancellationToken);
            return ChangeOutcome.Done(GroupEvents.Added(coming, scope.Sender)) with { MembersChanged = true, News = [new ThreadOpened(scope.Thread, coming)] };
        }

        private async Task<HashSet<PersonId>> FindMembersAsync(ChangeScope scope, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand("select member_id from threads.members where thread_id = $1 and member_id = any($2)", scope.Connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<long> { TypedValue = scope.Thread.Value },
                    new NpgsqlParameter<long[]> { TypedValue = [.. people.Keys.Select(person => person.Value)] },
                },
            };
            var found = new HashSet<PersonId>();
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                found.Add(new(reader.GetInt64(0)));
            }

            return found;
        }
    }
}
