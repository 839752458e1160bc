using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Npgsql;
using Stoa.Hosting;
using Stoa.Hosting.Nodes;
using Stoa.Hosting.Outbox;
using Stoa.Hosting.Postgres;
using Stoa.Payments;
using Stoa.Payments.Processors;
using Stoa.Payments.Sandbox;
using Stoa.Threads;
using Stoa.Wallet;

namespace Stoa.Bench.MoneyFaults;

/// <summary>What all nodes of a run share: everything that is outside of a process.</summary>
internal sealed record Surroundings(Backends Backends, ConcurrentStack<FaultyWire> Wires, NpgsqlConnectionStringBuilder Database, NpgsqlDataSource Direct, DataDirectory Data, TimeProvider Time, FarAway Far);

/// <summary>A process of the server in all but name: the modules' own services behind one wire to the database. Its timers do not run; the simulator begins what they would begin.</summary>
internal sealed class Node : IAsyncDisposable
{
    private static readonly Lazy<ServiceCollection> modules = new(AddModules);
    private readonly FaultyWire wire;
    private readonly ConcurrentStack<FaultyWire> wires;
    private readonly ConcurrentDictionary<Type, object> got = new();
    private readonly ServiceProvider services;

    public Node(string name, Surroundings around)
    {
        Name = name;
        wire = around.Wires.TryPop(out var used) ? used.Revive() : new(around.Backends);
        wires = around.Wires;
        var added = new ServiceCollection();
        foreach (var service in modules.Value)
        {
            ((ICollection<ServiceDescriptor>)added).Add(service);
        }

        var target = new NpgsqlConnectionStringBuilder(around.Database.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = wire.Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
            // Prepared statements are of no use in so short a life.
            MaxAutoPrepare = 0,
        };
        // All types in use are built in; looking up the others costs as much as all the rest.
        added.AddSingleton(_ => StoaDatabase.CreateBuilder(target.ConnectionString).ConfigureTypeLoading(types => types.EnableTypeLoading(false)).Build());
        added.AddSingleton(around.Time);
        added.AddSingleton(around.Data);
        added.RemoveAll<IProcessor>().RemoveAll<SandboxProcessor>().RemoveAll<IConfirmPurchase>();
        added.AddSingleton(around.Far.Sandbox);
        added.AddSingleton<IProcessor>(new FaultyProcessor(around.Far));
        added.AddSingleton<IConfirmPurchase>(new FaultyMerchant(around.Far));
        services = added.BuildServiceProvider();
        // Here, outside of any flow: a lane belongs to the node and not to who came first.
        _ = (Get<ILedger>(), Get<IThreadLog>());
        Pump = ActivatorUtilities.CreateInstance<OutboxPump>(services);
        Consumers = [.. services.GetServices<IOutboxConsumer>().Where(consumer => consumer.Topic.StartsWith("payments.", StringComparison.Ordinal))
            // In the order in which one leads to the other: what is told in a thread is then told to the bot.
            .OrderByDescending(consumer => consumer.Topic.EndsWith("-event", StringComparison.Ordinal))];
    }

    public string Name { get; }

    public OutboxPump Pump { get; }

    /// <summary>Of the news of money.</summary>
    public IReadOnlyList<IOutboxConsumer> Consumers { get; }

    public bool IsDead { get; private set; }

    /// <summary>Does nothing for a while, as a process does that the machine has forgotten.</summary>
    public bool IsFrozen { get; set; }

    /// <remarks>Asked of the container once: what it is asked twice it compiles, for each node anew.</remarks>
    public T Get<T>() where T : notnull => (T)got.GetOrAdd(typeof(T), services.GetRequiredService);

    public void Cut(Cut cut) => wire.Arm(cut);

    public void Die()
    {
        IsDead = true;
        wire.Sever();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        wire.Sever();
        wires.Push(wire);
    }

    private static ServiceCollection AddModules()
    {
        var services = new ServiceCollection();
        // Longer than a run takes: leases end when the simulator says so.
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Payments:LeaseLasts", "00:05:00")]).Build();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = Environments.Development });
        services.AddOptions<StoaOptions>();
        services.AddStoaNodes(configuration);
        services.AddSingleton<OutboxWriter>();
        foreach (var module in Server.Modules.All)
        {
            module.AddServices(services, configuration);
        }

        services.RemoveAll<TimeProvider>();
        return services;
    }
}
