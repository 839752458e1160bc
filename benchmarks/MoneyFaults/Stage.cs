using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting;
using Stoa.Hosting.Postgres;
using Stoa.Payments;
using Stoa.Payments.Sandbox;
using Stoa.Testing;

namespace Stoa.Bench.MoneyFaults;

/// <summary>A database for one run after the other, on the PostgreSQL of the tests.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const string Role = "stoa_faults";
    private readonly TestDatabase database;
    private readonly NpgsqlConnectionStringBuilder target;
    private readonly NpgsqlDataSource direct;
    private readonly DataDirectory data;
    private readonly Backends backends;
    private readonly ConcurrentStack<FaultyWire> wires = new();

    private Stage(TestDatabase database, NpgsqlConnectionStringBuilder target, DataDirectory data)
    {
        (this.database, this.target, this.data) = (database, target, data);
        backends = new(new UnixDomainSocketEndPoint(Path.Combine(target.Host ?? "", $".s.PGSQL.{target.Port}")));
        direct = StoaDatabase.CreateBuilder(target.ConnectionString).Build();
    }

    public static async Task<Stage> OpenAsync()
    {
        var database = await TestDatabase.CreateAsync([.. Server.Modules.All]);
        // Nodes come and go by the thousand: a password that takes two milliseconds of computing to prove would be half of the time.
        await using (var connection = await database.DataSource.OpenConnectionAsync())
        {
            await using var role = new NpgsqlCommand(
                $"do $$ begin set local scram_iterations = 1; create role {Role} superuser login password 'faults'; exception when duplicate_object then null; end $$", connection);
            await role.ExecuteNonQueryAsync();
            await Cast.OpenShopAsync(connection);
        }

        return new(database, new(database.ConnectionString) { Username = Role, Password = "faults" },
            DataDirectory.Open($"/tmp/stoa-faults-{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..8]}"));
    }

    /// <summary>Runs one seed, and says what came of it.</summary>
    public async Task<SeedOutcome> RunAsync(int seed)
    {
        await using var run = new SeedRun(seed, this);
        return await run.RunAsync();
    }

    public Surroundings Around(TimeProvider time, Func<PurchaseToConfirm, ConfirmOutcome> merchantSays) => new(
        backends, wires, target, direct, data, time,
        new(new SandboxProcessor(direct, new PayOrigin(Options.Create(new StoaOptions())), time), merchantSays));

    public async ValueTask DisposeAsync()
    {
        foreach (var wire in wires)
        {
            wire.Dispose();
        }

        backends.Dispose();
        await direct.DisposeAsync();
        await database.DisposeAsync();
        data.Dispose();
        Directory.Delete(data.Path, recursive: true);
    }
}
