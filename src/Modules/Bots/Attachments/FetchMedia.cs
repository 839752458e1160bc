using Stoa.Bots.Graph;
using Stoa.Hosting.Outbound;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Attachments;

/// <summary>Brings content that a bot sent or named by address into the media of its page, with the documented errors.</summary>
internal sealed class FetchMedia(GuardedClient client, IMediaIntake intake) : IDisposable
{
    // Each holds up to 25 MB in memory while it is fetched.
    private const int AtOnce = 8;
    private static readonly TimeSpan waitsAtMost = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim gate = new(AtOnce);

    public void Dispose() => gate.Dispose();

    /// <param name="type"><c>image</c>, <c>audio</c>, <c>video</c> or <c>file</c>: what the content must be found to be.</param>
    /// <param name="where">Where the address stands in the request.</param>
    /// <exception cref="GraphException">100/2018008, 2018047, 2018109, 2018294: fetched nothing, or nothing that can be taken.</exception>
    public async Task<MediaCard> FromUrlAsync(PageId page, Guid clientId, string url, string type, GraphValue where, CancellationToken cancellationToken)
    {
        if (!await gate.WaitAsync(waitsAtMost, cancellationToken))
        {
            throw new GraphException(GraphErrors.TemporaryFailure);
        }

        try
        {
            var target = new Uri(url);
            var outcome = await client.FetchAsync(target, type == "video" ? OutboundLimits.Video : OutboundLimits.Media, cancellationToken);
            var content = outcome switch
            {
                OutboundOutcome.Answered { Success: true } answered => answered.Body,
                OutboundOutcome.Answered answered => throw Failed(where, 2018008, $"It answered {answered.Status}."),
                OutboundOutcome.Refused refused => throw Failed(where, 2018008, refused.Why),
                OutboundOutcome.Failed { Failure: OutboundFailure.AnswerTooLarge } => throw TooLarge(where),
                OutboundOutcome.Failed { Failure: OutboundFailure.NoAnswerInTime } failed when type == "video" =>
                    throw new GraphException(GraphError.Parameter("Video upload timed out.", 2018294, where.Path) with { ErrorUserMsg = failed.Detail }),
                OutboundOutcome.Failed failed => throw Failed(where, 2018008, failed.Detail),
                _ => throw new InvalidOperationException($"{outcome} is no way a call can end."),
            };
            return await TakeAsync(page, clientId, NameOf(target), type, () => Open(content), content.Length, where, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The file that came with the request.</summary>
    /// <exception cref="GraphException">100/2018047, 2018109.</exception>
    public Task<MediaCard> FromFileAsync(PageId page, Guid clientId, UploadedFile file, string type, GraphValue where, CancellationToken cancellationToken) =>
        TakeAsync(page, clientId, file.Name, type, file.Open, file.Length, where, cancellationToken);

    private async Task<MediaCard> TakeAsync(
        PageId page, Guid clientId, string name, string type, Func<Stream> open, long length, GraphValue where, CancellationToken cancellationToken)
    {
        IntakeOutcome taken;
        try
        {
            taken = await intake.TakeAsync(page, clientId, name, open, length, cancellationToken);
        }
        catch (ProblemException)
        {
            throw new GraphException(GraphErrors.TemporaryFailure);
        }

        return taken switch
        {
            { Card: { } card } when type == "file" || card.Kind == type => card,
            { Card: { } card } => throw Upload(where, $"It was sent as {type} and is {(card.Kind == "file" ? "nothing that can be shown" : $"of the kind {card.Kind}")}."),
            { RefusalCode: "media_too_large" } => throw TooLarge(where),
            _ => throw Upload(where, taken.RefusalDetail ?? ""),
        };
    }

    private static MemoryStream Open(ReadOnlyMemory<byte> content) => new(content.ToArray(), writable: false);

    private static string NameOf(Uri target) => Uri.UnescapeDataString(target.Segments[^1]).Trim('/');

    private static GraphException Failed(GraphValue where, int subcode, string why) =>
        new(GraphError.Parameter("Failed to fetch the file from the url", subcode, where.Path) with { ErrorUserMsg = why });

    private static GraphException Upload(GraphValue where, string why) => new(GraphError.Parameter("Upload attachment failure.", 2018047, where.Path) with { ErrorUserMsg = why });

    private static GraphException TooLarge(GraphValue where) =>
        new(GraphError.Parameter("Attachment size exceeds allowable limit.", 2018109, where.Path) with { ErrorUserMsg = "A file has at most 25 MB." });
}

/// <summary>A file of a multipart request.</summary>
/// <param name="Open">From its beginning; may be asked more than once while the request lasts.</param>
internal sealed record UploadedFile(string Name, long Length, Func<Stream> Open);
