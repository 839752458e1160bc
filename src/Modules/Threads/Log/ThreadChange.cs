using System.Text.Json;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Kernel;

namespace Stoa.Threads.Log;

/// <summary>
/// Something people do to a conversation that is more than a line in it: an edit, a reaction, a new member. It is decided and carried
/// out under the thread's lock, in the commit of its event, so that the log and what it tells of never part.
/// </summary>
internal abstract class ThreadChange
{
    /// <summary>Of the event: <see cref="EventKind"/>.</summary>
    public abstract short Kind { get; }

    /// <summary>Who is no member may do it too: joining by a link.</summary>
    public virtual bool ForStrangers => false;

    /// <summary>Who has not accepted the stranger's request may do it too: leaving.</summary>
    public virtual bool WhileRequest => false;

    /// <summary>Looks, decides, and writes what it leads to. Runs again after a lost connection or a deadlock, with nothing of the last try left.</summary>
    /// <remarks>Refuses before it writes: a refusal rolls nothing back.</remarks>
    public abstract Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken);
}

/// <summary>A change that hundreds make to one thread at the same moment, as joining is: those that stand together in a batch are decided and carried out together, in their order.</summary>
/// <remarks>One at a time 5,000 joins take their locks, looks and writes 5,000 times; together, some ten times.</remarks>
internal abstract class CrowdChange : ThreadChange
{
    /// <param name="items">Of one thread, each with a change of this type. Body and news of those that become events are set.</param>
    /// <returns>For each item, in order.</returns>
    public abstract Task<AppendResult[]> ApplyAsync(NpgsqlConnection connection, IReadOnlyList<PendingEvent> items, CancellationToken cancellationToken);

    public sealed override Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"{GetType().Name} is carried out for all that stand together.");
}

/// <summary>What became of a change.</summary>
internal sealed record ChangeOutcome
{
    private ChangeOutcome()
    {
    }

    public static ChangeOutcome Unchanged { get; } = new();

    public Problem? Refusal { get; private init; }

    /// <summary>Without an event: the one since which it is as wanted; null for the thread's last.</summary>
    public (long Seq, DateTimeOffset At)? Since { get; private init; }

    /// <summary>The event's own members as a JSON object; null without an event.</summary>
    public ReadOnlyMemory<byte>? Body { get; private init; }

    /// <summary>The event that the change is about: who may not see that one is told nothing but its number.</summary>
    public long? Of { get; init; }

    /// <summary>When the content of the change is hidden from readers: with that of the event it is about.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Who is in the thread has changed: lists of members in the memory of nodes are old.</summary>
    public bool MembersChanged { get; init; }

    /// <summary>What <see cref="Live.Fanout"/> tells after the event.</summary>
    public IReadOnlyList<Live.ThreadHappening> News { get; init; } = [];

    public static ChangeOutcome UnchangedSince(long seq, DateTimeOffset at) => new() { Since = (seq, at) };

    public static ChangeOutcome Refused(Problem why) => new() { Refusal = why };

    public static ChangeOutcome Done(ReadOnlyMemory<byte> body) => new() { Body = body };
}

/// <summary>The thread and its actor as a change finds them, under the thread's lock.</summary>
internal sealed class ChangeScope
{
    /// <summary>In the transaction of the commit.</summary>
    public required NpgsqlConnection Connection { get; init; }

    public required ThreadId Thread { get; init; }

    public required MemberId Sender { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>1 direct, 2 business, 3 group.</summary>
    public required short ThreadKind { get; init; }

    public required string? Title { get; init; }

    public required PageId? Page { get; init; }

    public required long LastSeq { get; init; }

    public required int? RetentionSeconds { get; init; }

    public required bool Announcements { get; init; }

    /// <summary>The sender's; null for a stranger.</summary>
    public required ScopeMember? Me { get; init; }

    /// <summary>The number that the event will have.</summary>
    public long NextSeq => LastSeq + 1;

    /// <summary>An earlier event that the sender may see; null when there is none.</summary>
    public async Task<ScopeTarget?> FindAsync(long seq, CancellationToken cancellationToken)
    {
        if (Me is not { } me || seq <= me.FromSeq || seq > LastSeq)
        {
            return null;
        }

        await using var command = new NpgsqlCommand(
            """
            select e.sender, e.kind, e.at, e.body, e.expires_at, s.state,
                   exists (select from threads.hidden h where h.thread_id = e.thread_id and h.member_id = $3 and h.seq = e.seq)
            from threads.events e left join threads.states s on s.thread_id = e.thread_id and s.seq = e.seq
            where e.thread_id = $1 and e.seq = $2
            """, Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = Thread.Value }, new NpgsqlParameter<long> { TypedValue = seq },
                new NpgsqlParameter<long> { TypedValue = Sender.Value },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        DateTimeOffset? expiresAt = reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4);
        return new(seq, new(reader.GetInt64(0)), expiresAt <= At ? EventKind.EmptyMessage : reader.GetInt16(1), reader.GetFieldValue<DateTimeOffset>(2),
            Parse(reader.GetFieldValue<byte[]>(3)), reader.IsDBNull(5) ? null : Parse(reader.GetFieldValue<byte[]>(5)), expiresAt, reader.GetBoolean(6));
    }

    private static JsonElement Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}

/// <param name="Role">1 owner, 2 admin, 3 member.</param>
/// <param name="FromSeq">Nothing at or before this number is theirs to see.</param>
/// <param name="Blocked">By the other side.</param>
internal sealed record ScopeMember(short Role, long FromSeq, bool Blocked, bool IsRequest)
{
    public bool IsAdmin => Role <= 2;
}

/// <summary>The event that a change is about.</summary>
/// <param name="Kind"><see cref="EventKind.EmptyMessage"/> when its content is gone.</param>
/// <param name="State">What has become of it since (<c>threads.states</c>).</param>
/// <param name="IsHidden">The sender of the change has deleted it for themselves.</param>
internal sealed record ScopeTarget(
    long Seq, MemberId Sender, short Kind, DateTimeOffset At, JsonElement Body, JsonElement? State, DateTimeOffset? ExpiresAt, bool IsHidden);
