using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Messages;

/// <summary>Hands a person's change to the log. The one way for both doors.</summary>
internal sealed class Changing(ThreadLog log, SendLimit limit)
{
    /// <summary>A header with the client's own id of a change that has no body to carry it.</summary>
    public const string KeyHeader = "Idempotency-Key";

    /// <summary>Enters the log's lane before it returns.</summary>
    /// <exception cref="ProblemException">Refused before it entered.</exception>
    public Task<AppendResult> Begin(PersonId sender, ThreadId thread, Guid clientId, ThreadChange change)
    {
        limit.Take(sender);
        // Not cancelled by the caller going away: the lane carries it out in any case, and the repeat is answered from the log.
        return clientId == Guid.Empty
            ? throw MessageProblems.Wrong("invalid_request", "'clientId' is missing or is no UUID.", "Make a UUID before the first try and send it with every repeat.")
            : log.ChangeAsync(thread, sender, clientId, change, CancellationToken.None);
    }

    /// <returns>200 with the number of the change, or of the newest event where everything is as wanted already.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public async Task<IResult> AnswerAsync(HttpContext context, string thread, Guid clientId, ThreadChange change, int statusWhenNew = StatusCodes.Status200OK)
    {
        var id = Thread(thread);
        var result = await Begin(context.Person(), id, clientId, change);
        return Sending.Refusal(result) is { } refusal
            ? throw new ProblemException(refusal)
            : TypedResults.Json(Of(id, result), ThreadsJson.Default.SentMessage, statusCode: result.Verdict == AppendVerdict.Appended ? statusWhenNew : StatusCodes.Status200OK);
    }

    public static SendMessage.SentMessage Of(ThreadId thread, AppendResult result) => new(result.Seq, new MessageId(thread, result.Seq).ToString(), result.At);

    /// <exception cref="ProblemException">404 <c>thread_not_found</c>.</exception>
    public static ThreadId Thread(string id) => ThreadId.TryParse(id, null, out var thread) ? thread : throw new ProblemException(ThreadProblems.NotFound);

    /// <summary>What the client sent as its key, or <paramref name="otherwise"/>.</summary>
    /// <exception cref="ProblemException">400 <c>invalid_request</c>: it is no UUID.</exception>
    public static Guid Key(HttpContext context, Func<Guid> otherwise) => context.Request.Headers[KeyHeader] switch
    {
        [] => otherwise(),
        [{ } text] when Guid.TryParse(text, out var key) && key != Guid.Empty => key,
        _ => throw MessageProblems.Wrong("invalid_request", $"The header '{KeyHeader}' is no UUID.", "Make a UUID before the first try and send it with every repeat."),
    };
}
