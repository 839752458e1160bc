using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Stoa.Hosting.Postgres;

namespace Stoa.Bench.Faults;

/// <summary>A server with its private PostgreSQL, as <c>./run</c> starts it, at a port that stays the same over its deaths.</summary>
internal sealed class FaultyServer : IAsyncDisposable
{
    private readonly Workshop workshop;
    private readonly string data;
    private readonly int port;
    private readonly PostgresCluster cluster;
    private Process process;

    private FaultyServer(Workshop workshop, string data, int port)
    {
        (this.workshop, this.data, this.port) = (workshop, data, port);
        cluster = new(PostgresBinaries.Find(workshop.PostgresBinaries), Path.Combine(data, "postgres"), new Dictionary<string, string>(), throwaway: false, NullLogger.Instance);
        process = StartProcess();
    }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, port);

    public string Database => new NpgsqlConnectionStringBuilder(cluster.ConnectionStringTo(StoaDatabase.Name)) { Password = cluster.ReadPassword(), Pooling = false }.ConnectionString;

    public static async Task<FaultyServer> StartAsync(Workshop workshop, CancellationToken cancellationToken)
    {
        var server = new FaultyServer(workshop, Path.Combine(workshop.Folder, "faults"), Workshop.FreePort());
        await server.WaitAsync(cancellationToken);
        return server;
    }

    /// <summary><c>kill -9</c> of the server's process, and a new one on the same data, which finds PostgreSQL running.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
        process = StartProcess();
        await WaitAsync(cancellationToken);
    }

    /// <summary><c>kill -9</c> of the postmaster; the server starts it again.</summary>
    public Task KillPostgresAsync()
    {
        using var postmaster = Process.GetProcessById(cluster.FindPostmaster() ?? throw new InvalidOperationException("There is no PostgreSQL to kill."));
        postmaster.Kill();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => new ServerUnderMeasure(process, port, "").DisposeAsync();

    private Process StartProcess() => workshop.Start(Workshop.ServerAssembly,
        [
            "--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), "--Stoa:Limits=false", $"--Stoa:DataDirectory={data}",
            .. workshop.PostgresBinaries is { } binaries ? [$"--Stoa:PostgresBinaries={binaries}"] : Array.Empty<string>(),
        ],
        new Dictionary<string, string> { ["DOTNET_ENVIRONMENT"] = "Development", ["Logging__LogLevel__Default"] = "Critical" });

    private Task<TimeSpan> WaitAsync(CancellationToken cancellationToken) =>
        Workshop.WaitUntilReadyAsync(new Uri($"http://127.0.0.1:{port}/health/ready"), Stopwatch.StartNew(), process, cancellationToken);
}
