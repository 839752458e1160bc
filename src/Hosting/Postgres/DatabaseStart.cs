using System.Reflection;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Stoa.Hosting.Postgres;

/// <summary>Before anything else runs: refuses a database that forgets, and brings it to the schema of the modules.</summary>
internal sealed partial class DatabaseStart(
    NpgsqlDataSource database, IEnumerable<IModule> modules, IOptions<StoaOptions> options, ILogger<DatabaseStart> log) : IHostedLifecycleService
{
    private static readonly string[] mustBeOn = ["fsync", "synchronous_commit", "full_page_writes"];

    /// <summary>Everything that a request may need is there.</summary>
    public bool Ready { get; private set; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await CheckThatItRemembersAsync(cancellationToken);
        await Migrations.ApplyAsync(database,
            [("hosting", Assembly.GetExecutingAssembly()), .. modules.Select(module => (module.Name, module.GetType().Assembly))], cancellationToken);
        Ready = true;
    }

    private async Task CheckThatItRemembersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        var off = new List<string>();
        foreach (var setting in mustBeOn)
        {
            if (await connection.ExecuteScalarAsync<string>($"show {setting}") == "off")
            {
                off.Add(setting);
            }
        }

        if (off.Count == 0)
        {
            return;
        }

        var names = string.Join(", ", off);
        LogForgets(names);
        if (!options.Value.AllowForgetfulDatabase)
        {
            throw new PostgresStartException($"The database has {names} off: after a power cut it would have forgotten messages and money that were acknowledged.",
                $"Turn them on: {string.Join(" ", off.Select(o => $"ALTER SYSTEM SET {o} = on;"))} SELECT pg_reload_conf();");
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await database.OpenConnectionAsync(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw new PostgresStartException($"The database does not answer: {exception.Message}", "Check ConnectionStrings__Stoa and that the server it names runs.");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(130, LogLevel.Warning, "The database has {Settings} off: it may forget what it has acknowledged.")]
    private partial void LogForgets(string settings);
}
