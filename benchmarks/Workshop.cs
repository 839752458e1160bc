using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Stoa.Hosting.Postgres;

namespace Stoa.Bench;

/// <summary>A throw-away folder with a durable PostgreSQL in it, and the programs under measurement as processes of their own.</summary>
internal sealed class Workshop : IAsyncDisposable
{
    public const string ServerAssembly = "src/Server/bin/Release/net10.0/Stoa.Server.dll";
    private const string BenchAssembly = "benchmarks/bin/Release/net10.0/Stoa.Bench.dll";
    private const string Debian = "/usr/lib/postgresql/15/bin";
    /// <summary>A loopback address of the bench's own: a peer that knows no Unix sockets reaches the database there, at its usual port.</summary>
    public const string PeerAddress = "127.0.0.7";

    private static readonly TimeSpan readyWithin = TimeSpan.FromSeconds(60);

    private readonly PostgresCluster cluster;
    private readonly List<Process> children = [];

    private Workshop(string folder, PostgresCluster cluster, string? binaries, string description) =>
        (Folder, this.cluster, PostgresBinaries, Description) = (folder, cluster, binaries, description);

    public string Folder { get; }

    public string Description { get; }

    /// <summary>Folder of the PostgreSQL in use; null for the pinned build.</summary>
    public string? PostgresBinaries { get; }

    /// <summary>The folder of the checkout this program was built in.</summary>
    public static string Root { get; } = FindRoot();

    public static async Task<Workshop> OpenAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var folder = $"/tmp/stoa-bench-{Environment.ProcessId}";
        Directory.CreateDirectory(folder, (UnixFileMode)0b111_101_101);
        var binaries = options.PostgresBinaries ?? (Directory.Exists(Debian) ? Debian : null);
        // fsync, synchronous_commit and full_page_writes stay on: a figure that is not durable is no figure.
        var settings = new Dictionary<string, string>();
        if (options.Peer)
        {
            settings["listen_addresses"] = PeerAddress;
        }

        var cluster = new PostgresCluster(Hosting.Postgres.PostgresBinaries.Find(binaries), Path.Combine(folder, "p"), settings, throwaway: false, NullLogger.Instance);
        await cluster.StartAsync(cancellationToken);
        await using var connection = new NpgsqlConnection(ConnectionStringTo(cluster, "postgres"));
        await connection.OpenAsync(cancellationToken);
        await using var version = new NpgsqlCommand("select current_setting('server_version') || ', fsync ' || current_setting('fsync')", connection);
        var server = await version.ExecuteScalarAsync(cancellationToken);
        return new(folder, cluster, binaries, string.Create(CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores shared by generator, server and PostgreSQL {server} ({binaries ?? "pinned build"}); .NET {Environment.Version}"));
    }

    /// <summary>Makes a database of its own for a measurement.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await cluster.EnsureDatabaseAsync(name, cancellationToken);
        return ConnectionStringTo(cluster, name);
    }

    /// <summary>Starts the server on a database of its own, as a load tool would: without limits.</summary>
    /// <param name="settings">More arguments, as <c>--Live:ConnectionsMax=30000</c>.</param>
    public async Task<ServerUnderMeasure> StartServerAsync(string name, CancellationToken cancellationToken, params string[] settings)
    {
        var database = await CreateDatabaseAsync(name, cancellationToken);
        var port = FreePort();
        var process = Start(ServerAssembly, ["--urls", $"http://127.0.0.1:{port}", "--Stoa:Limits=false", $"--Stoa:DataDirectory={Folder}/{name}", .. settings],
            new Dictionary<string, string>
            {
                ["DOTNET_ENVIRONMENT"] = "Development",
                ["Logging__LogLevel__Default"] = "Warning",
                ["ConnectionStrings__Stoa"] = database,
            });
        await WaitUntilReadyAsync(new Uri($"http://127.0.0.1:{port}/health/ready"), Stopwatch.StartNew(), process, cancellationToken);
        return new(process, port, database);
    }

    /// <summary>Starts this program again as one of the bare things that others are measured against.</summary>
    /// <param name="mode">The word by which Program.cs knows it; the port follows.</param>
    public async Task<ServerUnderMeasure> StartCeilingAsync(string mode, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var process = Start(BenchAssembly, [mode, port.ToString(CultureInfo.InvariantCulture)], new Dictionary<string, string>());
        await WaitUntilReadyAsync(new Uri($"http://127.0.0.1:{port}/"), Stopwatch.StartNew(), process, cancellationToken);
        return new(process, port, "");
    }

    /// <summary>Starts a built program of the checkout with its standard output and error in a file; ended with the workshop.</summary>
    public Process Start(string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Root, assembly), .. arguments]) { WorkingDirectory = Folder };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Start(start);
    }

    /// <summary>The same for any program.</summary>
    public Process Start(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        var name = string.Join(' ', start.ArgumentList.Prepend(start.FileName).Take(2));
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start.");
        var said = new StringWriter();
        process.OutputDataReceived += (_, line) => Keep(said, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(said, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) =>
        {
            // Asked to end, or killed on purpose.
            if (process.ExitCode is not 0 and not 143 and not 137)
            {
                lock (said)
                {
                    Console.Error.WriteLine($"{name} ended with {process.ExitCode}:\n{said}");
                }
            }
        };
        children.Add(process);
        return process;
    }

    /// <summary>Asks until the address answers 200, and says how long it took since <paramref name="since"/>.</summary>
    public static async Task<TimeSpan> WaitUntilReadyAsync(Uri address, Stopwatch since, Process process, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        while (since.Elapsed < readyWithin && !process.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync(address, cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return since.Elapsed;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20, cancellationToken);
        }

        throw new InvalidOperationException($"{address} did not answer 200 within {readyWithin.TotalSeconds:0} s.");
    }

    /// <summary>A port that is free now. Only a bench may do so: somebody else could take it in the next moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in children.Where(c => !c.HasExited))
        {
            child.StandardInput.Close();
            using var _ = Process.Start("kill", ["-TERM", child.Id.ToString(CultureInfo.InvariantCulture)]);
        }

        foreach (var child in children)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await child.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                child.Kill(entireProcessTree: true);
            }

            child.Dispose();
        }

        await cluster.StopAsync(CancellationToken.None);
        Directory.Delete(Folder, recursive: true);
    }

    private static string ConnectionStringTo(PostgresCluster cluster, string database) =>
        new NpgsqlConnectionStringBuilder(cluster.ConnectionStringTo(database)) { Password = cluster.ReadPassword() }.ConnectionString;

    private static void Keep(StringWriter said, string? line)
    {
        lock (said)
        {
            if (said.GetStringBuilder().Length < 20_000)
            {
                said.WriteLine(line);
            }
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Stoa.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("./bench runs in a checkout: no Stoa.slnx was found above the program.");
    }
}
