using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Stoa.Hosting.SignIn;

namespace Stoa.Hosting.Live;

public static class LiveServices
{
    /// <summary>The gateway and the bus of a single node.</summary>
    public static IServiceCollection AddStoaLive(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddStoaSignIn();
        services.AddOptions<LiveOptions>().Bind(configuration.GetSection(LiveOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<LiveConnections>();
        services.TryAddSingleton<OnlineElsewhere>();
        services.TryAddSingleton<ILiveHub, LiveHub>();
        services.TryAddSingleton<ILiveBus, LiveBus>();
        services.TryAddSingleton<LiveGateway>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CloseSocketsAtStop>());
        return services;
    }

    /// <summary>Maps <c>GET /live</c> with a WebSocket pipeline of its own: nothing else of the server is upgraded.</summary>
    public static IEndpointConventionBuilder MapStoaLive(this IEndpointRouteBuilder routes)
    {
        var gateway = routes.ServiceProvider.GetRequiredService<LiveGateway>();
        var pipeline = routes.CreateApplicationBuilder();
        pipeline.Use((context, next) =>
        {
            if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
            {
                context.Features.Set<IHttpUpgradeFeature>(new SharedUpgrade(upgrade));
                // One that was made before would upgrade around the shared stream.
                context.Features.Set<IHttpWebSocketFeature>(null);
            }

            return next(context);
        });
        pipeline.UseWebSockets();
        pipeline.Run(gateway.ServeAsync);
        return routes.MapGet("/live", pipeline.Build()).For(Audience.Anyone)
            .WithName("live").WithTags("Live").WithSummary("The live gateway: a WebSocket (docs/protocol/live.md)");
    }
}

/// <summary>Tells every device that the server stops, as soon as it does: a web server waits for its upgraded connections.</summary>
internal sealed class CloseSocketsAtStop(LiveConnections connections, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() => connections.CloseAll(LiveClose.Stopping));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
