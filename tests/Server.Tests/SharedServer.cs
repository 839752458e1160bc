using Stoa.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Stoa.Server.Tests.SharedServer))]

namespace Stoa.Server.Tests;

/// <summary>One server for all tests that change nothing another test looks at.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private StoaServer? server;

    public StoaServer Server => server ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync() => server = await StoaServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}
