using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using NpgsqlTypes;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Threads.Log;

namespace Stoa.Threads.Membership;

/// <summary><c>PATCH /api/threads/{id}</c>: title, picture and rules of a group, by owners and admins. One call is one event; what is as wanted already is left out of it.</summary>
internal static class ChangeGroup
{
    /// <summary>A member that is absent stays as it is; <c>null</c> takes title, about or picture away.</summary>
    public sealed record ChangeGroupRequest(Guid ClientId = default, bool? AnnouncementsOnly = null, string? History = null, bool? MembersMayAdd = null)
    {
        public JsonElement Title { get; init; }

        public JsonElement About { get; init; }

        public JsonElement Picture { get; init; }
    }

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPatch("/api/threads/{id}", HandleAsync).For(Audience.Person).Accepts<ChangeGroupRequest>("application/json")
            .Describes("changeGroup", "Change a group's title, picture or rules");

    private static async Task<IResult> HandleAsync(string id, HttpContext context, ThreadLog log, IMedia media, CancellationToken cancellationToken)
    {
        var wanted = GroupWish.Of(await JsonBody.ReadAsync(context, GroupsJson.Default.ChangeGroupRequest));
        // Asked before the thread's lock is taken: the answer may need a connection of its own.
        if (wanted.Picture is { } picture && !(await media.MayReadAsync(context.Person(), [picture], cancellationToken)).Contains(picture))
        {
            return PictureNotFound.AsResult();
        }

        return await GroupCalls.ChangeAsync(id, context, log, wanted.ClientId, _ => new Change(wanted, media));
    }

    private static Problem PictureNotFound { get; } = Problem.Invalid("picture_not_found", "'picture' is no finished image that you may use.", "Upload an image first and send its id.");

    internal sealed class Change(GroupWish wanted, IMedia media) : ThreadChange
    {
        /// <summary>The number under which a thread uses its picture: no event's, so that every member may look at it.</summary>
        private const long PictureSeq = 0;

        public override short Kind => EventKind.System;

        public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
        {
            if (scope is not { ThreadKind: 3, Me: { } me })
            {
                return ChangeOutcome.Refused(GroupProblems.NotAGroup);
            }

            if (!Roles.MayChange(me.Role))
            {
                return ChangeOutcome.Refused(GroupProblems.RoleTooLow("Change a group"));
            }

            var group = await GroupRow.ReadAsync(scope, cancellationToken);
            var changed = wanted.ChangesOf(group);
            if (changed.Count == 0)
            {
                return ChangeOutcome.Unchanged;
            }

            if (changed.Contains("picture") && await UseAsync(scope, group.Picture, cancellationToken) is { } refusal)
            {
                return ChangeOutcome.Refused(refusal);
            }

            var now = wanted.AppliedTo(group);
            await using var command = new NpgsqlCommand(
                """
                update threads.threads set title = $2, about = $3, picture = $4, announcements = $5, history_shown = $6, members_may_add = $7 where id = $1
                """, scope.Connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<long> { TypedValue = scope.Thread.Value },
                    new() { Value = (object?)now.Title ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                    new() { Value = (object?)now.About ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                    new() { Value = (object?)now.Picture?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                    new NpgsqlParameter<bool> { TypedValue = now.Announcements },
                    new NpgsqlParameter<bool> { TypedValue = now.HistoryShown },
                    new NpgsqlParameter<bool> { TypedValue = now.MembersMayAdd },
                },
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
            return ChangeOutcome.Done(Describe(now, changed));
        }

        private async Task<Problem?> UseAsync(ChangeScope scope, MediaId? old, CancellationToken cancellationToken)
        {
            if (wanted.Picture is { } picture)
            {
                // A claim that is refused writes nothing, and only an image is one.
                if ((await media.FindAsync([picture], cancellationToken)).GetValueOrDefault(picture)?.Kind != MediaKinds.Image)
                {
                    return PictureNotFound;
                }

                // Released first: both are uses of number 0, and a release ends all of them.
                await ReleaseAsync(scope, old, cancellationToken);
                return (await media.ClaimAsync(scope.Connection, scope.Sender.AsPerson(), scope.Thread, PictureSeq, [picture], cancellationToken)).Done
                    ? null
                    : throw new ProblemException(PictureNotFound);
            }

            await ReleaseAsync(scope, old, cancellationToken);
            return null;
        }

        private async Task ReleaseAsync(ChangeScope scope, MediaId? old, CancellationToken cancellationToken)
        {
            if (old is not null)
            {
                await media.ReleaseAsync(scope.Connection, scope.Thread, PictureSeq, cancellationToken);
            }
        }

        private static byte[] Describe(GroupRow now, IReadOnlyList<string> changed) =>
            GroupEvents.Write(changed is ["title" or "picture"] ? changed[0] + "_changed" : "settings_changed", json =>
            {
                foreach (var member in changed)
                {
                    json.WritePropertyName(member);
                    switch (member)
                    {
                        case "title": json.WriteStringValue(now.Title); break;
                        case "about": json.WriteStringValue(now.About); break;
                        case "picture": json.WriteStringValue(now.Picture?.ToString()); break;
                        case "announcementsOnly": json.WriteBooleanValue(now.Announcements); break;
                        case "history": json.WriteStringValue(GroupWish.NameOfHistory(now.HistoryShown)); break;
                        default: json.WriteBooleanValue(now.MembersMayAdd); break;
                    }
                }
            });
    }
}
