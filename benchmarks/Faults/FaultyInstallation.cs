using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Stoa.Hosting.Postgres;
using Stoa.Testing;

namespace Stoa.Bench.Faults;

/// <summary>One node as <c>./run</c> starts it, with its private PostgreSQL; or two on that database, with a RabbitMQ between them. Each part can be killed.</summary>
internal sealed class FaultyInstallation : IAsyncDisposable
{
    private readonly PostgresCluster cluster;
    private readonly RabbitServer? broker;
    private readonly List<FaultyServer> nodes = [];

    private FaultyInstallation(Workshop workshop, string data, RabbitServer? broker)
    {
        cluster = new(PostgresBinaries.Find(workshop.PostgresBinaries), Path.Combine(data, "postgres"), new Dictionary<string, string>(), throwaway: false, NullLogger.Instance);
        this.broker = broker;
    }

    public IReadOnlyList<IPEndPoint> EndPoints => [.. nodes.Select(node => node.EndPoint)];

    public string Database => new NpgsqlConnectionStringBuilder(cluster.ConnectionStringTo(StoaDatabase.Name)) { Password = cluster.ReadPassword(), Pooling = false }.ConnectionString;

    public static async Task<FaultyInstallation> StartAsync(Workshop workshop, int nodes, CancellationToken cancellationToken)
    {
        var data = Path.Combine(workshop.Folder, $"faults-{nodes}");
        var installation = new FaultyInstallation(workshop, data, nodes > 1 ? new RabbitServer() : null);
        try
        {
            await installation.StartAsync(workshop, data, nodes, cancellationToken);
            return installation;
        }
        catch
        {
            await installation.DisposeAsync();
            throw;
        }
    }

    /// <summary><c>kill -9</c> of a node, and a new process on the same data; the first one finds PostgreSQL running.</summary>
    /// <returns>Done when it is killed; what it holds is done when it is back.</returns>
    public async Task<Task> RestartNodeAsync(int node, CancellationToken cancellationToken)
    {
        await nodes[node].KillAsync(cancellationToken);
        return nodes[node].StartAgainAsync(cancellationToken);
    }

    /// <summary><c>kill -9</c> of the postmaster; the first node starts it again.</summary>
    /// <inheritdoc cref="RestartNodeAsync" path="/returns"/>
    public Task<Task> KillPostgresAsync()
    {
        using var postmaster = Process.GetProcessById(cluster.FindPostmaster() ?? throw new InvalidOperationException("There is no PostgreSQL to kill."));
        postmaster.Kill();
        return Task.FromResult(Task.CompletedTask);
    }

    /// <summary><c>kill -9</c> of the broker, which comes back with nothing.</summary>
    /// <inheritdoc cref="RestartNodeAsync" path="/returns"/>
    public async Task<Task> RestartBrokerAsync()
    {
        var server = broker ?? throw new InvalidOperationException("One node has no broker.");
        await server.KillAsync();
        return server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // The first one last: PostgreSQL ends with it.
        foreach (var node in Enumerable.Reverse(nodes))
        {
            await node.DisposeAsync();
        }

        if (broker is not null)
        {
            await broker.DisposeAsync();
        }
    }

    private async Task StartAsync(Workshop workshop, string data, int count, CancellationToken cancellationToken)
    {
        string[] between = [];
        if (broker is not null)
        {
            await broker.StartAsync();
            between = [$"--Broker:Uri={broker.Address}"];
        }

        string[] own = [$"--Stoa:DataDirectory={data}", .. workshop.PostgresBinaries is { } binaries ? [$"--Stoa:PostgresBinaries={binaries}"] : Array.Empty<string>()];
        nodes.Add(await FaultyServer.StartAsync(workshop, cancellationToken, [.. own, .. between]));
        for (var i = 1; i < count; i++)
        {
            nodes.Add(await FaultyServer.StartAsync(workshop, cancellationToken,
                [$"--Stoa:DataDirectory={data}-{i}", $"--ConnectionStrings:Stoa={cluster.ConnectionStringTo(StoaDatabase.Name)};Password={cluster.ReadPassword()}", .. between]));
        }
    }
}
