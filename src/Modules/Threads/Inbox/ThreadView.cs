using System.Text.Json.Serialization;
using Stoa.Kernel;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Inbox;

/// <summary>A thread as one reader sees it (docs/protocol/http.md).</summary>
/// <param name="Title">For a direct thread the other's name.</param>
/// <param name="Blocked">True when the reader takes nothing from the other side; else absent.</param>
/// <param name="Unread">Messages and payments of others above <paramref name="ReadSeq"/>.</param>
internal sealed record ThreadView(
    ThreadId Id, string Kind, string Title, long LastSeq, long ReadSeq, long Unread, RawJson? LastEvent,
    [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset UpdatedAt,
    IReadOnlyList<MemberView> Members, RawJson? Page, bool? Blocked);

internal sealed record MemberView(MemberId Id, string Kind, string Name, string Handle, long ReadSeq, long DeliveredSeq);
