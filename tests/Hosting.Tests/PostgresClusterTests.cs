using System.Diagnostics;
using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Stoa.Hosting.Postgres;
using Xunit;

namespace Stoa.Hosting.Tests;

/// <summary>The private PostgreSQL through everything that happens to one on a real machine.</summary>
public sealed class PostgresClusterTests : IAsyncDisposable
{
    private const UnixFileMode Passable = (UnixFileMode)0b111_101_101;

    private readonly string folder = $"/tmp/stoa-cluster-{Guid.NewGuid().ToString("n")[..8]}";
    private readonly List<PostgresCluster> clusters = [];

    public PostgresClusterTests() => Directory.CreateDirectory(folder, Passable);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in clusters)
        {
            await cluster.StopAsync(CancellationToken.None);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_was_stored_is_there_after_a_stop_and_a_start()
    {
        var cluster = await StartAsync();
        await ExecuteAsync(cluster, "create table kept as select 42 as answer");
        await cluster.StopAsync(Cancel);
        Assert.Null(cluster.FindPostmaster());

        await cluster.StartAsync(Cancel);

        Assert.Equal(42, await ScalarAsync<int>(cluster, "select answer from kept"));
    }

    [Fact]
    public async Task It_is_durable_and_answers_on_no_network()
    {
        var cluster = await StartAsync();

        Assert.Equal("on", await ScalarAsync<string>(cluster, "show fsync"));
        Assert.Equal("on", await ScalarAsync<string>(cluster, "show synchronous_commit"));
        Assert.Equal("on", await ScalarAsync<string>(cluster, "show full_page_writes"));
        Assert.Equal("", await ScalarAsync<string>(cluster, "show listen_addresses"));
    }

    [Fact]
    public async Task Without_the_password_nobody_gets_in()
    {
        var cluster = await StartAsync();
        var wrong = new NpgsqlConnectionStringBuilder(cluster.ConnectionStringTo("postgres")) { Password = "guess", Pooling = false };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);

        Assert.Equal(PostgresErrorCodes.InvalidPassword, (await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Cancel))).SqlState);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(cluster.Folder, "password")));
    }

    [Fact]
    public async Task A_postmaster_that_survived_is_adopted()
    {
        var before = await StartAsync();
        var process = before.FindPostmaster();

        var after = Make();
        await after.StartAsync(Cancel);

        Assert.NotNull(process);
        Assert.Equal(process, after.FindPostmaster());
        await after.StopAsync(Cancel);
        Assert.Null(before.FindPostmaster());
    }

    [Fact]
    public async Task A_postmaster_that_was_killed_is_started_again_and_has_lost_nothing()
    {
        var cluster = await StartAsync();
        await ExecuteAsync(cluster, "create table kept as select 42 as answer");
        Kill(cluster.FindPostmaster());

        await cluster.StartAsync(Cancel);

        Assert.Equal(42, await ScalarAsync<int>(cluster, "select answer from kept"));
    }

    [Fact]
    public async Task Lock_files_that_name_a_stranger_s_process_do_not_stop_the_start()
    {
        var cluster = await StartAsync();
        var pidFile = Path.Combine(cluster.Folder, "pg", "postmaster.pid");
        var socketLock = Path.Combine(cluster.SocketFolder, ".s.PGSQL.5432.lock");
        var (pid, socket) = (await File.ReadAllLinesAsync(pidFile, Cancel), await File.ReadAllLinesAsync(socketLock, Cancel));
        await cluster.StopAsync(Cancel);
        // As after a power cut: the numbers belong to somebody else by now, here to this test.
        pid[0] = socket[0] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(pidFile, pid, Cancel);
        await File.WriteAllLinesAsync(socketLock, socket, Cancel);
        Assert.Null(cluster.FindPostmaster());

        await cluster.StartAsync(Cancel);

        Assert.NotEqual(Environment.ProcessId, cluster.FindPostmaster());
        Assert.Equal(1, await ScalarAsync<int>(cluster, "select 1"));
    }

    [Fact]
    public async Task A_cluster_that_was_only_half_made_is_made_anew()
    {
        var cluster = Make();
        Directory.CreateDirectory(Path.Combine(cluster.Folder, "pg.new", "base"));

        await cluster.StartAsync(Cancel);

        Assert.Equal(1, await ScalarAsync<int>(cluster, "select 1"));
        Assert.False(Directory.Exists(Path.Combine(cluster.Folder, "pg.new")));
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_is_no_trouble()
    {
        var deep = Path.Combine(folder, new string('d', 60), new string('e', 60));
        Directory.CreateDirectory(Path.Combine(folder, new string('d', 60)), Passable);
        var cluster = Make(deep);

        await cluster.StartAsync(Cancel);

        Assert.StartsWith("/tmp/", cluster.SocketFolder, StringComparison.Ordinal);
        Assert.Equal(1, await ScalarAsync<int>(cluster, "select 1"));
        await cluster.StopAsync(Cancel);
        Directory.Delete(cluster.SocketFolder, recursive: true);
    }

    [Fact]
    public async Task A_path_with_blanks_and_a_quote_is_no_trouble()
    {
        var cluster = Make(Path.Combine(folder, "it's my data"));

        await cluster.StartAsync(Cancel);

        Assert.Equal(1, await ScalarAsync<int>(cluster, "select 1"));
    }

    [Fact]
    public async Task A_cluster_of_another_version_is_refused_with_both_versions()
    {
        var cluster = await StartAsync();
        await cluster.StopAsync(Cancel);
        await File.WriteAllTextAsync(Path.Combine(cluster.Folder, "pg", "PG_VERSION"), "12\n", Cancel);

        var refused = await Assert.ThrowsAsync<PostgresStartException>(() => cluster.StartAsync(Cancel));

        Assert.Contains("made by PostgreSQL 12", refused.Message, StringComparison.Ordinal);
        Assert.Contains("version 18", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_password_file_is_named()
    {
        var cluster = await StartAsync();
        await cluster.StopAsync(Cancel);
        File.Delete(Path.Combine(cluster.Folder, "password"));

        var refused = await Assert.ThrowsAsync<PostgresStartException>(() => cluster.StartAsync(Cancel));

        Assert.Contains(Path.Combine(cluster.Folder, "password"), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_no_cluster_is_refused()
    {
        var cluster = Make();
        Directory.CreateDirectory(Path.Combine(cluster.Folder, "pg"));

        var refused = await Assert.ThrowsAsync<PostgresStartException>(() => cluster.StartAsync(Cancel));

        Assert.Contains("no PostgreSQL cluster", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_of_another_owner_is_refused_with_both_names()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give files away.");
        var cluster = await StartAsync();
        await cluster.StopAsync(Cancel);
        Run("chown", "daemon", Path.Combine(cluster.Folder, "pg"));

        var refused = await Assert.ThrowsAsync<PostgresStartException>(() => cluster.StartAsync(Cancel));

        Assert.Contains("belongs to the user 'daemon'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parent_that_the_account_cannot_pass_is_named()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root lends PostgreSQL another account.");
        var wall = Path.Combine(folder, "private");
        Directory.CreateDirectory(wall, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var cluster = Make(Path.Combine(wall, "postgres"));

        var refused = await Assert.ThrowsAsync<PostgresStartException>(() => cluster.StartAsync(Cancel));

        Assert.Contains($"cannot pass through {wall}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_called_so()
    {
        var disk = Path.Combine(folder, "disk");
        Directory.CreateDirectory(disk, Passable);
        Assert.SkipUnless(Environment.IsPrivilegedProcess && Run("mount", "-t", "tmpfs", "-o", "size=16m,mode=755", "tmpfs", disk) == 0, "A small disk cannot be mounted here.");
        try
        {
            var refused = await Assert.ThrowsAsync<PostgresStartException>(() => Make(Path.Combine(disk, "postgres")).StartAsync(Cancel));

            Assert.Contains("is full", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            Run("umount", "-l", disk);
        }
    }

    [Fact]
    public async Task A_name_that_the_start_script_cannot_bear_is_refused()
    {
        var refused = await Assert.ThrowsAsync<PostgresStartException>(() => Make(Path.Combine(folder, "a$b")).StartAsync(Cancel));

        Assert.Contains("character", refused.Message, StringComparison.Ordinal);
    }

    private PostgresCluster Make(string? at = null)
    {
        var cluster = new PostgresCluster(PostgresBinaries.Find(null), at ?? Path.Combine(folder, "postgres"),
            new Dictionary<string, string> { ["shared_buffers"] = "16MB" }, throwaway: true, NullLogger.Instance);
        clusters.Add(cluster);
        return cluster;
    }

    private async Task<PostgresCluster> StartAsync()
    {
        var cluster = Make();
        await cluster.StartAsync(Cancel);
        return cluster;
    }

    private static async Task ExecuteAsync(PostgresCluster cluster, string sql)
    {
        await using var connection = await ConnectAsync(cluster);
        await connection.ExecuteAsync(sql);
    }

    private static async Task<T?> ScalarAsync<T>(PostgresCluster cluster, string sql)
    {
        await using var connection = await ConnectAsync(cluster);
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    private static async Task<NpgsqlConnection> ConnectAsync(PostgresCluster cluster)
    {
        var target = new NpgsqlConnectionStringBuilder(cluster.ConnectionStringTo("postgres")) { Password = cluster.ReadPassword(), Pooling = false };
        var connection = new NpgsqlConnection(target.ConnectionString);
        await connection.OpenAsync(Cancel);
        return connection;
    }

    private static void Kill(int? process)
    {
        Assert.NotNull(process);
        using var victim = Process.GetProcessById(process.Value);
        victim.Kill();
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true }) ?? throw new InvalidOperationException($"{program} did not start.");
        process.WaitForExit();
        return process.ExitCode;
    }
}
