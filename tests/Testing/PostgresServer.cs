using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Stoa.Hosting.Postgres;

namespace Stoa.Testing;

/// <summary>One PostgreSQL for all tests of a process, on a Unix socket in a folder that is thrown away with it. Not durable on purpose.</summary>
public static partial class PostgresServer
{
    private const string FolderPrefix = "/tmp/stoa-test-";
    private static readonly Lazy<Task<PostgresCluster>> server = new(StartAsync);

    /// <summary>Starts it at the first call; 0.8 s.</summary>
    public static Task<PostgresCluster> GetAsync() => server.Value;

    /// <summary>The connection string of a database of it, password included.</summary>
    public static async Task<string> ConnectionStringToAsync(string database)
    {
        var cluster = await GetAsync();
        return new NpgsqlConnectionStringBuilder(cluster.ConnectionStringTo(database)) { Password = cluster.ReadPassword() }.ConnectionString;
    }

    /// <summary>Runs a statement that stands outside a transaction, such as <c>create database</c>.</summary>
    public static async Task ExecuteAsync(string sql)
    {
        var target = new NpgsqlConnectionStringBuilder(await ConnectionStringToAsync("postgres")) { Pooling = false };
        await using var connection = new NpgsqlConnection(target.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<PostgresCluster> StartAsync()
    {
        SweepUpAfterKilledRuns();
        var folder = $"{FolderPrefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..6]}";
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var cluster = new PostgresCluster(PostgresBinaries.Find(null), Path.Combine(folder, "p"), new Dictionary<string, string>
        {
            ["fsync"] = "off",
            ["synchronous_commit"] = "off",
            ["full_page_writes"] = "off",
            ["shared_buffers"] = "48MB",
            ["max_connections"] = "400",
            ["autovacuum"] = "off",
        }, throwaway: true, NullLogger.Instance);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => ThrowAway(cluster, folder);
        await cluster.StartAsync(CancellationToken.None);
        return cluster;
    }

    private static void ThrowAway(PostgresCluster cluster, string folder)
    {
        var postmaster = cluster.FindPostmaster();
        cluster.StopAtOnce();
        var patience = Stopwatch.StartNew();
        while (postmaster is not null && cluster.FindPostmaster() is not null && patience.Elapsed < TimeSpan.FromSeconds(5))
        {
            Thread.Sleep(10);
        }

        // Not by this process: on a busy disk hundreds of megabytes take longer than the test runner lets a process end, and it then
        // counts the run as failed. What is not deleted the next run sweeps up.
        using var _ = Process.Start(new ProcessStartInfo("rm") { ArgumentList = { "-rf", "--", folder }, WorkingDirectory = "/" });
    }

    /// <summary>A test process that was killed leaves its server behind; its folder's name tells whose it was.</summary>
    private static void SweepUpAfterKilledRuns()
    {
        foreach (var folder in Directory.EnumerateDirectories("/tmp", "stoa-test-*"))
        {
            var owner = Path.GetFileName(folder)["stoa-test-".Length..].Split('-')[0];
            if (!int.TryParse(owner, CultureInfo.InvariantCulture, out var process) || Directory.Exists($"/proc/{process}"))
            {
                continue;
            }

            var pidFile = Path.Combine(folder, "p", "pg", "postmaster.pid");
            try
            {
                if (File.Exists(pidFile) && int.TryParse(File.ReadLines(pidFile).First(), CultureInfo.InvariantCulture, out var postmaster)
                    && new FileInfo($"/proc/{postmaster}/cwd").LinkTarget == Path.Combine(folder, "p", "pg"))
                {
                    _ = Kill(postmaster, 3);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Gone in the meantime, or another user's.
            }

            DeleteQuietly(folder);
        }
    }

    private static void DeleteQuietly(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Still written to, or another user's; the next run sweeps.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
