using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads.Live;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Own;

/// <summary>Takes a draft away once its message is stored, where the sender says which one it was.</summary>
/// <remarks>After the message's commit, not in it: the hot path stays as it is. Who dies in between has not been answered; the repeat,
/// with the same client id, finds the message stored and takes the draft away then.</remarks>
internal sealed class SentDrafts(Drafts drafts, Fanout fanout, TimeProvider time)
{
    /// <exception cref="ProblemException"><c>invalid_request</c>, before anything is sent.</exception>
    public async ValueTask<Task<AppendResult>> TakeAwayWithAsync(long version, PersonId sender, ThreadId thread, Func<ValueTask<Task<AppendResult>>> begin)
    {
        if (version < 1)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "'draft' is no version of a draft.", "Send the version of the draft that this message was, or leave it out."));
        }

        return AfterAsync(await begin(), sender, thread, version);
    }

    private async Task<AppendResult> AfterAsync(Task<AppendResult> appended, PersonId sender, ThreadId thread, long version)
    {
        var result = await appended;
        if (result.Verdict is AppendVerdict.Appended or AppendVerdict.Repeated
            && await drafts.TakeAwayAsync(sender, thread, version, Instant.Now(time), CancellationToken.None) is { } gone)
        {
            await fanout.TellAsync(new PersonalNews(thread, [sender], OwnFrames.Draft(thread, gone)), CancellationToken.None);
        }

        return result;
    }
}
