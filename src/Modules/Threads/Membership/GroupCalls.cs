using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Log;
using Stoa.Threads.Messages;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Membership;

/// <summary>What the calls that change a group have in common: they are changes of the log, and answer with the event's number.</summary>
internal static class GroupCalls
{
    /// <param name="clientId">Made by the caller before the first try; empty is refused.</param>
    public static async Task<IResult> ChangeAsync(string thread, HttpContext context, ThreadLog log, Guid clientId, Func<ThreadId, ThreadChange> change)
    {
        if (!ThreadId.TryParse(thread, null, out var id))
        {
            return ThreadProblems.NotFound.AsResult();
        }

        if (clientId == Guid.Empty)
        {
            return Problem.Invalid("invalid_request", "'clientId' is missing or is no UUID.", "Make a UUID before the first try and send it with every repeat.").AsResult();
        }

        // Not cancelled by the caller going away: the lane commits it in any case, and the repeat is answered from the log.
        var result = await log.ChangeAsync(id, context.Person(), clientId, change(id), CancellationToken.None);
        return Sending.Refusal(result) is { } refusal
            ? refusal.AsResult()
            : TypedResults.Json(new SendMessage.SentMessage(result.Seq, new MessageId(id, result.Seq).ToString(), result.At), ThreadsJson.Default.SentMessage);
    }

    /// <summary>Why somebody may not manage a thread's links; null when they may.</summary>
    public static Problem? RefusalOf(InviteRights? rights, string tried) => rights switch
    {
        null => ThreadProblems.NotFound,
        { ThreadKind: not 3 } => GroupProblems.NotAGroup,
        _ => Roles.MayChange(rights.Role) ? null : GroupProblems.RoleTooLow(tried),
    };

    /// <summary>For a call without a body: the header <c>Idempotency-Key</c>, a UUID; without it the call is one of its own.</summary>
    public static Guid ClientIdOf(HttpContext context)
    {
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        return key.Length == 0 ? Guid.NewGuid() : Guid.TryParse(key, out var id) ? id : Guid.Empty;
    }

    /// <summary>A person named in a path. What is no id is nobody's.</summary>
    public static PersonId PersonOf(string text) => PersonId.TryParse(text, null, out var person) ? person : default;

    /// <summary>The answers that all of these calls may give.</summary>
    public static RouteHandlerBuilder Describes(this RouteHandlerBuilder route, string name, string summary) =>
        route.WithName(name).WithTags("Groups").WithSummary(summary).Produces<SendMessage.SentMessage>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 8,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AddMembers.AddMembersRequest))]
[JsonSerializable(typeof(SetRole.SetRoleRequest))]
[JsonSerializable(typeof(ChangeGroup.ChangeGroupRequest))]
[JsonSerializable(typeof(ListMembers.MembersPage))]
[JsonSerializable(typeof(MakeInvite.MakeInviteRequest))]
[JsonSerializable(typeof(MakeInvite.MadeInvite))]
[JsonSerializable(typeof(ListInvites.InviteList))]
[JsonSerializable(typeof(LookAtInvite.InvitePreview))]
[JsonSerializable(typeof(JoinByInvite.JoinRequest))]
internal sealed partial class GroupsJson : JsonSerializerContext;
