using Microsoft.Extensions.Logging;
using Stoa.Hosting.Live;
using Stoa.Hosting.Postgres;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads.Log;
using Stoa.Threads.Messages;

namespace Stoa.Threads.Live;

/// <summary>Tells a device what became of what it wrote, after the commit: <c>sent</c> or <c>error</c>.</summary>
internal sealed partial class CommitAnswers(ILogger<CommitAnswers> log)
{
    /// <summary>Begins, and answers later: the next frame need not wait for this one's commit, many of one device go into one.</summary>
    public async ValueTask AnswerLaterAsync(ILiveConnection connection, ThreadId thread, Guid clientId, Func<ValueTask<Task<AppendResult>>> begin)
    {
        try
        {
            _ = AnswerAsync(connection, thread, clientId, await begin());
        }
        catch (ProblemException refused)
        {
            connection.Send(Error(refused.Problem, clientId));
        }
    }

    private async Task AnswerAsync(ILiveConnection connection, ThreadId thread, Guid clientId, Task<AppendResult> appended)
    {
        try
        {
            var result = await appended;
            connection.Send(Sending.Refusal(result) is { } refusal ? Error(refusal, clientId) : ThreadFrames.Sent(thread, clientId, result));
        }
        catch (ProblemException refused)
        {
            connection.Send(Error(refused.Problem, clientId));
        }
        catch (LaneStoppedException stopped)
        {
            connection.Send(LiveFrames.Error("busy", stopped.Message, clientId.ToString()));
        }
#pragma warning disable CA1031 // Nobody awaits this: whatever the database said of the message, the sender must hear that it is not stored.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception);
            connection.Send(LiveFrames.Error("internal_error", "It could not be stored; send it again with the same clientId.", clientId.ToString()));
        }
    }

    private static ReadOnlyMemory<byte> Error(Problem problem, Guid clientId) => LiveFrames.Error(problem.Code, problem.Detail, clientId.ToString());

    [LoggerMessage(302, LogLevel.Error, "What was sent over a socket could not be stored.")]
    private partial void LogFailed(Exception exception);
}
