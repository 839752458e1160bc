using System.Net;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task A_started_server_is_live_and_ready()
    {
        await using var server = await StoaServer.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/health/live", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Admin.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Empty(server.Log.Errors);
    }
}
