using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Stoa.Hosting.Postgres;

/// <summary>
/// A private PostgreSQL in a folder of its own: made when missing, adopted when it already runs, reached through a Unix socket
/// with a generated password.
/// </summary>
/// <remarks>
/// The folder holds <c>pg</c> (the cluster), <c>password</c> (0600), <c>log</c>, and the socket where its path is short enough.
/// Whoever calls makes sure that no other server works on the same folder.
/// </remarks>
public sealed partial class PostgresCluster
{
    public const string UserName = "stoa";

    private const int SocketPathMax = 107; // sun_path of Linux, less its final zero.
    internal const string SocketName = ".s.PGSQL.5432";
    private static readonly TimeSpan startsWithin = TimeSpan.FromMinutes(5);
    internal static readonly TimeSpan ComesToLifeWithin = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(15);

    private readonly PostgresBinaries binaries;
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly bool throwaway;
    private readonly ILogger log;
    private readonly PostgresAccount account = PostgresAccount.Choose();

    /// <param name="folder">Made when missing. Its parents must be passable for the account that PostgreSQL runs as.</param>
    /// <param name="settings">By PostgreSQL's names; they win over ours.</param>
    /// <param name="throwaway">For tests: nothing is forced to disk while the cluster is made.</param>
    public PostgresCluster(PostgresBinaries binaries, string folder, IReadOnlyDictionary<string, string> settings, bool throwaway, ILogger log)
    {
        this.binaries = binaries;
        this.settings = settings;
        this.throwaway = throwaway;
        this.log = log;
        Folder = Path.GetFullPath(folder);
        SocketFolder = ChooseSocketFolder(Folder);
    }

    public string Folder { get; }

    /// <summary>What Npgsql takes for <c>Host</c>.</summary>
    public string SocketFolder { get; }

    public string LogFile => Path.Combine(Folder, "log");

    private string PasswordFile => Path.Combine(Folder, "password");

    private string Cluster => Path.Combine(Folder, "pg");

    /// <summary>The process that runs in it, or may.</summary>
    private Postmaster Postmaster => new(Cluster, SocketFolder, log);

    /// <summary>Read anew for each connection: the file exists from the first start on.</summary>
    public string ReadPassword() => File.ReadAllText(PasswordFile).Trim();

    /// <summary>Without the password; see <see cref="ReadPassword"/>.</summary>
    public string ConnectionStringTo(string database) =>
        new NpgsqlConnectionStringBuilder { Host = SocketFolder, Username = UserName, Database = database }.ConnectionString;

    /// <summary>Makes the cluster when missing, adopts a postmaster that already runs in it, else starts one; returns when it answers.</summary>
    /// <exception cref="PostgresStartException">It cannot run; says why and what helps.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            PrepareFolders();
            await InitialiseAsync(cancellationToken);
            await StartUntilItAnswersAsync(cancellationToken);
        }
        catch (IOException exception) when (IsDiskFull(exception.Message))
        {
            throw DiskFull();
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new PostgresStartException($"{Folder} cannot be used: {exception.Message}",
                "Give the folder to the user that runs the server, or choose another with --data DIR");
        }
    }

    /// <summary>Makes the database when it is missing.</summary>
    public async Task EnsureDatabaseAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync("postgres", cancellationToken);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = database } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is null)
        {
            await using var create = new NpgsqlCommand($"create database \"{database}\"", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <inheritdoc cref="Postmaster.Find"/>
    public int? FindPostmaster() => Postmaster.Find();

    /// <inheritdoc cref="Postmaster.StopAsync"/>
    public Task StopAsync(CancellationToken cancellationToken) => Postmaster.StopAsync(cancellationToken);

    /// <inheritdoc cref="Postmaster.StopAtOnce"/>
    public void StopAtOnce() => Postmaster.StopAtOnce();

    private void PrepareFolders()
    {
        if (Folder.AsSpan().IndexOfAny("\"$`\\\n") >= 0)
        {
            throw new PostgresStartException($"The data directory {Folder} has a character in its name that PostgreSQL's start script cannot bear.",
                "Choose a path without quotes, dollar signs and backslashes: --data DIR");
        }

        Directory.CreateDirectory(Folder);
        if (account.FindUnreachableParent(Path.GetDirectoryName(Folder) ?? "/") is { } wall)
        {
            throw new PostgresStartException(
                $"PostgreSQL runs as the user '{account.Name}', who cannot pass through {wall} to {Folder}.",
                $"Choose a data directory elsewhere (--data /var/lib/stoa), or let others pass: chmod o+x {wall}");
        }

        MakePrivate(Folder);
        if (SocketFolder != Folder)
        {
            Directory.CreateDirectory(SocketFolder);
            MakePrivate(SocketFolder);
        }
    }

    private void MakePrivate(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        account.Own(folder);
    }

    private async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(Cluster))
        {
            await CheckExistingAsync(cancellationToken);
            return;
        }

        LogInitialising(Cluster);
        await File.WriteAllTextAsync(PasswordFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(PasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        account.Own(PasswordFile);
        // Made under another name and renamed when whole: a half-made cluster is never taken for one.
        var half = Cluster + ".new";
        if (Directory.Exists(half))
        {
            Directory.Delete(half, recursive: true);
        }

        List<string> arguments = ["-D", half, "-U", UserName, "--auth=scram-sha-256", $"--pwfile={PasswordFile}", "--encoding=UTF8", "--locale=C.UTF-8"];
        if (await ReadVersionAsync(cancellationToken) >= 17)
        {
            arguments.Add("--locale-provider=builtin");
        }

        if (throwaway)
        {
            arguments.Add("--no-sync");
        }

        var (exitCode, output) = await account.RunAsync(binaries.Program("initdb"), arguments, cancellationToken);
        if (exitCode != 0)
        {
            throw IsDiskFull(output) ? DiskFull() : new PostgresStartException(
                $"initdb could not make a cluster in {half}: {output}", "Remove the cause it names, then start again; what is half made is made anew.");
        }

        Directory.Move(half, Cluster);
    }

    private async Task CheckExistingAsync(CancellationToken cancellationToken)
    {
        var versionFile = Path.Combine(Cluster, "PG_VERSION");
        if (!File.Exists(versionFile))
        {
            throw new PostgresStartException($"{Cluster} is there but is no PostgreSQL cluster: it has no PG_VERSION.",
                "Restore it from a backup, or choose another data directory with --data DIR");
        }

        var stored = (await File.ReadAllTextAsync(versionFile, cancellationToken)).Trim();
        var running = await ReadVersionAsync(cancellationToken);
        if (stored != running.ToString(CultureInfo.InvariantCulture))
        {
            throw new PostgresStartException($"{Cluster} was made by PostgreSQL {stored}; the programs in {binaries.Folder} are version {running}.",
                $"Start it with the programs of version {stored} (Stoa__PostgresBinaries=DIR), or choose another data directory with --data DIR");
        }

        var owner = PostgresAccount.OwnerOf(Cluster);
        var wanted = account.Name ?? Environment.UserName;
        if (owner is not null && owner != wanted)
        {
            throw new PostgresStartException($"{Cluster} belongs to the user '{owner}', but PostgreSQL would run as '{wanted}'.",
                $"Start the server as '{owner}', or give the folder away: chown -R {wanted} {Folder}");
        }

        if (!File.Exists(PasswordFile))
        {
            throw new PostgresStartException($"The password of the cluster, {PasswordFile}, is gone.", "Restore the file from the backup of the data directory.");
        }
    }

    private async Task<int> ReadVersionAsync(CancellationToken cancellationToken)
    {
        // "postgres (PostgreSQL) 18.4"
        var (exitCode, output) = await account.RunAsync(binaries.Program("postgres"), ["--version"], cancellationToken);
        var number = output.Split(' ', '\n').Select(word => word.Split('.')[0]).FirstOrDefault(word => int.TryParse(word, CultureInfo.InvariantCulture, out _));
        return exitCode == 0 && number is not null
            ? int.Parse(number, CultureInfo.InvariantCulture)
            : throw new PostgresStartException($"{binaries.Program("postgres")} does not run here: {output}", "Install the pinned one again: tools/postgres/install");
    }

    private async Task StartUntilItAnswersAsync(CancellationToken cancellationToken)
    {
        var begun = DateTime.UtcNow;
        DateTime? startedAt = null;
        var logFrom = LogLength();
        var announced = false;
        while (true)
        {
            if (Postmaster.Find() is not { } postmaster)
            {
                if (startedAt is null)
                {
                    await Postmaster.RemoveStaleLocksAsync(cancellationToken);
                    logFrom = LogLength();
                    await RunPgCtlStartAsync(cancellationToken);
                    startedAt = DateTime.UtcNow;
                }
                else if (ReadLog(logFrom) is { } trouble && trouble.Contains("FATAL", StringComparison.Ordinal))
                {
                    if (!trouble.Contains("lock file", StringComparison.Ordinal) || DateTime.UtcNow - begun > ComesToLifeWithin)
                    {
                        throw Diagnose(trouble);
                    }

                    // A process that has just died still counts for a moment.
                    startedAt = null;
                    await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
                }
                else if (DateTime.UtcNow - startedAt > ComesToLifeWithin)
                {
                    throw Diagnose(ReadLog(logFrom));
                }
            }
            else if (File.Exists(Path.Combine(SocketFolder, SocketName)) && await AnswersAsync(cancellationToken))
            {
                if (startedAt is null)
                {
                    LogAdopted(postmaster);
                }

                return;
            }
            else if (DateTime.UtcNow - begun > startsWithin)
            {
                throw new PostgresStartException($"PostgreSQL (process {postmaster}) runs but has not answered for {startsWithin.TotalMinutes:0} minutes.", $"Read {LogFile}");
            }
            else if (!announced && DateTime.UtcNow - begun > TimeSpan.FromSeconds(2))
            {
                // After a crash it replays its log first.
                announced = true;
                LogSlowStart(postmaster);
            }

            await Task.Delay(LookAgainAfter, cancellationToken);
        }
    }

    private async Task RunPgCtlStartAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(LogFile) && new FileInfo(LogFile).Length > 10_000_000)
        {
            File.Move(LogFile, LogFile + ".1", overwrite: true);
        }

        var options = new StringBuilder($"-k {Quoted(SocketFolder)} -h ''");
        foreach (var (name, value) in Defaults.Where(d => !settings.ContainsKey(d.Key)).Concat(settings))
        {
            options.Append(CultureInfo.InvariantCulture, $" -c {name}={Quoted(value)}");
        }

        // pg_ctl gives the postmaster its own session, so that Ctrl+C in a terminal does not reach it before the web server has
        // drained. As a child with a parent-death signal it ended when the thread that had started it did.
        var (exitCode, output) = await account.RunAsync(binaries.Program("pg_ctl"),
            ["-D", Cluster, "-s", "-W", "-l", LogFile, "-o", options.ToString(), "start"], cancellationToken);
        if (exitCode != 0)
        {
            throw IsDiskFull(output) ? DiskFull() : new PostgresStartException($"pg_ctl could not start PostgreSQL in {Cluster}: {output}", $"Read {LogFile}");
        }
    }

    /// <summary>For a laptop shared with other work. Texts stay out of PostgreSQL's log: no statements, no details of errors.</summary>
    private static Dictionary<string, string> Defaults { get; } = new(StringComparer.Ordinal)
    {
        ["shared_buffers"] = "128MB",
        ["max_connections"] = "100",
        ["max_wal_size"] = "2GB",
        ["wal_buffers"] = "8MB",
        ["checkpoint_completion_target"] = "0.9",
        ["random_page_cost"] = "1.1",
        ["jit"] = "off",
        ["max_parallel_workers_per_gather"] = "0",
        ["idle_in_transaction_session_timeout"] = "60s",
        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",
        ["log_statement"] = "none",
        ["log_min_error_statement"] = "panic",
        ["log_error_verbosity"] = "terse",
    };

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ConnectAsync("postgres", cancellationToken);
            return true;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            throw new PostgresStartException($"The cluster does not know the password in {PasswordFile}.", "Restore the file from the backup of the data directory.");
        }
        catch (NpgsqlException)
        {
            return false; // Starting up, or shutting down.
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(string database, CancellationToken cancellationToken)
    {
        var target = new NpgsqlConnectionStringBuilder(ConnectionStringTo(database)) { Password = ReadPassword(), Pooling = false, Timeout = 5 };
        var connection = new NpgsqlConnection(target.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private PostgresStartException Diagnose(string trouble) =>
        IsDiskFull(trouble) ? DiskFull() : new(
            $"PostgreSQL did not start in {Cluster}. It says: {(trouble.Length == 0 ? "nothing" : trouble)}",
            trouble.Contains("shared memory", StringComparison.Ordinal) ? "Free memory, or lower shared_buffers."
            : trouble.Contains("Permission denied", StringComparison.Ordinal) ? $"Give the folder to the account it runs as: chown -R {account.Name ?? Environment.UserName} {Folder}"
            : $"The whole log is {LogFile}");

    private PostgresStartException DiskFull() => new($"The disk that holds {Folder} is full.", "Free some space there and start again; nothing that was acknowledged is lost.");

    private static bool IsDiskFull(string text) => text.Contains("No space left on device", StringComparison.Ordinal);

    private long LogLength() => File.Exists(LogFile) ? new FileInfo(LogFile).Length : 0;

    private string ReadLog(long from)
    {
        if (!File.Exists(LogFile))
        {
            return "";
        }

        using var stream = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = Math.Min(from, stream.Length);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd().Trim();
        return text.Length <= 2000 ? text : text[^2000..];
    }

    private static string ChooseSocketFolder(string folder)
    {
        if (Encoding.UTF8.GetByteCount(Path.Combine(folder, SocketName)) <= SocketPathMax)
        {
            return folder;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16];
        return Path.Combine("/tmp", $"stoa-{hash}");
    }

    private static string Quoted(string value) => $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    [LoggerMessage(110, LogLevel.Information, "Making a new PostgreSQL cluster in {Folder}.")]
    private partial void LogInitialising(string folder);

    [LoggerMessage(111, LogLevel.Information, "PostgreSQL already runs in this data directory (process {Postmaster}): adopted.")]
    private partial void LogAdopted(int postmaster);

    [LoggerMessage(112, LogLevel.Information, "PostgreSQL (process {Postmaster}) is not ready yet; after a crash it replays its log first.")]
    private partial void LogSlowStart(int postmaster);
}
