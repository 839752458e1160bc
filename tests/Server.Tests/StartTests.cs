using Stoa.Hosting;
using Stoa.Hosting.Postgres;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests;

/// <summary>What the server refuses to start with.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("Stoa:AllowLoopbackTargets", "true", "AllowLoopbackTargets")]
    [InlineData("Stoa:Limits", "false", "Rate limits")]
    [InlineData("Stoa:AllowForgetfulDatabase", "true", "AllowForgetfulDatabase")]
    [InlineData("Stoa:World", "Town", "demo world")]
    public async Task Production_refuses_what_is_for_development(string setting, string value, string named)
    {
        var safe = new Dictionary<string, string> { ["Stoa:AllowLoopbackTargets"] = "false", ["Stoa:AllowForgetfulDatabase"] = "false", ["Stoa:Limits"] = "true" };
        safe[setting] = value;

        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => StoaServer.StartAsync(new() { Environment = "Production", Settings = safe, Limits = true }));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_forgets_is_refused()
    {
        var refused = await Assert.ThrowsAsync<PostgresStartException>(() =>
            StoaServer.StartAsync(new() { Settings = new Dictionary<string, string> { ["Stoa:AllowForgetfulDatabase"] = "false" } }));

        Assert.Contains("fsync, synchronous_commit, full_page_writes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_told_with_what_helps()
    {
        var refused = await Assert.ThrowsAsync<PostgresStartException>(() => StoaServer.StartAsync(new()
        {
            Settings = new Dictionary<string, string> { ["ConnectionStrings:Stoa"] = "Host=/nowhere;Username=stoa;Database=stoa;Timeout=1" },
        }));

        Assert.Contains("ConnectionStrings__Stoa", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_that_is_in_use_is_refused()
    {
        await using var server = await StoaServer.StartAsync();

        Assert.Throws<DataDirectoryException>(() => DataDirectory.Open(server.Folder));
    }
}
