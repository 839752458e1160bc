using System.Diagnostics;
using System.Globalization;
using System.Text;
using Stoa.Hosting;
using Stoa.Testing;

namespace Stoa.Browser.Tests;

/// <summary>The server with the demo world, and the town's program beside it, as <c>./run</c> starts them.</summary>
internal sealed class Town : IAsyncDisposable
{
    private static readonly TimeSpan readyWithin = TimeSpan.FromSeconds(60);
    private readonly Process program;
    private readonly string folder;

    private Town(StoaServer server, Process program, string folder) => (Server, this.program, this.folder) = (server, program, folder);

    public StoaServer Server { get; }

    /// <summary>Under the name that secure cookies need.</summary>
    public string Url => $"http://localhost:{Server.Address.Port}";

    public static async Task<Town> StartAsync()
    {
        var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var folder = Directory.CreateTempSubdirectory("stoa-town-").FullName;
        var start = new ProcessStartInfo("dotnet",
        [
            FindProgram(), "--server", $"http://localhost:{server.Address.Port}", "--admin", DataDirectory.AdminSocketOf(server.Folder), "--data", folder,
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The town did not start.");
        var said = new StringBuilder();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"The town ended before it was ready:\n{said}"));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await ready.Task.WaitAsync(readyWithin);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The town did not say 'town is ready' within {readyWithin.TotalSeconds:0} s. It said:\n{said}");
        }

        return new(server, process, folder);

        void Hear(string? line)
        {
            lock (said)
            {
                said.AppendLine(line);
            }

            if (line?.Contains("town is ready", StringComparison.Ordinal) is true)
            {
                ready.TrySetResult();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        using (Process.Start("kill", ["-TERM", program.Id.ToString(CultureInfo.InvariantCulture)]))
        {
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await program.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            program.Kill(entireProcessTree: true);
        }

        program.Dispose();
        await Server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static string FindProgram()
    {
        // …/tests/Browser.Tests/bin/<configuration>/net10.0/ → …/town/bin/<configuration>/net10.0/
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = here.Parent?.Name ?? "Debug";
        while (here is not null && !File.Exists(Path.Combine(here.FullName, "Stoa.slnx")))
        {
            here = here.Parent;
        }

        return Path.Combine(here?.FullName ?? "/", "town", "bin", configuration, "net10.0", "Stoa.Town.dll");
    }
}
