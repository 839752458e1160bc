using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Sending;

/// <summary>Asks the policy with what is stored of a conversation, and takes the one late answer.</summary>
internal sealed class Conversations(NpgsqlDataSource database, IThreadLog log, IOptions<BotsOptions> options, TimeProvider time)
{
    // The row is written from the outbox, a moment after the event. Only when it says no does the log have the last word.
    private const int NewestLookedAt = 50;

    /// <param name="clientId">Makes a repeated late answer the same one.</param>
    /// <returns>Null when the page may send this now; else why not.</returns>
    public async Task<SendOutlook?> RefuseAsync(ThreadId thread, PageId page, SendRequest request, Guid clientId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var state = await ReadAsync(connection, thread, clientId, cancellationToken);
        var permission = SendPolicy.Decide(options.Value.Policy, state, request, now);
        if (permission == SendPermission.Refused && await FindNewerActAsync(thread, page, state, cancellationToken) is { } actAt)
        {
            state = state with { ActAt = actAt, Unanswered = false };
            permission = SendPolicy.Decide(options.Value.Policy, state, request, now);
        }

        var may = permission switch
        {
            SendPermission.Free => true,
            SendPermission.LateAnswer => request.Message is null || await TakeLateAnswerAsync(connection, thread, clientId, cancellationToken),
            _ => false,
        };
        return may ? null : SendPolicy.Look(options.Value.Policy, state with { Unanswered = false }, now);
    }

    /// <summary>Whether, why and until when a plain message may be sent.</summary>
    public async Task<SendOutlook> LookAsync(ThreadId thread, PageId page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var state = await ReadAsync(connection, thread, null, cancellationToken);
        var outlook = SendPolicy.Look(options.Value.Policy, state, time.GetUtcNow());
        return !outlook.MaySend && await FindNewerActAsync(thread, page, state, cancellationToken) is { } actAt
            ? SendPolicy.Look(options.Value.Policy, state with { ActAt = actAt }, time.GetUtcNow())
            : outlook;
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

    private static async Task<ConversationState> ReadAsync(NpgsqlConnection connection, ThreadId thread, Guid? clientId, CancellationToken cancellationToken) =>
        (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            """
            select greatest(act_at, opened_at) as actat, updates_until as updatesuntil, stopped_at as stoppedat,
              (answer_seq < act_seq and late_act_seq < act_seq) or late_client_id = @clientId as unanswered
            from bots.conversations where thread_id = @id
            """,
            new { id = thread.Value, clientId }, cancellationToken: cancellationToken)) ?? new Row()).AsState();

    private async Task<DateTimeOffset?> FindNewerActAsync(ThreadId thread, PageId page, ConversationState state, CancellationToken cancellationToken)
    {
        var newest = await log.ReadNewestAsync(thread, NewestLookedAt, cancellationToken);
        return newest.FirstOrDefault(e => e.Kind == "message" && e.Sender != page)?.At is { } at && (state.ActAt is not { } known || at > known) ? at : null;
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

        public DateTime? StoppedAt { get; init; }

        public bool? Unanswered { get; init; }

        public ConversationState AsState() => new(Moment(ActAt), Unanswered == true, Moment(UpdatesUntil), Moment(StoppedAt));

        private static DateTimeOffset? Moment(DateTime? at) => at is { } known ? new DateTimeOffset(known) : null;
    }
}

/// <summary>A message in a business thread.</summary>
internal sealed record ConversationAct(PageId Page, ThreadId Thread, long Seq, DateTimeOffset At, bool ByPerson);
