using System.Text.Json;
using Dapper;
using Npgsql;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Broadcasts;

/// <summary>A broadcast as it is stored.</summary>
internal sealed class Broadcast
{
    public const string Columns = "page_id as pageid, id, app_id as appid, message::text as message, request::text as request, targeting::text as targeting, status, scheduled_at as scheduledat";

    public long PageId { get; init; }

    public long Id { get; init; }

    public long AppId { get; init; }

    public string Message { get; init; } = "";

    public string Request { get; init; } = "";

    public string? Targeting { get; init; }

    public string Status { get; init; } = "";

    public DateTime ScheduledAt { get; init; }
}

/// <param name="Waiting">Neither sent nor refused.</param>
internal readonly record struct BroadcastProgress(long Recipients, long Sent, long Refused, long Waiting);

/// <summary>Somebody who is to get it.</summary>
internal readonly record struct BroadcastRecipient(long PersonId, long Psid);

/// <summary>Broadcasts and how far they are.</summary>
internal sealed class BroadcastStore(NpgsqlDataSource database, TimeProvider time)
{
    public const string Scheduled = "SCHEDULED";
    public const string InProgress = "IN_PROGRESS";
    public const string Paused = "PAUSED";
    public const string Finished = "FINISHED";
    public const string Canceled = "CANCELED";

    public async Task<Broadcast?> FindAsync(PageId page, long id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Broadcast>(new CommandDefinition(
            $"select {Broadcast.Columns} from bots.broadcasts where page_id = @page and id = @id", new { page = page.Value, id }, cancellationToken: cancellationToken));
    }

    public async Task<BroadcastProgress> ReadProgressAsync(PageId page, long id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<BroadcastProgress>(new CommandDefinition(
            """
            select count(*) as recipients, count(*) filter (where state = 1) as sent, count(*) filter (where state = 2) as refused, count(*) filter (where state = 0) as waiting
            from bots.broadcast_recipients where page_id = @page and broadcast_id = @id
            """, new { page = page.Value, id }, cancellationToken: cancellationToken));
    }

    /// <summary>Cancel, pause and resume: from which states to which.</summary>
    /// <returns>False: it is in none of these states.</returns>
    public async Task<bool> MoveAsync(PageId page, long id, string[] from, string to, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update bots.broadcasts set status = @to, finished_at = case when @to = 'CANCELED' then @now else finished_at end
            where page_id = @page and id = @id and status = any(@from)
            """, new { page = page.Value, id, from, to, now = time.GetUtcNow() }, cancellationToken: cancellationToken)) == 1;
    }

    /// <summary>Those whose time has come, the oldest first.</summary>
    public async Task<List<Broadcast>> ReadDueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Broadcast>(new CommandDefinition(
            $"select {Broadcast.Columns} from bots.broadcasts where status in ('SCHEDULED', 'IN_PROGRESS') and scheduled_at <= @now order by scheduled_at, id limit 20",
            new { now = time.GetUtcNow() }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Writes down the recipients and begins, both or neither; a second call finds it begun.</summary>
    public async Task BeginAsync(Broadcast broadcast, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var begun = await connection.ExecuteAsync(new CommandDefinition(
            "update bots.broadcasts set status = 'IN_PROGRESS', started_at = @now where page_id = @PageId and id = @Id and status = 'SCHEDULED'",
            new { broadcast.PageId, broadcast.Id, now = time.GetUtcNow() }, transaction, cancellationToken: cancellationToken));
        if (begun == 1)
        {
            var parameters = new DynamicParameters(new { page = broadcast.PageId, id = broadcast.Id });
            await connection.ExecuteAsync(new CommandDefinition(
                $"insert into bots.broadcast_recipients (page_id, broadcast_id, person_id, psid) select i.page_id, @id, i.person_id, i.psid from bots.page_scoped_ids i where i.page_id = @page and {Condition(broadcast.Targeting, parameters)}",
                parameters, transaction, cancellationToken: cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>How many people this would reach now.</summary>
    public async Task<long> CountAsync(PageId page, string? targeting, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters(new { page = page.Value });
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"select count(*) from bots.page_scoped_ids i where i.page_id = @page and {Condition(targeting, parameters)}", parameters, cancellationToken: cancellationToken));
    }

    /// <returns>Some who wait, while the broadcast is in progress; empty when it is not, or nobody waits.</returns>
    public async Task<List<BroadcastRecipient>> ReadWaitingAsync(Broadcast broadcast, int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<BroadcastRecipient>(new CommandDefinition(
            """
            select r.person_id as personid, r.psid from bots.broadcasts b join bots.broadcast_recipients r on r.page_id = b.page_id and r.broadcast_id = b.id and r.state = 0
            where b.page_id = @PageId and b.id = @Id and b.status = 'IN_PROGRESS' order by r.person_id limit @most
            """, new { broadcast.PageId, broadcast.Id, most }, cancellationToken: cancellationToken))).AsList();
    }

    public async Task BookAsync(Broadcast broadcast, IReadOnlyCollection<(long Person, bool Sent)> outcomes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update bots.broadcast_recipients r set state = case when o.sent then 1 else 2 end from unnest(@people::bigint[], @sent::boolean[]) as o(person, sent)
            where r.page_id = @PageId and r.broadcast_id = @Id and r.person_id = o.person and r.state = 0
            """, new { broadcast.PageId, broadcast.Id, people = outcomes.Select(o => o.Person).ToArray(), sent = outcomes.Select(o => o.Sent).ToArray() }, cancellationToken: cancellationToken));
    }

    /// <summary>Ends it when it is in progress and nobody waits.</summary>
    public async Task FinishAsync(Broadcast broadcast, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update bots.broadcasts b set status = 'FINISHED', finished_at = @now where page_id = @PageId and id = @Id and status = 'IN_PROGRESS'
              and not exists (select from bots.broadcast_recipients r where r.page_id = b.page_id and r.broadcast_id = b.id and r.state = 0)
            """, new { broadcast.PageId, broadcast.Id, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
    }

    private static string Condition(string? targeting, DynamicParameters parameters)
    {
        var stored = new GraphValue(targeting is null ? default : JsonElement.Parse(targeting), "");
        return Targeting.Compose(stored["custom_label_id"], stored["targeting"], parameters, []);
    }
}
