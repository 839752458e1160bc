using Stoa.Kernel;
using Stoa.Media;
using Stoa.Threads.Messages;

namespace Stoa.Threads.Log;

/// <summary>An event of a page that shows uploads of the page: they are claimed in its commit, so that none is reclaimed under it.</summary>
internal sealed class AppendWithMedia(IMedia media, NewEvent what) : ThreadChange
{
    public override short Kind { get; } = EventKind.Of(what.Kind);

    public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        var claim = await media.ClaimAsync(scope.Connection, new PersonId(scope.Sender.Value), scope.Thread, scope.NextSeq, what.Media, cancellationToken);
        return claim.Done
            ? ChangeOutcome.Done(what.Body)
            : ChangeOutcome.Refused(MessageProblems.Conflict("media_not_found", "Attach an upload", $"The upload {claim.Refused[0].Id} is not there any more.", "Upload it again."));
    }
}
