using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Stoa.Hosting.Postgres;
using Stoa.Server;

namespace Stoa.Testing;

/// <summary>The real server as a process of its own with its private, durable PostgreSQL, for tests that kill it.</summary>
/// <remarks>The data directory outlives <see cref="KillAsync"/> and <see cref="StopAsync"/>, so <see cref="StartAsync"/> again is a restart.</remarks>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly StringBuilder said = new();
    private Process? process;

    /// <param name="folder">The data directory; null: a new one below /tmp, deleted in the end.</param>
    public ServerProcess(string? folder = null)
    {
        Folder = folder ?? $"/tmp/stoa-process-{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..8]}";
        Directory.CreateDirectory(Folder, (UnixFileMode)0b111_101_101);
    }

    public string Folder { get; }

    /// <summary>Once started, <c>http://127.0.0.1:PORT</c>, a new port at each start.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public int Id => process?.Id ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>What all starts have written to standard output and error.</summary>
    public string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    /// <summary>The private PostgreSQL of the data directory, to look at and to kill.</summary>
    public PostgresCluster Postgres => new(PostgresBinaries.Find(null), Path.Combine(Folder, "postgres"), new Dictionary<string, string>(), throwaway: false, NullLogger.Instance);

    /// <summary>Returns when the server says that it is ready.</summary>
    /// <param name="arguments">After the usual ones, as <c>--Stoa:World=Town</c>.</param>
    /// <exception cref="InvalidOperationException">It ended instead; the message holds what it said.</exception>
    public async Task StartAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            typeof(ServerApplication).Assembly.Location, "--urls", "http://127.0.0.1:0", $"--Stoa:DataDirectory={Folder}", "--Stoa:Limits=false",
            $"--Stoa:ParentProcess={Environment.ProcessId}", .. arguments,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        var ready = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        process = started;
        started.OutputDataReceived += (_, line) => Hear(line.Data, ready);
        started.ErrorDataReceived += (_, line) => Hear(line.Data, ready);
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        var ended = started.WaitForExitAsync();
        if (await Task.WhenAny(ready.Task, ended, Task.Delay(patience)) != ready.Task)
        {
            throw new InvalidOperationException(ended.IsCompleted ? $"The server ended with {started.ExitCode}: {Said}" : $"The server was not ready within {patience.TotalSeconds:0} s: {Said}");
        }

        Address = await ready.Task;
    }

    /// <summary><c>kill -9</c>; PostgreSQL stays behind.</summary>
    public async Task KillAsync()
    {
        if (process is { } running)
        {
            _ = Kill(running.Id, 9);
            await running.WaitForExitAsync();
        }
    }

    /// <summary>SIGTERM, as Ctrl+C and service managers do it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (process is not { } running)
        {
            return 0;
        }

        _ = Kill(running.Id, 15);
        await Waiting.ForAsync(running.WaitForExitAsync(), "the server to stop");
        return running.ExitCode;
    }

    public HttpClient CreateClient() => new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process?.Dispose();
        var postgres = Postgres;
        postgres.StopAtOnce();
        await Waiting.UntilAsync(() => Task.FromResult(postgres.FindPostmaster() is null), "PostgreSQL has ended");
        Directory.Delete(Folder, recursive: true);
    }

    private void Hear(string? line, TaskCompletionSource<Uri> ready)
    {
        if (line is null)
        {
            return;
        }

        lock (said)
        {
            said.AppendLine(line);
        }

        if (Ready().Match(line) is { Success: true } match)
        {
            ready.TrySetResult(new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{match.Groups["port"].Value}")));
        }
    }

    [GeneratedRegex(@"Stoa is ready at http://localhost:(?<port>[0-9]+)")]
    private static partial Regex Ready();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
