using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Stoa.Hosting.Nodes;

public static class NodeServices
{
    /// <summary>The bus between nodes, their registry and their leases. Call it after the database was added: it joins once the schema is there.</summary>
    public static IServiceCollection AddStoaNodes(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<BrokerOptions>().Bind(configuration.GetSection(BrokerOptions.Section)).ValidateDataAnnotations()
            .Validate(broker => string.IsNullOrEmpty(broker.Uri) || (Uri.TryCreate(broker.Uri, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"),
                "Broker:Uri is no address of a RabbitMQ: amqp://user:password@host:5672/vhost")
            .ValidateOnStart();
        services.AddOptions<NodeOptions>().Bind(configuration.GetSection(NodeOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        if (string.IsNullOrEmpty(configuration[$"{BrokerOptions.Section}:{nameof(BrokerOptions.Uri)}"]))
        {
            services.TryAddSingleton<InProcessExchange>();
            services.TryAddSingleton<INodeBus>(provider => ActivatorUtilities.CreateInstance<InProcessNodeBus>(provider));
        }
        else
        {
            services.TryAddSingleton<INodeBus, RabbitNodeBus>();
        }

        services.AddSingleton<NodeRegistry>();
        services.AddSingleton<INodes>(provider => provider.GetRequiredService<NodeRegistry>());
        services.AddSingleton<NodeLeases>();
        services.AddHostedService<NodeRegistryStart>();
        return services;
    }
}
