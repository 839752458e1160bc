using Dapper;
using Stoa.Testing;
using Xunit;

namespace Stoa.Hosting.Tests;

public sealed class TestDatabaseTests
{
    [Fact]
    public async Task Two_databases_of_one_template_do_not_see_each_other()
    {
        await using var one = await TestDatabase.CreateAsync();
        await using var other = await TestDatabase.CreateAsync();
        await using var toOne = await one.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var toOther = await other.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);

        await toOne.ExecuteAsync("insert into hosting.outbox (topic, key, body) values ('test', 1, '{}')");

        Assert.Equal(1, await toOne.ExecuteScalarAsync<int>("select count(*) from hosting.outbox"));
        Assert.Equal(0, await toOther.ExecuteScalarAsync<int>("select count(*) from hosting.outbox"));
    }
}
