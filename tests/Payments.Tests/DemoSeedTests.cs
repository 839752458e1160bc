using Stoa.Hosting;
using Stoa.Testing;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests;

public sealed class DemoSeedTests
{
    [Fact]
    public async Task Everybody_in_the_demo_world_has_money_and_a_card_however_often_it_is_seeded()
    {
        await using var database = await TestDatabase.CreateAsync([.. Stoa.Server.Modules.All]);
        for (var start = 0; start < 2; start++)
        {
            await using var server = await StoaServer.StartAsync(new() { World = World.Town, Database = database });
        }

        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        async Task<long> CountAsync(string from)
        {
            await using var command = new Npgsql.NpgsqlCommand($"select count(*) from {from}", connection);
            return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) ?? 0L);
        }

        var people = await CountAsync("people.people where demo");
        Assert.InRange(people, 2, 100);
        Assert.Equal(people, await CountAsync("payments.methods where is_default and brand = 'visa' and last4 = '4242'"));
        Assert.Equal(people, await CountAsync("wallet.accounts where kind = 1 and currency = 'EUR'"));
        Assert.Equal(await CountAsync("wallet.accounts where kind = 1"), await CountAsync("wallet.transfers"));
        Assert.Empty((await LedgerCheck.RunAsync(database.DataSource, TestContext.Current.CancellationToken)).Violations);
    }
}
