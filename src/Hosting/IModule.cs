using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Stoa.Hosting;

/// <summary>How a module plugs in. The server lists its modules once, lower ones first; each is asked in that order.</summary>
/// <remarks>The schema of a module is the numbered files <c>Schema/0001-words.sql</c> embedded in its assembly.</remarks>
public interface IModule
{
    /// <summary>The module's one word, as in its folder, routes and database schema.</summary>
    string Name { get; }

    void AddServices(IServiceCollection services, IConfiguration configuration);

    void MapRoutes(IEndpointRouteBuilder routes);
}

/// <summary>Puts a module's part of the demo world into a new data directory. Asked once each start in the demo world: must be repeatable.</summary>
public interface IDemoSeed
{
    Task SeedAsync(CancellationToken cancellationToken);
}
