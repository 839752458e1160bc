namespace Stoa.Bots.Handover;

/// <summary>Who may write in a thread of a page with several apps.</summary>
/// <param name="Owner">An app, or <see cref="Receivers.Inbox"/>.</param>
/// <param name="Fence">Rises with each change of hands.</param>
/// <param name="Until">When the thread is the primary receiver's again; null while it is.</param>
internal readonly record struct ThreadOwner(long Owner, long Fence, DateTimeOffset? Until);

/// <summary>The apps of a page and what each may do with a thread's control (messenger-platform §5.4). Pure.</summary>
/// <param name="Primary">The app that was there first.</param>
/// <param name="All">With the primary.</param>
internal sealed record Receivers(long Primary, IReadOnlyList<long> All)
{
    /// <summary>The page's own inbox, where people of the business write: it can be given control like an app.</summary>
    public const long Inbox = 263902037430900;

    /// <summary>A page with one app knows no hand-over.</summary>
    public bool Several => All.Count > 1;

    /// <summary>The owner as it counts now: a lease that is over is the primary receiver's.</summary>
    public ThreadOwner Effective(long? owner, long fence, DateTimeOffset? expiresAt, DateTimeOffset now) =>
        owner is { } app && app != Primary && expiresAt > now && (app == Inbox || All.Contains(app)) ? new(app, fence, expiresAt) : new(Primary, fence, null);

    /// <summary>The owner passes to anybody; a secondary receiver only back, to the primary or the inbox.</summary>
    public bool MayPass(long caller, ThreadOwner now, long target) =>
        now.Owner == caller && (target == Inbox || All.Contains(target)) && (caller == Primary || target == Primary || target == Inbox);
}
