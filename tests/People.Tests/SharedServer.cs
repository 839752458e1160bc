using Stoa.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Stoa.People.Tests.SharedServer))]

namespace Stoa.People.Tests;

/// <summary>One server for the tests that only ask what is refused.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public StoaServer Server { get; private set; } = null!; // Set before the first test.

    public string Token { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Server = await PeopleServer.StartAsync();
        Token = await Server.JoinAsync("shared");
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
