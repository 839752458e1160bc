using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Stoa.Hosting.Nodes;
using Stoa.Testing;
using Xunit;

namespace Stoa.Hosting.Tests.Nodes;

public sealed class NodeLeasesTests : IAsyncLifetime
{
    private readonly InProcessExchange exchange = new();
    private readonly List<InProcessNodeBus> buses = [];
    private TestDatabase? database;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TestDatabase Database => database ?? throw new InvalidOperationException("Not initialised.");

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var bus in buses)
        {
            await bus.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    [Fact]
    public async Task Of_many_who_want_it_at_once_one_has_it()
    {
        var nodes = Enumerable.Range(0, 8).Select(_ => Node()).ToList();

        var taken = await Task.WhenAll(nodes.Select(node => node.TakeAsync("work", Cancel).AsTask()));

        Assert.Single(taken, lease => lease is not null);
        Assert.NotNull(await Node().TakeAsync("other work", Cancel));
    }

    [Fact]
    public async Task Whoever_has_it_keeps_it_with_the_same_fence()
    {
        var (one, two) = (Node(), Node());

        var first = await one.TakeAsync("work", Cancel);

        Assert.Equal(first, await one.TakeAsync("work", Cancel));
        Assert.Null(await two.TakeAsync("work", Cancel));
    }

    [Fact]
    public async Task A_stop_gives_it_back_at_once_and_the_fence_rises()
    {
        var (one, two) = (Node(), Node());
        var first = await one.TakeAsync("work", Cancel);

        await one.DisposeAsync();
        var second = await two.TakeAsync("work", Cancel);

        Assert.True(second?.Fence > first?.Fence, $"{second} after {first}");
    }

    [Fact]
    public async Task After_a_crash_it_runs_out_and_what_the_dead_one_still_tries_is_refused()
    {
        var (one, two) = (Node(), Node());
        var first = await one.TakeAsync("work", Cancel) ?? throw new InvalidOperationException("Nobody else has it.");
        await ExpireAsync();

        var second = await two.TakeAsync("work", Cancel) ?? throw new InvalidOperationException("It has run out.");

        Assert.True(second.Fence > first.Fence);
        Assert.False(await HoldsAsync(first));
        Assert.True(await HoldsAsync(second));
    }

    [Fact]
    public async Task A_transaction_that_has_looked_keeps_others_out_until_it_ends()
    {
        var (one, two) = (Node(), Node());
        var first = await one.TakeAsync("work", Cancel) ?? throw new InvalidOperationException("Nobody else has it.");
        await using var connection = await Database.DataSource.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        Assert.True(await first.HoldsAsync(connection, transaction, Cancel));

        var taking = two.TakeAsync("work", Cancel).AsTask();
        await Waiting.UntilAsync(async () =>
        {
            await using var look = await Database.DataSource.OpenConnectionAsync(Cancel);
            return await look.ExecuteScalarAsync<long>("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%hosting.leases%'") > 0;
        }, "the other waits for the row");
        Assert.False(taking.IsCompleted);
        await transaction.CommitAsync(Cancel);

        Assert.Null(await Waiting.ForAsync(taking, "the answer"));
    }

    private NodeLeases Node()
    {
        var bus = new InProcessNodeBus(exchange, NullLogger<InProcessNodeBus>.Instance);
        buses.Add(bus);
        return new NodeLeases(Database.DataSource, bus);
    }

    private async Task ExpireAsync()
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(Cancel);
        await connection.ExecuteAsync("update hosting.leases set until = clock_timestamp() - interval '1 second'");
    }

    private async Task<bool> HoldsAsync(NodeLease lease)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        return await lease.HoldsAsync(connection, transaction, Cancel);
    }
}
