using Stoa.Kernel;

namespace Stoa.Media;

/// <summary>Takes content that the server itself has received or fetched for a page: what bots attach goes through the same checks as what people upload.</summary>
public interface IMediaIntake
{
    /// <summary>Checks, rebuilds and stores a content whole. The same <paramref name="clientId"/> of one page again answers with the first outcome.</summary>
    /// <param name="name">A file name, as it came; for display and downloads only.</param>
    /// <param name="open">Gives the content from its beginning; asked more than once.</param>
    /// <param name="length">In bytes.</param>
    /// <exception cref="Hosting.Problems.ProblemException">503: the store is away, or another node is taking the very same; later it works.</exception>
    Task<IntakeOutcome> TakeAsync(PageId owner, Guid clientId, string name, Func<Stream> open, long length, CancellationToken cancellationToken);

    /// <summary>Keeps a page's media although no message uses it. Repeatable.</summary>
    Task KeepAsync(PageId owner, MediaId media, CancellationToken cancellationToken);

    /// <summary>Keeps it no longer; messages that use it still do. Repeatable.</summary>
    Task LetGoAsync(MediaId media, CancellationToken cancellationToken);
}

/// <summary>What became of a content.</summary>
/// <param name="Card">Null when it was refused.</param>
/// <param name="RefusalCode">As uploads have them (docs/protocol/media.md): <c>media_too_large</c>, <c>media_malformed</c>, <c>storage_full</c> …</param>
public sealed record IntakeOutcome(MediaCard? Card, string? RefusalCode, string? RefusalDetail)
{
    public static IntakeOutcome Refused(string code, string detail) => new(null, code, detail);
}
