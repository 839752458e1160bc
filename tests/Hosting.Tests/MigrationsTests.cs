using System.Reflection;
using System.Text;
using Dapper;
using Npgsql;
using Stoa.Hosting.Postgres;
using Stoa.Testing;
using Xunit;

namespace Stoa.Hosting.Tests;

public sealed class MigrationsTests
{
    private const string First = "create schema shop; create table shop.orders (id bigint primary key);";
    private const string Second = "alter table shop.orders add note text;";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_nodes_that_start_at_once_apply_each_file_once()
    {
        await using var database = await TestDatabase.CreateAsync();
        var files = new Files(("0001-orders.sql", First), ("0002-notes.sql", Second));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ApplyAsync(database, files)));

        Assert.Equal(["0001-orders.sql", "0002-notes.sql"], await AppliedAsync(database));
    }

    [Fact]
    public async Task Files_are_applied_in_the_order_of_their_numbers_and_later_ones_alone()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ApplyAsync(database, new Files(("0001-orders.sql", First)));

        await ApplyAsync(database, new Files(("0002-notes.sql", Second), ("0001-orders.sql", First)));

        Assert.Equal(["0001-orders.sql", "0002-notes.sql"], await AppliedAsync(database));
    }

    [Fact]
    public async Task A_file_that_has_changed_since_it_was_applied_is_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ApplyAsync(database, new Files(("0001-orders.sql", First)));

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ApplyAsync(database, new Files(("0001-orders.sql", First + " "))));

        Assert.Contains("shop/0001-orders.sql", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ApplyAsync(database, new Files(("0001-orders.sql", First), ("0002-notes.sql", Second)));

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ApplyAsync(database, new Files(("0001-orders.sql", First))));

        Assert.Contains("shop 2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_and_can_be_mended()
    {
        await using var database = await TestDatabase.CreateAsync();

        await Assert.ThrowsAsync<PostgresException>(() => ApplyAsync(database, new Files(("0001-orders.sql", First + " select nonsense;"))));
        await ApplyAsync(database, new Files(("0001-orders.sql", First)));

        Assert.Equal(["0001-orders.sql"], await AppliedAsync(database));
    }

    private static Task ApplyAsync(TestDatabase database, Assembly files) => Migrations.ApplyAsync(database.DataSource, [("shop", files)], Cancel);

    private static async Task<IEnumerable<string>> AppliedAsync(TestDatabase database)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancel);
        return await connection.QueryAsync<string>("select name from hosting.migrations where module = 'shop' order by number");
    }

    /// <summary>An assembly that holds nothing but these files.</summary>
    private sealed class Files(params (string Name, string Sql)[] files) : Assembly
    {
        public override string[] GetManifestResourceNames() => [.. files.Select(file => $"Stoa.Shop.Schema.{file.Name}")];

        public override Stream GetManifestResourceStream(string name) =>
            new MemoryStream(Encoding.UTF8.GetBytes(files.Single(file => name.EndsWith(file.Name, StringComparison.Ordinal)).Sql));
    }
}
