using Stoa.Hosting.Problems;

namespace Stoa.Threads.Inbox;

internal static class ThreadProblems
{
    /// <summary>The same for a thread that is not there and for one of others.</summary>
    public static Problem NotFound { get; } = Problem.NotFound("thread_not_found", "thread");
}
