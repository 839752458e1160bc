using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Stoa.Bench.Faults;

/// <summary>A node that is killed and started again, at a port that stays the same over its deaths.</summary>
internal sealed class FaultyServer : IAsyncDisposable
{
    private readonly Workshop workshop;
    private readonly int port = Workshop.FreePort();
    private readonly string[] settings;
    private Process process;

    private FaultyServer(Workshop workshop, string[] settings)
    {
        (this.workshop, this.settings) = (workshop, settings);
        process = StartProcess();
    }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, port);

    /// <param name="settings">More arguments, as <c>--Broker:Uri=…</c>.</param>
    public static async Task<FaultyServer> StartAsync(Workshop workshop, CancellationToken cancellationToken, params string[] settings)
    {
        var server = new FaultyServer(workshop, settings);
        await server.WaitAsync(cancellationToken);
        return server;
    }

    /// <summary><c>kill -9</c> of the process.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>A new process on the same data; returns once it is ready.</summary>
    public Task StartAgainAsync(CancellationToken cancellationToken)
    {
        process = StartProcess();
        return WaitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => new ServerUnderMeasure(process, port, "").DisposeAsync();

    private Process StartProcess() => workshop.Start(Workshop.ServerAssembly,
        ["--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), "--Stoa:Limits=false", .. settings],
        new Dictionary<string, string> { ["DOTNET_ENVIRONMENT"] = "Development", ["Logging__LogLevel__Default"] = "Critical" });

    private Task<TimeSpan> WaitAsync(CancellationToken cancellationToken) =>
        Workshop.WaitUntilReadyAsync(new Uri($"http://127.0.0.1:{port}/health/ready"), Stopwatch.StartNew(), process, cancellationToken);
}
