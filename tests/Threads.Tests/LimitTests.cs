using Microsoft.Extensions.DependencyInjection;
using Stoa.Hosting.Live;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests;

public sealed class LimitTests
{
    [Fact]
    public async Task A_full_node_closes_further_sockets_and_admits_again_when_one_has_left()
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions { Settings = new Dictionary<string, string> { ["Live:ConnectionsMax"] = "2" } });
        var one = await Somebody.SignUpAsync(server, "one");
        var first = await one.ConnectAsync();
        await using var second = await one.ConnectAsync();
        await using var refused = await LiveClient.OpenAsync(server.Address);
        Assert.Equal(4009, await refused.WaitForCloseAsync());

        await first.Socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        await first.DisposeAsync();
        var connections = server.Services.GetRequiredService<LiveConnections>();
        var limit = DateTime.UtcNow.AddSeconds(30);
        while (connections.Count > 1)
        {
            Assert.True(DateTime.UtcNow < limit, $"Waited for one open socket; there are {connections.Count}.");
            await Task.Yield();
        }

        await using var third = await one.ConnectAsync();
        await third.SendAsync(new { op = "ping" });
        await third.WaitAsync("pong");
    }
}
