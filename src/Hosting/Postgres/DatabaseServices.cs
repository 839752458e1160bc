using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Outbox;
using Stoa.Hosting.Telemetry;

namespace Stoa.Hosting.Postgres;

public static class DatabaseServices
{
    /// <summary>
    /// Adds the <see cref="NpgsqlDataSource"/> of the external server that <c>ConnectionStrings:Stoa</c> names, or else of the private one
    /// in the data directory. Call it before anything that needs a database at its start.
    /// </summary>
    public static IServiceCollection AddStoaDatabase(this IServiceCollection services, IConfiguration configuration, DataDirectory data)
    {
        if (configuration.GetConnectionString("Stoa") is { Length: > 0 } external)
        {
            services.AddSingleton(provider => StoaDatabase.CreateBuilder(external).UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>()).Build());
        }
        else
        {
            services.AddSingleton(provider => new PostgresCluster(
                PostgresBinaries.Find(configuration[$"{StoaOptions.Section}:{nameof(StoaOptions.PostgresBinaries)}"]), PostgresFolder.In(data),
                new Dictionary<string, string>(), throwaway: false, provider.GetRequiredService<ILogger<PostgresCluster>>()));
            services.AddSingleton<EmbeddedPostgres>();
            services.AddHostedService<EmbeddedPostgresStart>();
            services.AddSingleton(provider =>
            {
                // Through EmbeddedPostgres, so that the container disposes of the data source before it stops the server.
                var cluster = provider.GetRequiredService<EmbeddedPostgres>().Cluster;
                return StoaDatabase.CreateBuilder(cluster.ConnectionStringTo(StoaDatabase.Name))
                    .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())
                    .UsePasswordProvider(_ => cluster.ReadPassword(), (_, _) => ValueTask.FromResult(cluster.ReadPassword()))
                    .Build();
            });
        }

        services.AddSingleton<DatabaseStart>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseStart>());
        services.AddSingleton<DatabaseReadiness>();
        services.AddSingleton<OutboxWriter>();
        services.AddHostedService<OutboxPump>();
        return services;
    }
}
