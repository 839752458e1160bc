using System.Collections.Concurrent;
using Dapper;
using Npgsql;

namespace Stoa.Hosting.Nodes;

/// <summary>A piece of work that this node has for now.</summary>
/// <param name="Fence">Rises with each change of hands: what an earlier holder still tries is known by its lower number.</param>
public sealed record NodeLease(string Name, long Fence)
{
    /// <summary>Inside the transaction of the work: whether it is still ours. If so, nobody else gets it before the transaction ends.</summary>
    public async Task<bool> HoldsAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
            "select 1 from hosting.leases where name = @Name and fence = @Fence and until > clock_timestamp() for share",
            new { Name, Fence }, transaction, cancellationToken: cancellationToken)) is not null;
}

/// <summary>Work that one node does at a time: sweepers, campaigns, the close of a day. By the database's clock; no node's own counts.</summary>
public sealed class NodeLeases(NpgsqlDataSource database, INodeBus bus) : IAsyncDisposable
{
    /// <summary>After a crash others wait this long.</summary>
    public static readonly TimeSpan LastsFor = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, (NodeLease Lease, long RenewAt)> held = new(StringComparer.Ordinal);

    /// <summary>Takes or keeps a piece of work. Asks the database at most each five seconds while it is ours; ask before every round.</summary>
    /// <param name="name">A written name such as <c>wallet.holds</c>.</param>
    /// <returns>Null while another node has it.</returns>
    public async ValueTask<NodeLease?> TakeAsync(string name, CancellationToken cancellationToken)
    {
        if (held.TryGetValue(name, out var known) && Environment.TickCount64 < known.RenewAt)
        {
            return known.Lease;
        }

        // Before the question: what passes until the answer counts against us.
        var renewAt = Environment.TickCount64 + (long)(LastsFor / 3).TotalMilliseconds;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var fence = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            """
            insert into hosting.leases as l (name, holder, fence, until) values (@name, @self, 1, clock_timestamp() + @LastsFor)
            on conflict (name) do update set holder = excluded.holder, until = excluded.until,
              fence = case when l.holder = excluded.holder and l.until > clock_timestamp() then l.fence else l.fence + 1 end
            where l.holder = excluded.holder or l.until <= clock_timestamp()
            returning fence
            """, new { name, self = bus.Self, LastsFor }, cancellationToken: cancellationToken));
        if (fence is not { } number)
        {
            held.TryRemove(name, out _);
            return null;
        }

        var lease = new NodeLease(name, number);
        held[name] = (lease, renewAt);
        return lease;
    }

    /// <summary>Gives everything back: a stop makes nobody wait.</summary>
    public async ValueTask DisposeAsync()
    {
        if (held.IsEmpty)
        {
            return;
        }

        held.Clear();
        try
        {
            await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
            await connection.ExecuteAsync("update hosting.leases set until = clock_timestamp() where holder = @self", new { self = bus.Self });
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or ObjectDisposedException)
        {
            // They run out by themselves.
        }
    }
}
