using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;

namespace Stoa.Threads.Messages;

/// <summary>Why something cannot be done with a message.</summary>
internal static class MessageProblems
{
    /// <summary>The same for one that is not there, and one that its asker may not see, or no more.</summary>
    public static Problem NotFound { get; } = Problem.NotFound("message_not_found", "message");

    public static Problem NotYours { get; } = new(StatusCodes.Status403Forbidden, "not_your_message", "Change a message",
        "Somebody else wrote this message.", "Ask its author; owners and admins of a group may take it away for all.");

    public static Problem AdminsOnly(string what) =>
        new(StatusCodes.Status403Forbidden, "admins_only", what, "In this group only owners and admins may do that.", "Ask one of them.");

    public static Problem Conflict(string code, string what, string detail, string fix) => new(StatusCodes.Status409Conflict, code, what, detail, fix);

    public static ProblemException Wrong(string code, string detail, string fix) => new(Problem.Invalid(code, detail, fix));
}
