using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting;
using Stoa.Kernel;

namespace Stoa.Threads.Own;

/// <summary>What was answered to a request.</summary>
internal enum RequestVerdict
{
    NoThread,

    /// <summary>Of a group: who refuses it leaves it.</summary>
    Group,

    /// <summary>It was so already.</summary>
    Unchanged,
    Accepted,
    Refused,

    /// <summary>Refusing comes too late.</summary>
    AcceptedBefore,
}

/// <summary>Requests of strangers: the first thread somebody opens with people they share no accepted thread with.</summary>
/// <remarks>All changes take the thread's lock, as the append does: after the answer nothing goes by the old state.</remarks>
internal sealed class Requests(NpgsqlDataSource database, IOptions<ThreadsOptions> options, IOptions<StoaOptions> stoa, TimeProvider time)
{
    private const string Lock = "select from threads.threads where id = $1 and exists (select from threads.members where thread_id = $1 and member_id = $2) for no key update";

    // Whoever takes no requests has refused before being asked: the opener finds themselves blocked, in a thread the other never sees.
    private const string Ask =
        """
        with strangers as (
          select o.id, coalesce(p.takes_requests, true) as takes
          from unnest($3) as o(id) left join threads.people p on p.person_id = o.id
          where not exists (
            select from threads.members mine
            join threads.members theirs on theirs.thread_id = mine.thread_id and theirs.member_id = o.id
            where mine.member_id = $2 and mine.thread_id <> $1 and not mine.is_request and not theirs.is_request
              and mine.blocked_at is null and theirs.blocked_at is null)
        ), refused as (
          update threads.members m set blocked_at = $4 from strangers s where not s.takes and m.thread_id = $1 and m.member_id = $2
        )
        update threads.members m set is_request = true, refused_at = case when not s.takes then $4 end
        from strangers s where m.thread_id = $1 and m.member_id = s.id
        """;

    private const string Accept =
        """
        with mine as (
          select is_request, refused_at from threads.members where thread_id = $1 and member_id = $2
        ), accepted as (
          update threads.members set is_request = false, refused_at = null where thread_id = $1 and member_id = $2 and is_request
        ), unblocked as (
          -- Refusing blocked the other side; taking it back lets them write again.
          update threads.members set blocked_at = null where thread_id = $1 and member_id <> $2 and exists (select from mine where refused_at is not null)
        )
        select is_request from mine
        """;

    private const string Refuse =
        """
        with mine as (
          select m.is_request, m.refused_at, t.kind = 3 as is_group from threads.members m join threads.threads t on t.id = m.thread_id
          where m.thread_id = $1 and m.member_id = $2
        ), asked as (
          select from mine where is_request and refused_at is null and not is_group
        ), refused as (
          update threads.members set refused_at = $3 where thread_id = $1 and member_id = $2 and exists (select from asked)
        ), blocked as (
          update threads.members set blocked_at = coalesce(blocked_at, $3) where thread_id = $1 and member_id <> $2 and exists (select from asked)
        )
        select is_request, refused_at is not null, is_group from mine
        """;

    /// <summary>Load tools write both ways at once; who lifts the limits lifts this.</summary>
    public bool On => options.Value.Requests ?? stoa.Value.Limits;

    /// <summary>In the transaction that makes a direct thread: it is a request to whoever does not know the opener.</summary>
    public async Task AskAsync(NpgsqlConnection connection, ThreadId thread, PersonId opener, long[] others, CancellationToken cancellationToken)
    {
        if (!On)
        {
            return;
        }

        await using var command = new NpgsqlCommand(Ask, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = thread.Value },
                new NpgsqlParameter<long> { TypedValue = opener.Value },
                new NpgsqlParameter<long[]> { TypedValue = others },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The request becomes a conversation; also one that was refused.</summary>
    public Task<RequestVerdict> AcceptAsync(PersonId person, ThreadId thread, CancellationToken cancellationToken) =>
        DecideAsync(new(Accept), person, thread, row => row.GetBoolean(0) ? RequestVerdict.Accepted : RequestVerdict.Unchanged, cancellationToken);

    /// <summary>It is gone from the person's lists, and the other side is blocked.</summary>
    public Task<RequestVerdict> RefuseAsync(PersonId person, ThreadId thread, CancellationToken cancellationToken)
    {
        var refuse = new NpgsqlBatchCommand(Refuse);
        return DecideAsync(refuse, person, thread, row => !row.GetBoolean(0) ? RequestVerdict.AcceptedBefore : row.GetBoolean(2) ? RequestVerdict.Group : row.GetBoolean(1) ? RequestVerdict.Unchanged : RequestVerdict.Refused,
            cancellationToken, new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
    }

    private async Task<RequestVerdict> DecideAsync(
        NpgsqlBatchCommand decide, PersonId person, ThreadId thread, Func<NpgsqlDataReader, RequestVerdict> verdict, CancellationToken cancellationToken, NpgsqlParameter? at = null)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new(Lock) { Parameters = { new NpgsqlParameter<long> { TypedValue = thread.Value }, new NpgsqlParameter<long> { TypedValue = person.Value } } });
        decide.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        decide.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        if (at is not null)
        {
            decide.Parameters.Add(at);
        }

        batch.BatchCommands.Add(decide);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        var decided = await row.ReadAsync(cancellationToken) ? verdict(row) : RequestVerdict.NoThread;
        // An error at commit arrives with the end of the batch.
        await row.NextResultAsync(cancellationToken);
        return decided;
    }
}
