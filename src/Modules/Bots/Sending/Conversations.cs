using Dapper;
using Npgsql;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Sending;

/// <summary>Asks the policy with what is stored of a conversation, and takes the one late answer.</summary>
internal sealed class Conversations(NpgsqlDataSource database, IThreadLog log, TimeProvider time)
{
    // The row is written from the outbox, a moment after the event. Only when it says no does the log have the last word.
    private const int NewestLookedAt = 50;

    /// <param name="clientId">Makes a repeated late answer the same one.</param>
    /// <returns>Whether the page may send this now.</returns>
    public async Task<bool> MaySendAsync(ThreadId thread, PageId page, SendRequest request, Guid clientId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            """
            select act_at as actat, updates_until as updatesuntil, (answer_seq < act_seq and late_act_seq < act_seq) or late_client_id = @clientId as unanswered
            from bots.conversations where thread_id = @id
            """,
            new { id = thread.Value, clientId }, cancellationToken: cancellationToken)) ?? new Row();
        var permission = SendPolicy.Decide(row.AsState(), request, now);
        if (permission == SendPermission.Refused && await FindNewerActAsync(thread, page, row, cancellationToken) is { } actAt)
        {
            permission = SendPolicy.Decide(new(actAt, Unanswered: false, row.AsState().UpdatesUntil), request, now);
        }

        return permission switch
        {
            SendPermission.Free => true,
            SendPermission.LateAnswer => request.Message is null || await TakeLateAnswerAsync(connection, thread, clientId, cancellationToken),
            _ => false,
        };
    }

    /// <summary>Writes what people and pages did, in the transaction of the outbox.</summary>
    public static Task NoteActsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<ConversationAct> acts, CancellationToken cancellationToken)
    {
        // One row for each thread, in order, so that two transactions never wait for each other.
        var threads = acts.GroupBy(a => a.Thread.Value).OrderBy(g => g.Key).Select(g => (
            Id: g.Key, ActSeq: g.Where(a => a.ByPerson).Select(a => a.Seq).DefaultIfEmpty().Max(),
            ActAt: g.Where(a => a.ByPerson).MaxBy(a => a.Seq)?.At.UtcDateTime ?? DateTime.MinValue.ToUniversalTime(),
            AnswerSeq: g.Where(a => !a.ByPerson).Select(a => a.Seq).DefaultIfEmpty().Max())).ToList();
        return Insights.ConversationDays.WithNotedAsync(connection, transaction, acts, () => connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.conversations as c (thread_id, act_seq, act_at, answer_seq)
            select id, act_seq, case when act_seq > 0 then act_at end, answer_seq
            from unnest(@ids::bigint[], @actSeqs::bigint[], @actAts::timestamptz[], @answerSeqs::bigint[]) as k(id, act_seq, act_at, answer_seq)
            on conflict (thread_id) do update set
              act_at = case when excluded.act_seq > c.act_seq then excluded.act_at else c.act_at end,
              act_seq = greatest(c.act_seq, excluded.act_seq), answer_seq = greatest(c.answer_seq, excluded.answer_seq)
            """,
            new
            {
                ids = threads.ConvertAll(t => t.Id),
                actSeqs = threads.ConvertAll(t => t.ActSeq),
                actAts = threads.ConvertAll(t => t.ActAt),
                answerSeqs = threads.ConvertAll(t => t.AnswerSeq),
            },
            transaction, cancellationToken: cancellationToken)), cancellationToken);
    }

    /// <summary>A purchase grants updates for a while, in the transaction of the outbox.</summary>
    public static Task GrantUpdatesAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, ThreadId thread, DateTimeOffset until, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.conversations as c (thread_id, updates_until) values (@id, @until)
            on conflict (thread_id) do update set updates_until = greatest(c.updates_until, excluded.updates_until)
            """,
            new { id = thread.Value, until }, transaction, cancellationToken: cancellationToken));

    private async Task<DateTimeOffset?> FindNewerActAsync(ThreadId thread, PageId page, Row row, CancellationToken cancellationToken)
    {
        var newest = await log.ReadNewestAsync(thread, NewestLookedAt, cancellationToken);
        return newest.FirstOrDefault(e => e.Kind == "message" && e.Sender != page)?.At is { } at && (row.ActAt is not { } known || at > new DateTimeOffset(known)) ? at : null;
    }

    private static async Task<bool> TakeLateAnswerAsync(NpgsqlConnection connection, ThreadId thread, Guid clientId, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update bots.conversations set late_act_seq = act_seq, late_client_id = @clientId
            where thread_id = @id and ((answer_seq < act_seq and late_act_seq < act_seq) or late_client_id = @clientId)
            """,
            new { id = thread.Value, clientId }, cancellationToken: cancellationToken)) == 1;

    private sealed class Row
    {
        public DateTime? ActAt { get; init; }

        public DateTime? UpdatesUntil { get; init; }

        public bool Unanswered { get; init; }

        public ConversationState AsState() => new(
            ActAt is { } act ? new DateTimeOffset(act) : null, Unanswered, UpdatesUntil is { } until ? new DateTimeOffset(until) : null);
    }
}

/// <summary>A message in a business thread.</summary>
internal sealed record ConversationAct(PageId Page, ThreadId Thread, long Seq, DateTimeOffset At, bool ByPerson);
