using System.Text.Json.Serialization;
using Stoa.Kernel;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Inbox;

/// <summary>A thread as one reader sees it (docs/protocol/http.md). What is null is left out.</summary>
internal sealed record ThreadView
{
    public required ThreadId Id { get; init; }

    public required string Kind { get; init; }

    /// <summary>For a direct thread the other's name.</summary>
    public required string Title { get; init; }

    public required long LastSeq { get; init; }

    public required long ReadSeq { get; init; }

    /// <summary>Nothing up to it is the reader's to see.</summary>
    public required long FromSeq { get; init; }

    /// <inheritdoc cref="Inbox.Unread"/>
    public required long Unread { get; init; }

    /// <summary>Of these, those that name the reader.</summary>
    public required long Mentions { get; init; }

    public RawJson? LastEvent { get; init; }

    [JsonConverter(typeof(InstantJsonConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>At most 50: the reader and the newest event's sender are among them.</summary>
    public required IReadOnlyList<MemberView> Members { get; init; }

    public required int MemberCount { get; init; }

    /// <summary>The reader's, in groups.</summary>
    public string? Role { get; init; }

    public MediaId? Picture { get; init; }

    public string? About { get; init; }

    public bool? AnnouncementsOnly { get; init; }

    public int? RetentionSeconds { get; init; }

    /// <summary>Pinned messages, the last pinned first.</summary>
    public IReadOnlyList<long>? Pins { get; init; }

    /// <summary>An instant, or <c>always</c>.</summary>
    public string? MutedUntil { get; init; }

    public bool? Archived { get; init; }

    public bool? Pinned { get; init; }

    public bool? MarkedUnread { get; init; }

    public string? Folder { get; init; }

    /// <summary>Of the five above: whoever hears of them twice keeps the higher one.</summary>
    public long? SettingsVersion { get; init; }

    /// <summary>A stranger's, and not accepted yet.</summary>
    public bool? Request { get; init; }

    public RawJson? Draft { get; init; }

    /// <summary>The reader takes nothing from the other side.</summary>
    public bool? Blocked { get; init; }

    public RawJson? Page { get; init; }
}

/// <param name="Role">In groups.</param>
/// <param name="ReadSeq">0 where the reader does not see it: the member hides it, the reader hides theirs, or it was not accepted.</param>
internal sealed record MemberView(MemberId Id, string Kind, string Name, string Handle, string? Role, long ReadSeq, long DeliveredSeq);
