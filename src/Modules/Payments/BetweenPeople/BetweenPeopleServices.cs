using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Hosting.Outbox;

namespace Stoa.Payments.BetweenPeople;

/// <summary>Money between people, as a part of Payments.</summary>
internal static class BetweenPeopleServices
{
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<BetweenPeopleOptions>().Bind(configuration.GetSection(BetweenPeopleOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, MoneyJson.Default));
        services.AddSingleton<MoneyStore>();
        services.AddSingleton<MoneyNews>();
        services.AddSingleton<MoneyViews>();
        services.AddSingleton<AdvanceMoney>();
        services.AddSingleton<Permits>();
        services.AddSingleton<SendMoney>();
        services.AddSingleton<SendByLink>();
        services.AddSingleton<AskForMoney>();
        services.AddSingleton<AnswerRequest>();
        services.AddSingleton<GiftStore>();
        services.AddSingleton<AdvanceGift>();
        services.AddSingleton<GiveToGroup>();
        services.AddSingleton<IOutboxConsumer, TellMoney>();
        services.AddSingleton<MoneyLane>();
        services.AddHostedService(provider => provider.GetRequiredService<MoneyLane>());
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        SendMoney.Map(routes);
        SendByLink.Map(routes);
        ClaimByLink.Map(routes);
        CancelTransfer.Map(routes);
        MoneyStanding.Map(routes);
        AskForMoney.Map(routes);
        AnswerRequest.Map(routes);
        GiveToGroup.Map(routes);
        ClaimGift.Map(routes);
        ReadMoney.Map(routes);
        LookAtReceiver.Map(routes);
    }
}
