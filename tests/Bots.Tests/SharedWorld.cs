using Stoa.Bots.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedWorld))]

namespace Stoa.Bots.Tests;

/// <summary>One server for all tests that neither move its clock nor count what is in it: each makes a bot and people of its own.</summary>
public sealed class SharedWorld : IAsyncLifetime
{
    private BotWorld? world;

    internal BotWorld World => world ?? throw new InvalidOperationException("The world is there once the fixture is initialised.");

    public async ValueTask InitializeAsync() => world = await BotWorld.StartAsync();

    public ValueTask DisposeAsync() => world?.DisposeAsync() ?? ValueTask.CompletedTask;
}
