using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Hosting;
using Stoa.Hosting.SignIn;
using Stoa.People.Demo;
using Stoa.People.Limits;
using Stoa.People.Passwords;
using Stoa.People.Profile;
using Stoa.People.Search;
using Stoa.People.SigningIn;
using Stoa.People.SigningUp;

namespace Stoa.People;

/// <summary>Who people are and how they sign in.</summary>
public sealed class PeopleModule : IModule
{
    public string Name => "people";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddStoaSignIn();
        services.AddOptions<PeopleOptions>().Bind(configuration.GetSection(PeopleOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PeopleJson.Default));
        services.AddSingleton<SessionStore>();
        services.AddSingleton<ISessions>(provider => provider.GetRequiredService<SessionStore>());
        services.AddHostedService<SessionWatch>();
        services.AddSingleton<HashGate>();
        services.AddSingleton<ISecrets, Secrets>();
        services.AddSingleton<TryCounter>();
        services.AddSingleton<IPeople, PeopleDirectory>();
        services.AddSingleton<IDemoSeed, SeedDemoPeople>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        SignUp.Map(routes);
        SigningIn.SignIn.Map(routes);
        SignOut.Map(routes);
        ReadMe.Map(routes);
        ChangeMe.Map(routes);
        SearchPeople.Map(routes);
        DemoSignIn.Map(routes);
    }
}
