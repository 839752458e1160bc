using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Stoa.Hosting;
using Stoa.Wallet.Balances;
using Stoa.Wallet.Chain;
using Stoa.Wallet.Demo;
using Stoa.Wallet.Holds;
using Stoa.Wallet.Posting;

namespace Stoa.Wallet;

/// <summary>Balances and the ledger.</summary>
public sealed class WalletModule : IModule
{
    public string Name => "wallet";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PostTransfers>();
        services.AddSingleton<ILedger>(provider => provider.GetRequiredService<PostTransfers>());
        services.AddSingleton<ReleaseExpiredHolds>();
        services.AddHostedService(provider => provider.GetRequiredService<ReleaseExpiredHolds>());
        services.AddSingleton(provider => new AnchorFile(provider.GetRequiredService<DataDirectory>().Path, provider.GetRequiredService<ILogger<AnchorFile>>()));
        services.AddSingleton<CloseChainBlocks>();
        services.AddHostedService(provider => provider.GetRequiredService<CloseChainBlocks>());
        services.AddSingleton<IDemoSeed, SeedDemoBalances>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, WalletJson.Default));
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        ReadWallet.Map(routes);
        Statement.Map(routes);
        VerifyLedger.Map(routes);
    }
}
