using System.Collections.Concurrent;
using System.Diagnostics;
using Dapper;
using Npgsql;
using Stoa.Kernel;
using Stoa.Threads;

namespace Stoa.Bots.Updates;

/// <summary>An event that waits for a bot that asks.</summary>
internal sealed class Update
{
    public long ThreadId { get; init; }

    public long Number { get; init; }

    public Guid WebhookId { get; init; }

    public string Body { get; init; } = "";
}

/// <summary>The lanes of webhooks, read by the bot itself.</summary>
internal sealed class UpdateStore(NpgsqlDataSource database, IBusinessThreads threads, TimeProvider time)
{
    private const int WaitingMax = 1000;

    // News of another node is found by looking.
    private static readonly TimeSpan lookEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<AppId, TaskCompletionSource> news = new();
    private int waiting;

    public async Task<bool> PollsAsync(AppId app, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select polls from bots.apps where id = @id", new { id = app.Value }, cancellationToken: cancellationToken));
    }

    /// <summary>Something was queued for this app.</summary>
    public void Tell(AppId app)
    {
        if (news.TryRemove(app, out var waiter))
        {
            waiter.TrySetResult();
        }
    }

    /// <summary>What waits, oldest lanes first; when there is nothing, what comes within the patience.</summary>
    public async Task<IReadOnlyList<Update>> WaitAsync(PageId page, AppId app, int most, TimeSpan patience, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        // Too many that wait are answered at once: they come again.
        var mayWait = Interlocked.Increment(ref waiting) <= WaitingMax;
        try
        {
            while (true)
            {
                // Before the look: who is told from here on is looked for again.
                var told = news.GetOrAdd(app, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                var found = await ReadAsync(page, app, most, cancellationToken);
                var left = patience - watch.Elapsed;
                if (found.Count > 0 || left <= TimeSpan.Zero || !mayWait)
                {
                    return found;
                }

                await Task.WhenAny(told, Task.Delay(left < lookEvery ? left : lookEvery, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    /// <summary>Everything up to these numbers has been handled. Repeatable; numbers that were not given yet change nothing.</summary>
    public async Task AcknowledgeAsync(PageId page, AppId app, IReadOnlyList<(ThreadId Thread, long Number)> lanes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var seen = (await connection.QueryAsync<(long Thread, long? Seq)>(new CommandDefinition(
            """
            with asked as (
              select l.thread_id, l.subscription_id, least(k.number, l.last_number) as number
              from unnest(@threads::bigint[], @numbers::bigint[]) as k(thread, number)
              join bots.subscriptions s on s.page_id = @page and s.app_id = @app
              join bots.lanes l on l.thread_id = k.thread and l.subscription_id = s.id and l.next_number <= k.number
              order by l.thread_id for update of l),
            moved as (
              update bots.lanes l set next_number = asked.number + 1 from asked
              where l.thread_id = asked.thread_id and l.subscription_id = asked.subscription_id returning l.thread_id),
            done as (
              update bots.deliveries d set state = 1, attempts = greatest(attempts, 1), finished_at = @now from asked
              where d.thread_id = asked.thread_id and d.subscription_id = asked.subscription_id and d.number <= asked.number and d.state = 0
              returning d.thread_id, d.event_seq)
            select thread_id, max(event_seq) from done group by thread_id
            """,
            new { page = page.Value, app = app.Value, threads = lanes.Select(l => l.Thread.Value).ToArray(), numbers = lanes.Select(l => l.Number).ToArray(), now = time.GetUtcNow() },
            cancellationToken: cancellationToken))).AsList();
        foreach (var (thread, seq) in seen)
        {
            if (seq is { } upTo)
            {
                await threads.MarkAsync(new(thread), page, null, upTo, cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<Update>> ReadAsync(PageId page, AppId app, int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Update>(new CommandDefinition(
            """
            select d.thread_id as threadid, d.number, d.webhook_id as webhookid, d.body
            from (
              select l.thread_id, l.subscription_id, l.next_number, l.due_at
              from bots.lanes l join bots.subscriptions s on s.id = l.subscription_id and s.page_id = @page
              where l.app_id = @app and l.next_number <= l.last_number order by l.due_at limit @most) lane
            join bots.deliveries d on d.thread_id = lane.thread_id and d.subscription_id = lane.subscription_id and d.number >= lane.next_number and d.number < lane.next_number + @most
            order by lane.due_at, d.thread_id, d.number limit @most
            """,
            new { page = page.Value, app = app.Value, most }, cancellationToken: cancellationToken))).AsList();
    }
}
