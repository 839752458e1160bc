using System.Collections.Concurrent;
using Npgsql;
using Stoa.Hosting;
using Stoa.Hosting.Postgres;

namespace Stoa.Testing;

/// <summary>A database of its own for one test or test class, with the schema of the given modules. 40 ms after the first.</summary>
/// <remarks>Nothing is dropped at the end: the whole server is thrown away with the test process.</remarks>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> templates = new(StringComparer.Ordinal);
    private static int count;

    private TestDatabase(string connectionString)
    {
        ConnectionString = connectionString;
        DataSource = StoaDatabase.CreateBuilder(connectionString).Build();
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>With the schema of Hosting and of the modules, in the given order (lower ones first).</summary>
    public static async Task<TestDatabase> CreateAsync(params IModule[] modules)
    {
        var key = string.Join('+', modules.Select(module => module.Name));
        var template = await templates.GetOrAdd(key, _ => new(() => MakeTemplateAsync(modules))).Value;
        var name = $"t{Interlocked.Increment(ref count)}";
        await PostgresServer.ExecuteAsync($"create database {name} template {template} strategy file_copy");
        return new(await PostgresServer.ConnectionStringToAsync(name));
    }

    public ValueTask DisposeAsync() => DataSource.DisposeAsync();

    private static async Task<string> MakeTemplateAsync(IModule[] modules)
    {
        var name = $"tpl{Interlocked.Increment(ref count)}";
        await PostgresServer.ExecuteAsync($"create database {name}");
        // A template must have no connection open, so none may stay in a pool.
        var target = new NpgsqlConnectionStringBuilder(await PostgresServer.ConnectionStringToAsync(name)) { Pooling = false };
        await using var database = NpgsqlDataSource.Create(target);
        await Migrations.ApplyAsync(database, [("hosting", typeof(IModule).Assembly), .. modules.Select(module => (module.Name, module.GetType().Assembly))], CancellationToken.None);
        return name;
    }
}
