using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Nodes;
using Stoa.Testing;
using Xunit;

namespace Stoa.Hosting.Tests.Nodes;

public sealed class NodeRegistryTests : IAsyncLifetime
{
    private readonly List<(NodeRegistry Registry, InProcessNodeBus Bus, DataDirectory Data)> all = [];
    private TestDatabase? database;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TestDatabase Database => database ?? throw new InvalidOperationException("Not initialised.");

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var (registry, bus, data) in all)
        {
            await registry.DisposeAsync();
            await bus.DisposeAsync();
            data.Dispose();
            Directory.Delete(data.Path, recursive: true);
        }

        await Database.DisposeAsync();
    }

    [Fact]
    public async Task A_node_knows_of_the_others_and_where_they_are_until_they_leave()
    {
        var (one, _) = Node();
        await one.JoinAsync(Cancel);
        Assert.False(one.AreSeveral);
        var (two, _) = Node();
        await two.JoinAsync(Cancel);

        Assert.True(one.AreSeveral, "A node that serves is known to the others.");
        Assert.True(two.AreSeveral);
        two.Announce("http://localhost:9999");
        await Waiting.UntilAsync(() => Task.FromResult(one.Others is [{ Address: "http://localhost:9999" }]), "the address is known");
        Assert.Equal(two.Self, one.Others[0].Id);

        await two.DisposeAsync();
        await Waiting.UntilAsync(() => Task.FromResult(one.Others is []), "the other is gone");
        Assert.True(one.AreSeveral);
    }

    [Fact]
    public async Task Nobody_serves_before_those_who_were_alone_are_prepared()
    {
        var (one, _) = Node();
        var prepared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        one.PrepareForSeveral(_ =>
        {
            asked.TrySetResult();
            return prepared.Task;
        });
        await one.JoinAsync(Cancel);
        var (two, _) = Node();

        var joining = two.JoinAsync(Cancel);
        await Waiting.ForAsync(asked.Task, "the one who was alone to be asked");
        Assert.False(joining.IsCompleted);
        prepared.SetResult();

        await Waiting.ForAsync(joining, "the other to join");
    }

    [Fact]
    public async Task Nodes_that_come_at_once_do_not_wait_for_each_other_for_ever()
    {
        var nodes = Enumerable.Range(0, 4).Select(_ => Node().Registry).ToList();

        await Waiting.ForAsync(Task.WhenAll(nodes.Select(node => node.JoinAsync(Cancel))), "all to join");

        await Waiting.UntilAsync(() => Task.FromResult(nodes.TrueForAll(node => node.Others.Count == 3)), "everybody knows everybody");
    }

    [Fact]
    public async Task Who_lives_and_is_not_heard_is_told_of_each_second_and_once_more_when_it_is_gone()
    {
        var (one, bus) = Node();
        var misses = new ConcurrentQueue<NodeMiss>();
        bus.Missed += misses.Enqueue;
        await one.JoinAsync(Cancel);
        var stranger = Guid.NewGuid();
        await ExecuteAsync("insert into hosting.nodes (id, place, version, ready_for) values (@stranger, 'elsewhere', '1', 1000)", new { stranger });

        await Waiting.UntilAsync(() => Task.FromResult(misses.Count(miss => miss == new NodeMiss(stranger, MissReason.Blind)) >= 2), "the stranger is told of twice");
        await ExecuteAsync("update hosting.nodes set seen_at = seen_at - interval '1 minute' where id = @stranger", new { stranger });

        await Waiting.UntilAsync(() => Task.FromResult(misses.Last() == new NodeMiss(stranger, MissReason.Left)), "the stranger is gone");
    }

    [Fact]
    public async Task A_start_in_the_place_of_a_dead_node_waits_for_nobody()
    {
        var (one, _) = Node();
        await ExecuteAsync("insert into hosting.nodes (id, place, version) values (@id, @place, '1')",
            new { id = Guid.NewGuid(), place = $"{Environment.MachineName}:{all[0].Data.Path}" });

        await Waiting.ForAsync(one.JoinAsync(Cancel), "the start");

        Assert.False(one.AreSeveral);
    }

    private (NodeRegistry Registry, InProcessNodeBus Bus) Node()
    {
        // Each on an exchange of its own: what they know of each other is in the database.
        var bus = new InProcessNodeBus(new InProcessExchange(), NullLogger<InProcessNodeBus>.Instance);
        var data = DataDirectory.Open($"/tmp/stoa-node-{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..8]}");
        var registry = new NodeRegistry(Database.DataSource, bus, data, Options.Create(new NodeOptions()), NullLogger<NodeRegistry>.Instance);
        all.Add((registry, bus, data));
        return (registry, bus);
    }

    private async Task ExecuteAsync(string sql, object parameters)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(Cancel);
        await connection.ExecuteAsync(sql, parameters);
    }
}
