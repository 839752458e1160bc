using Dapper;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Handover;

/// <summary>Who holds which thread. Every change and every send lock the thread's row here, so that a send is before a change of hands or after it, never beside it.</summary>
internal sealed class ControlStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>A thread in which nothing happens for so long is the primary receiver's again.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(24);

    public async Task<Receivers> ReadReceiversAsync(PageId page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var apps = (await connection.QueryAsync<long>(new CommandDefinition(
            "select app_id from bots.subscriptions where page_id = @page and active order by receiver_rank, created_at, id", new { page = page.Value }, cancellationToken: cancellationToken))).AsList();
        return new(apps.Count > 0 ? apps[0] : 0, apps);
    }

    public async Task<ThreadOwner> ReadAsync(Receivers receivers, ThreadId thread, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return Effective(receivers, await ReadRowAsync(connection, null, thread, "", cancellationToken));
    }

    /// <summary>May this app write here now? With one app on the page, always.</summary>
    /// <param name="next">To hand the thread over in the commit of the message.</param>
    /// <returns>What holds the permission until the message is stored; null where nobody could take it away.</returns>
    /// <exception cref="GraphException">10/2018300: another app holds the thread.</exception>
    public async Task<IAppendGuard?> EnterAsync(PageId page, AppId app, ThreadId thread, CancellationToken cancellationToken, NextOwner? next = null)
    {
        var receivers = await ReadReceiversAsync(page, cancellationToken);
        if (!receivers.Several || !receivers.All.Contains(app.Value))
        {
            return null;
        }

        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await EnsureRowAsync(connection, null, thread, cancellationToken);
        }

        var owner = await ReadAsync(receivers, thread, cancellationToken);
        return owner.Owner == app.Value ? new Guard(this, receivers, app, thread, owner.Fence, next) : throw new GraphException(GraphErrors.ControlledByAnother);
    }

    /// <summary>Changes hands, and tells who is to know, in one transaction.</summary>
    /// <param name="decide">What follows from the owner as it is under the lock; null to change nothing.</param>
    /// <param name="tell">After the change, with the owner before it.</param>
    public async Task ChangeAsync(
        Receivers receivers, ThreadId thread, Func<ThreadOwner, (long Owner, TimeSpan Lasts)?> decide, Func<NpgsqlConnection, NpgsqlTransaction, ThreadOwner, Task> tell,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await EnsureRowAsync(connection, transaction, thread, cancellationToken);
        var before = Effective(receivers, await ReadRowAsync(connection, transaction, thread, "for update", cancellationToken));
        if (decide(before) is { } next)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "update bots.thread_control set owner_app = @owner, expires_at = @until, fence = fence + case when @moved then 1 else 0 end where thread_id = @id",
                new { id = thread.Value, owner = next.Owner, until = time.GetUtcNow() + next.Lasts, moved = next.Owner != before.Owner }, transaction, cancellationToken: cancellationToken));
        }

        await tell(connection, transaction, before);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The person wrote: the lease of whoever holds the thread goes on. In the transaction of the outbox.</summary>
    public static Task RenewAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<ThreadId> threads, DateTimeOffset now, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            update bots.thread_control c set expires_at = greatest(c.expires_at, @until)
            where c.thread_id = any(@ids) and c.expires_at > @now
            """,
            new { ids = threads.Select(t => t.Value).Order().ToArray(), now, until = now + Idle }, transaction, cancellationToken: cancellationToken));

    /// <summary>The owners of threads as they are in this transaction; threads that nobody was given are left out.</summary>
    public static async Task<Dictionary<ThreadId, (long? Owner, long Fence, DateTimeOffset? Until)>> ReadAllAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<ThreadId> threads, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<Row>(new CommandDefinition(
            "select thread_id as threadid, owner_app as ownerapp, fence, expires_at as expiresat from bots.thread_control where thread_id = any(@ids)",
            new { ids = threads.Select(t => t.Value).ToArray() }, transaction, cancellationToken: cancellationToken)))
            .ToDictionary(r => new ThreadId(r.ThreadId), r => (r.OwnerApp, r.Fence, r.Until));

    private DateTimeOffset Now => time.GetUtcNow();

    private ThreadOwner Effective(Receivers receivers, Row? row) => receivers.Effective(row?.OwnerApp, row?.Fence ?? 1, row?.Until, time.GetUtcNow());

    private static Task<int> EnsureRowAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, ThreadId thread, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition("insert into bots.thread_control (thread_id) values (@id) on conflict do nothing", new { id = thread.Value }, transaction, cancellationToken: cancellationToken));

    private static Task<Row?> ReadRowAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, ThreadId thread, string locking, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<Row?>(new CommandDefinition(
            $"select thread_id as threadid, owner_app as ownerapp, fence, expires_at as expiresat from bots.thread_control where thread_id = @id {locking}",
            new { id = thread.Value }, transaction, cancellationToken: cancellationToken));

    private sealed class Row
    {
        public long ThreadId { get; init; }

        public long? OwnerApp { get; init; }

        public long Fence { get; init; }

        public DateTime? ExpiresAt { get; init; }

        public DateTimeOffset? Until => ExpiresAt is { } at ? new DateTimeOffset(at) : null;
    }

    /// <summary>Looks again, under the lock, in the commit of the message.</summary>
    private sealed class Guard(ControlStore store, Receivers receivers, AppId app, ThreadId thread, long fence, NextOwner? next) : IAppendGuard
    {
        public async Task<bool> MayAppendAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            // For update, not for share: the row is written right below, and two sends that both share it would wait for each other.
            var row = await ReadRowAsync(connection, null, thread, "for update", cancellationToken);
            var owner = store.Effective(receivers, row);
            if (owner.Owner != app.Value || owner.Fence != fence)
            {
                return false;
            }

            var now = store.Now;
            if (owner.Until is { } until && until < now + Idle)
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    "update bots.thread_control set expires_at = @until where thread_id = @id", new { id = thread.Value, until = now + Idle }, cancellationToken: cancellationToken));
            }

            return true;
        }

        public async Task AppendedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            if (next is null || next.Owner == app.Value)
            {
                return;
            }

            // The row is locked since the question above.
            await connection.ExecuteAsync(new CommandDefinition(
                "update bots.thread_control set owner_app = @owner, expires_at = @until, fence = fence + 1 where thread_id = @id",
                new { id = thread.Value, owner = next.Owner, until = store.Now + Idle }, cancellationToken: cancellationToken));
            await next.TellAsync(connection);
        }
    }
}

/// <summary>Who gets a thread together with a message.</summary>
/// <param name="TellAsync">Writes the news of it, in the same transaction.</param>
internal sealed record NextOwner(long Owner, Func<NpgsqlConnection, Task> TellAsync);
