using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Stoa.Bench.Measures;

/// <summary>How long <c>./run</c> takes to say that it is ready, and what the server then keeps in memory. What is built is not built again.</summary>
internal static partial class StartMeasure
{
    private static readonly TimeSpan settlesWithin = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var folder = bench.Workshop.Folder;
        // A start that may have to build is not measured.
        await StartAsync(Path.Combine(folder, "build"), null, cancellationToken);
        var data = Path.Combine(folder, "start");
        var first = await StartAsync(data, null, cancellationToken);
        var memory = 0L;
        var again = await StartAsync(data, server => memory = server, cancellationToken);
        bench.Report.Add(new("ready on a new data directory, demo world", first.TotalSeconds, "s") { AtMost = 10 });
        bench.Report.Add(new("ready on an existing data directory", again.TotalSeconds, "s") { AtMost = 5 });
        bench.Report.Add(new("server, demo world idle, resident", memory / 1048576.0, "MB") { AtMost = 200 });
    }

    private static async Task<TimeSpan> StartAsync(string data, Action<long>? keepMemory, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var run = Process.Start(new ProcessStartInfo(Path.Combine(Workshop.Root, "run"), ["--data", data, "--urls", $"http://127.0.0.1:{Workshop.FreePort()}"])
        {
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("./run did not start.");
        try
        {
            while (await run.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.Contains("Stoa is ready at", StringComparison.Ordinal))
                {
                    var took = clock.Elapsed;
                    if (keepMemory is not null)
                    {
                        await Task.Delay(settlesWithin, cancellationToken);
                        keepMemory(ReadServerMemory(data));
                    }

                    return took;
                }
            }

            throw new InvalidOperationException("./run ended without saying that Stoa is ready.");
        }
        finally
        {
            using (Process.Start("kill", ["-TERM", run.Id.ToString(CultureInfo.InvariantCulture)]))
            {
            }

            await run.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>The server is the process with our data directory among its words and Stoa.Server.dll before it.</summary>
    private static long ReadServerMemory(string data)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                var words = File.ReadAllText(Path.Combine(folder, "cmdline"));
                if (words.Contains("Stoa.Server.dll", StringComparison.Ordinal) && words.Contains(data, StringComparison.Ordinal))
                {
                    return long.Parse(Resident().Match(File.ReadAllText(Path.Combine(folder, "status"))).Groups["kb"].ValueSpan, CultureInfo.InvariantCulture) * 1024;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Not a process, or gone.
            }
        }

        throw new InvalidOperationException($"No server was found that works in {data}.");
    }

    [GeneratedRegex(@"^VmRSS:\s+(?<kb>[0-9]+) kB", RegexOptions.Multiline)]
    private static partial Regex Resident();
}
