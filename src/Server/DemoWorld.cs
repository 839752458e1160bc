using Stoa.Hosting;

namespace Stoa.Server;

/// <summary>Seeds the demo world before the first request. Each part is repeatable, so it is asked at every start.</summary>
internal sealed class DemoWorld(IEnumerable<IDemoSeed> seeds) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var seed in seeds)
        {
            await seed.SeedAsync(cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
