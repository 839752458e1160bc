using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Stoa.Bench.Peer;

/// <summary>ejabberd of the Debian package, with people and message archive in the workshop's PostgreSQL. One process without a cluster, ended with the workshop.</summary>
internal sealed class Ejabberd(ServerUnderMeasure process, string database) : IAsyncDisposable
{
    private const string Libraries = "/usr/lib/x86_64-linux-gnu";
    private const string Schema = "/usr/share/ejabberd/sql/pg.sql";
    private static readonly TimeSpan readyWithin = TimeSpan.FromSeconds(90);

    public static bool IsInstalled => File.Exists(Schema) && Version is not null;

    /// <summary>Of the package; null when it is not there.</summary>
    public static string? Version => Directory.Exists(Libraries)
        ? Directory.EnumerateDirectories(Libraries, "ejabberd-*").Select(folder => Path.GetFileName(folder)["ejabberd-".Length..]).FirstOrDefault()
        : null;

    public IPEndPoint EndPoint => process.EndPoint;

    public int ProcessId => process.Process.Id;

    /// <summary>Starts it with these people, whose names are their passwords.</summary>
    public static async Task<Ejabberd> StartAsync(Workshop workshop, IEnumerable<string> people, CancellationToken cancellationToken)
    {
        var database = await workshop.CreateDatabaseAsync("peer", cancellationToken);
        await using (var connection = new NpgsqlConnection(database))
        {
            await connection.OpenAsync(cancellationToken);
            await using (var schema = new NpgsqlCommand(await File.ReadAllTextAsync(Schema, cancellationToken), connection))
            {
                await schema.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var users = new NpgsqlCommand("insert into users (username, password) select name, name from unnest($1) as name", connection) { Parameters = { new() { Value = people.ToArray() } } };
            await users.ExecuteNonQueryAsync(cancellationToken);
        }

        var folder = Path.Combine(workshop.Folder, "peer");
        Directory.CreateDirectory(folder);
        var port = Workshop.FreePort();
        var said = new NpgsqlConnectionStringBuilder(database);
        await File.WriteAllTextAsync(Path.Combine(folder, "ejabberd.yml"), string.Create(CultureInfo.InvariantCulture,
            $"""
            hosts: ["localhost"]
            loglevel: warning
            listen:
              - port: {port}
                ip: "127.0.0.1"
                module: ejabberd_c2s
                access: all
                shaper: none
            auth_method: [sql]
            default_db: sql
            sql_type: pgsql
            sql_server: "{Workshop.PeerAddress}"
            sql_database: "{said.Database}"
            sql_username: "{said.Username}"
            sql_password: "{said.Password}"
            modules:
              mod_mam:
                default: always
            """), cancellationToken);
        var start = new ProcessStartInfo("erl", ["+K", "true", "+P", "250000", "-noinput", "-mnesia", "dir", $"\"{folder}/spool\"", "-s", "ejabberd"]) { WorkingDirectory = folder };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["EJABBERD_CONFIG_PATH"] = $"{folder}/ejabberd.yml",
            ["EJABBERD_LOG_PATH"] = $"{folder}/ejabberd.log",
            ["ERL_CRASH_DUMP"] = $"{folder}/crash",
            ["ERL_LIBS"] = Libraries,
            ["HOME"] = folder,
        })
        {
            start.Environment[name] = value;
        }

        var peer = new Ejabberd(new(workshop.Start(start), port, ""), database);
        await peer.WaitAsync(cancellationToken);
        return peer;
    }

    /// <summary>Messages in the archive: each stands there twice, for its sender and for its recipient.</summary>
    public async Task<long> CountArchivedAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var count = source.CreateCommand("select count(*) / 2 from archive");
        return await count.ExecuteScalarAsync(cancellationToken) is long messages ? messages : 0;
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < readyWithin && !process.Process.HasExited)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(EndPoint, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100, cancellationToken);
            }
        }

        throw new InvalidOperationException($"ejabberd did not listen within {readyWithin.TotalSeconds:0} s.");
    }
}
