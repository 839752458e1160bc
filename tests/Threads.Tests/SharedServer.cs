using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Stoa.Threads.Tests.SharedServer))]

namespace Stoa.Threads.Tests;

/// <summary>One server for all tests that only ask what is refused; they add people and messages of their own and count nothing.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public StoaServer Server { get; private set; } = null!; // Set before the first test.

    public Somebody One { get; private set; } = null!; // As above.

    public ThreadId Thread { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Server = await Cast.StartAsync();
        (One, _, Thread) = await Cast.PairAsync(Server);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
