using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Media.Reclaiming;
using Stoa.Media.Serving;
using Stoa.Media.Storage;
using Stoa.Media.Uploads;
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
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, MediaJson.Default));

        services.AddSingleton<IBlobStore>(OpenStore);
        services.AddSingleton<BlobRows>();
        services.AddSingleton<UploadStore>();
        services.AddSingleton<ReceivePart>();
        services.AddSingleton<FinishUpload>();
        services.AddSingleton<AppendUpload>();
        services.AddSingleton<PutThumbnail>();
        services.AddSingleton<IMediaIntake, Intake>();

        services.AddSingleton<MediaUses>();
        services.AddSingleton<IMedia>(provider => provider.GetRequiredService<MediaUses>());

        services.AddSingleton<MediaOrigin>();
        services.AddSingleton<LinkKeys>();
        services.AddSingleton<MediaLinks>();
        services.AddSingleton<ReadMedia.Reader>();
        services.AddSingleton<ServeMedia>();

        services.AddSingleton<Reclaim>();
        services.AddSingleton<SweepMedia>();
        services.AddHostedService(provider => provider.GetRequiredService<SweepMedia>());
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        BeginUpload.Map(routes);
        AppendUpload.Map(routes);
        ReadOffset.Map(routes);
        EndUpload.Map(routes);
        PutThumbnail.Map(routes);
        ReadMedia.Map(routes);
        ServeMedia.Map(routes);
    }

    private static IBlobStore OpenStore(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<MediaOptions>>().Value;
        return options.Store == "s3"
            // The world's time: a store refuses signatures of another.
            ? new S3BlobStore(options.S3, TimeProvider.System)
            : new DiskBlobStore(Path.GetFullPath(options.Folder ?? Path.Combine(provider.GetRequiredService<IOptions<StoaOptions>>().Value.DataDirectory, "media")));
    }
}
