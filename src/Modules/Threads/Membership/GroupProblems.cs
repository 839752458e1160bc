using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;

namespace Stoa.Threads.Membership;

/// <summary>What a group's members are told when something is not possible.</summary>
internal static class GroupProblems
{
    public static Problem NotAGroup { get; } = Problem.Invalid("groups_only", "This thread is between two; nobody joins or leaves it.", "Make a group: POST /api/threads with several people.");

    public static Problem OwnerMustStay { get; } = new(StatusCodes.Status409Conflict, "owner_must_stay", "Leave a group without an owner",
        "You are its only owner, and others are still in it.", "Make somebody else an owner first: PUT /api/threads/{id}/members/{person}/role.");

    public static Problem NoSuchMember { get; } = Problem.NotFound("member_not_found", "member of the group");

    public static Problem NotAcceptedYet { get; } = new(StatusCodes.Status409Conflict, "member_not_accepted", "Give a role",
        "This person was added and has not accepted it yet.", "Wait until they accept.");

    /// <summary>The same for a link that never was, has ended, is used up or was taken back, whoever asks.</summary>
    public static Problem NoSuchInvite { get; } = Problem.NotFound("invite_not_found", "link into a group");

    public static Problem Removed { get; } = new(StatusCodes.Status403Forbidden, "join_refused", "Join a group",
        "You were removed from this group.", "Ask one of its owners or admins to add you.");

    public static Problem UsedBefore { get; } = new(StatusCodes.Status409Conflict, "already_used", "Join a group",
        "This clientId has joined before, and you have left since.", "Use a new clientId to join again.");

    public static Problem TooManyInvites(int max) => new(StatusCodes.Status409Conflict, "too_many_invites", "Make a link into a group",
        $"The group has {max} links already.", "Take back one that is not needed: DELETE /api/threads/{id}/invites/{invite}.");

    public static Problem RoleTooLow(string tried) => new(StatusCodes.Status403Forbidden, "role_too_low", tried, "Your role in this group does not let you.", "Ask one of its owners.");

    public static Problem Full(int max) => new(StatusCodes.Status409Conflict, "group_full", "Come into a group", $"A group has at most {max} members.", "Somebody leaves first, or make another group.");

    /// <param name="handles">Whom; not why.</param>
    public static Problem CannotBeAdded(IEnumerable<string> handles) => new(StatusCodes.Status403Forbidden, "cannot_be_added", "Add people to a group",
        $"You cannot add {string.Join(", ", handles)}; nobody was added.", "Leave them out, or send them a link.");
}
