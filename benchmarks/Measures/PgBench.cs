using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Stoa.Bench.Measures;

/// <summary>PostgreSQL's own benchmark, TPC-B-like: one transaction that moves an amount, the way most ledgers are written.</summary>
internal static partial class PgBench
{
    private const int Scale = 10;

    /// <summary>The best of several numbers of clients; null where the PostgreSQL in use comes without pgbench.</summary>
    public static async Task<(double PerSecond, string Note)?> MeasureAsync(Bench bench, int seconds, CancellationToken cancellationToken)
    {
        var program = Path.Combine(bench.Workshop.PostgresBinaries ?? "", "pgbench");
        if (!File.Exists(program))
        {
            return null;
        }

        var target = new NpgsqlConnectionStringBuilder(await bench.Workshop.CreateDatabaseAsync("pgbench", cancellationToken));
        await RunAsync(program, target, ["-i", "-q", "-s", Text(Scale)], cancellationToken);
        var best = (PerSecond: 0.0, Clients: 0);
        foreach (var clients in (int[])[8, 16, 32, 64])
        {
            var said = await RunAsync(program, target, ["-c", Text(clients), "-j", "2", "-M", "prepared", "-T", Text(Math.Max(3, seconds / 2))], cancellationToken);
            var perSecond = double.Parse(PerSecond().Match(said).Groups["tps"].ValueSpan, CultureInfo.InvariantCulture);
            best = perSecond > best.PerSecond ? (perSecond, clients) : best;
        }

        return (best.PerSecond, $"TPC-B-like, scale {Scale}, best of 8 to 64 clients, at {best.Clients}");
    }

    private static async Task<string> RunAsync(string program, NpgsqlConnectionStringBuilder target, string[] words, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, ["-h", target.Host ?? "", "-p", Text(target.Port), "-U", target.Username ?? "", .. words, target.Database ?? ""])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PGPASSWORD"] = target.Password;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("pgbench did not start.");
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"pgbench ended with {process.ExitCode}: {await error}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"tps = (?<tps>[0-9.]+)")]
    private static partial Regex PerSecond();
}
