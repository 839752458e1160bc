using Npgsql;
using Stoa.Kernel;

namespace Stoa.Media;

/// <summary>Uploads, for the modules that attach them to something.</summary>
public interface IMedia
{
    /// <summary>The most that one event may use.</summary>
    const int PerEventMax = 30;

    /// <summary>Cards of finished uploads, by id; ids that are unknown or not finished are left out. Asks nobody's permission: the caller shows the event.</summary>
    Task<IReadOnlyDictionary<MediaId, MediaCard>> FindAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Records that an event uses media, and keeps them from being reclaimed. All or nothing: one refusal, and nothing is recorded.
    /// The same again is recorded once.
    /// </summary>
    /// <param name="connection">With the caller's transaction open: the use is stored with the event, or not at all.</param>
    /// <param name="owner">Who sends: may use own uploads and what they may read.</param>
    /// <param name="media">Up to <see cref="PerEventMax"/>, in the order in which they are shown.</param>
    /// <remarks>
    /// Locks the rows of the media in the order of their ids until the caller's transaction ends. Asks <see cref="IMediaReaders"/> only about
    /// media of others; that may take a second connection, so a caller with many such transactions at once asks <see cref="MayReadAsync"/> before it begins.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">More media than one event may use.</exception>
    Task<MediaClaim> ClaimAsync(NpgsqlConnection connection, PersonId owner, ThreadId thread, long seq, IReadOnlyList<MediaId> media, CancellationToken cancellationToken);

    /// <summary>The event was unsent or has expired: its uses end. What nobody uses any more is reclaimed after a grace. Repeatable.</summary>
    /// <param name="connection">With the caller's transaction open.</param>
    Task ReleaseAsync(NpgsqlConnection connection, ThreadId thread, long seq, CancellationToken cancellationToken);

    /// <summary>Which of these the person may read: own uploads, and what is used where <see cref="IMediaReaders"/> lets them read.</summary>
    Task<IReadOnlySet<MediaId>> MayReadAsync(PersonId reader, IReadOnlyCollection<MediaId> media, CancellationToken cancellationToken);

    /// <summary>Media used in a thread, newest first.</summary>
    /// <param name="fromSeq">Nothing from before this event: where a member's view of the thread begins.</param>
    /// <param name="kinds">Of <see cref="MediaKinds"/>; empty: all.</param>
    /// <param name="before">The <see cref="MediaPage.Next"/> of the page before; null: from the newest.</param>
    /// <param name="limit">1 to 100.</param>
    Task<MediaPage> ListAsync(ThreadId thread, long fromSeq, IReadOnlyCollection<string> kinds, MediaCursor? before, int limit, CancellationToken cancellationToken);

    /// <summary>An absolute address on the media origin that shows the content to whoever has it, until it dies. Names no person.</summary>
    /// <param name="lasts">At most five minutes: longer is cut.</param>
    Uri SignLink(MediaId media, TimeSpan lasts);

    /// <summary>The same for a bot, which may be down for days before it hears of a message: lives ten days. Dies at once with the content, as when the message is unsent.</summary>
    Uri SignBotLink(MediaId media);
}

/// <summary>What a claim came to.</summary>
/// <param name="Cards">In the caller's order; empty when anything was refused.</param>
/// <param name="Refused">Why, for each that cannot be used; empty when the claim is recorded.</param>
public sealed record MediaClaim(IReadOnlyList<MediaCard> Cards, IReadOnlyList<RefusedMedia> Refused)
{
    public bool Done => Refused.Count == 0;
}

public readonly record struct RefusedMedia(MediaId Id, MediaRefusal Why);

public enum MediaRefusal
{
    /// <summary>Unknown, reclaimed, or of somebody else and not readable by this person: a stranger's id answers alike.</summary>
    NotFound,

    /// <summary>The person's own, and the upload is not finished or was refused.</summary>
    NotFinished,
}

/// <param name="Next">Null at the end.</param>
public sealed record MediaPage(IReadOnlyList<UsedMedia> Items, MediaCursor? Next);

/// <param name="Place">Position among the media of its event, from 0.</param>
public sealed record UsedMedia(long Seq, int Place, MediaCard Card);

/// <summary>Where a page ends: an event, and the position among its media.</summary>
public readonly record struct MediaCursor(long Seq, int Place);
