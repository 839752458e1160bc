using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Stoa.Hosting;
using Stoa.Media.Serving;
using Stoa.Media.Uses;

namespace Stoa.Media;

/// <summary>Pictures, videos, voice notes and files: uploads, storage, serving.</summary>
public sealed class MediaModule : IModule
{
    public string Name => "media";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MediaOptions>().Bind(configuration.GetSection(MediaOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<IMediaReaders, NobodyElse>();
        services.AddSingleton<MediaOrigin>();
        services.AddSingleton<LinkKeys>();
        services.AddSingleton<MediaLinks>();
        services.AddSingleton<MediaUses>();
        services.AddSingleton<IMedia>(provider => provider.GetRequiredService<MediaUses>());
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
    }
}
