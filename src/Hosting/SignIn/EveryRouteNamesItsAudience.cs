using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Stoa.Hosting.SignIn;

/// <summary>Deny by default: a server with a route that admits nobody in particular does not start.</summary>
internal sealed class EveryRouteNamesItsAudience(EndpointDataSource routes) : IHostedLifecycleService
{
    /// <exception cref="InvalidOperationException">Routes without <see cref="AudienceMetadata"/>, by name.</exception>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var open = routes.Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<AudienceMetadata>() is null)
            .Select(route => route.DisplayName ?? route.RoutePattern.RawText)
            .ToList();
        return open.Count == 0
            ? Task.CompletedTask
            : throw new InvalidOperationException($"These routes do not say whom they admit; add .For(Audience.…): {string.Join("; ", open)}");
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
