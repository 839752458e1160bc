using System.Text.Json;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.Threads;

/// <summary>The one way to add to a conversation and to read it back.</summary>
public interface IThreadLog
{
    /// <summary>Appends events; returns after their commit. The same (thread, sender, client id) again answers with the first's number.</summary>
    /// <returns>One outcome, after the commit.</returns>
    /// <exception cref="Hosting.Problems.ProblemException">503 <c>busy</c> when the queue is full.</exception>
    Task<AppendOutcome> AppendAsync(NewEvent newEvent, CancellationToken cancellationToken);

    /// <summary>One event, or null. Takes no actor: for modules that act for the thread itself, never for a caller's id.</summary>
    Task<ThreadEvent?> FindAsync(ThreadId thread, long seq, CancellationToken cancellationToken);

    /// <summary>The newest events of one thread, newest first, at most <paramref name="limit"/> (1–200).</summary>
    Task<IReadOnlyList<ThreadEvent>> ReadNewestAsync(ThreadId thread, int limit, CancellationToken cancellationToken);
}

/// <summary>An event to append.</summary>
/// <param name="Sender">A member of the thread; else <see cref="AppendStatus.Refused"/>.</param>
/// <param name="ClientId">Made by the sender before the first try; makes twice once.</param>
/// <param name="Kind"><c>message</c>, <c>payment</c> or <c>system</c>.</param>
/// <param name="Body">A JSON object with the members of the event beside <c>seq, id, kind, sender, at, clientId</c> (docs/protocol/http.md): text, attachments, quickReplies, press, payment, …</param>
public sealed record NewEvent(ThreadId Thread, MemberId Sender, Guid ClientId, string Kind, ReadOnlyMemory<byte> Body)
{
    /// <summary>Uploads that the event shows: claimed in its commit, or the append is <see cref="AppendStatus.Refused"/>. At most <see cref="Media.IMedia.PerEventMax"/>.</summary>
    public IReadOnlyList<MediaId> Media { get; init; } = [];

    /// <summary>Asked in the commit of the event; no means <see cref="AppendStatus.Refused"/>.</summary>
    public IAppendGuard? Guard { get; init; }
}

/// <summary>A permission that may be lost until the very moment of the commit.</summary>
public interface IAppendGuard
{
    /// <summary>Whether it still holds. What it locks stays locked until the event is stored, or is not.</summary>
    /// <param name="connection">In the transaction of the commit.</param>
    Task<bool> MayAppendAsync(NpgsqlConnection connection, CancellationToken cancellationToken);

    /// <summary>The event is stored in this transaction: what is to stand or fall with it may be written now.</summary>
    /// <param name="connection">In the transaction of the commit.</param>
    Task AppendedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;
}

public enum AppendStatus
{
    /// <summary>Stored before under this client id; the outcome is the first one's.</summary>
    Repeated = 0,

    Appended = 1,

    /// <summary>No such thread, or the sender is not a member, or is blocked by the other side: indistinguishable on purpose.</summary>
    Refused = 2,
}

public readonly record struct AppendOutcome(AppendStatus Status, long Seq, DateTimeOffset At);

/// <summary>A stored event.</summary>
/// <param name="Kind">As in docs/protocol/http.md; more kinds may come: whoever does not know one passes it over.</param>
/// <param name="Body">As in <see cref="NewEvent.Body"/>, as it was first written; only <c>unsent</c> or <c>expired</c> when the content is gone.</param>
public sealed record ThreadEvent(ThreadId Thread, long Seq, MemberId Sender, Guid ClientId, string Kind, DateTimeOffset At, JsonElement Body)
{
    public MessageId Id => new(Thread, Seq);
}
