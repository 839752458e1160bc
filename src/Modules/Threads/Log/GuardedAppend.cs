using Stoa.Kernel;
using Stoa.Media;
using Stoa.Threads.Messages;

namespace Stoa.Threads.Log;

/// <summary>
/// An event of a page that shows uploads of the page, or that needs a permission which can be lost: uploads are claimed and the permission asked for in its
/// commit, so that none is reclaimed under it and nobody writes who lost the thread a moment ago.
/// </summary>
internal sealed class GuardedAppend(IMedia media, NewEvent what) : ThreadChange
{
    public override short Kind { get; } = EventKind.Of(what.Kind);

    public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        if (what.Guard is { } guard && !await guard.MayAppendAsync(scope.Connection, cancellationToken))
        {
            return ChangeOutcome.Refused(MessageProblems.Conflict("control_lost", "Write for a business", "Another program writes here now.", "Wait until the conversation is handed over."));
        }

        var claim = await media.ClaimAsync(scope.Connection, new PersonId(scope.Sender.Value), scope.Thread, scope.NextSeq, what.Media, cancellationToken);
        if (claim.Done)
        {
            await (what.Guard?.AppendedAsync(scope.Connection, cancellationToken) ?? Task.CompletedTask);
            return ChangeOutcome.Done(what.Body);
        }

        return ChangeOutcome.Refused(MessageProblems.Conflict("media_not_found", "Attach an upload", $"The upload {claim.Refused[0].Id} is not there any more.", "Upload it again."));
    }
}
