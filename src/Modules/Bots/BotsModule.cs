using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Stoa.Bots.AccountLinking;
using Stoa.Bots.Acts;
using Stoa.Bots.Apps;
using Stoa.Bots.Attachments;
using Stoa.Bots.Broadcasts;
using Stoa.Bots.Codes;
using Stoa.Bots.Console;
using Stoa.Bots.Graph;
using Stoa.Bots.Handover;
using Stoa.Bots.OptIns;
using Stoa.Bots.Pages;
using Stoa.Bots.Personas;
using Stoa.Bots.Purchases;
using Stoa.Bots.Sending;
using Stoa.Bots.Updates;
using Stoa.Bots.Webhooks;
using Stoa.Hosting;
using Stoa.Hosting.Outbound;
using Stoa.Hosting.Outbox;
using Stoa.Payments;
using Stoa.Threads;

namespace Stoa.Bots;

/// <summary>Pages, apps, the Messenger dialect and webhooks.</summary>
public sealed class BotsModule : IModule
{
    public string Name => "bots";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<BotsOptions>().Bind(configuration.GetSection(BotsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, BotsJson.Default));

        services.TryAddSingleton<IHostResolver, SystemHostResolver>();
        services.TryAddSingleton<GuardedClient>();
        services.AddSingleton<SecretKeys>();
        services.AddSingleton<AppStore>();
        services.AddSingleton<CallbackHandshake>();
        services.AddSingleton<MakeBot>();
        services.AddSingleton<OwnBots>();
        services.AddSingleton<ReadBots>();
        services.AddSingleton<ReadDeliveries>();
        services.AddSingleton<ReadActivity>();
        services.AddSingleton<ResendDeliveries>();
        services.AddSingleton<PageDirectory>();
        services.AddSingleton<IPageDirectory>(provider => provider.GetRequiredService<PageDirectory>());
        services.AddSingleton<PageScopedIds>();
        services.AddSingleton<Conversations>();
        services.AddSingleton<CallLimits>();
        services.AddSingleton<FetchMedia>();
        services.AddSingleton<SavedAttachments>();
        services.AddSingleton<ResolveAttachments>();
        services.AddSingleton<Pictures>();
        services.AddSingleton<PersonaStore>();
        services.AddSingleton<OptInStore>();
        services.AddSingleton<Recipients>();
        services.AddSingleton<ControlStore>();
        services.AddSingleton<UpdateStore>();
        services.AddSingleton<HandoverCalls>();
        services.AddSingleton<LinkAccounts>();
        services.AddSingleton<TellPage>();
        services.AddSingleton<ComeByLink>();
        services.AddSingleton<AnswerForm>();
        services.AddSingleton<StopPage>();
        services.AddSingleton<StoreMessage>();
        services.AddSingleton<SendMessage>();
        services.AddSingleton<Subscribers>();
        services.AddSingleton<LaneStore>();
        services.AddSingleton<Questions>();
        services.AddSingleton<Deliveries>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Deliveries>());
        services.AddSingleton<IOutboxConsumer, QueueThreadEvents>();
        services.AddSingleton<IOutboxConsumer, QueuePayments>();
        services.AddSingleton<IOutboxConsumer, QueueRefunds>();
        services.AddSingleton<IOutboxConsumer, QueueDesk>();
        services.AddSingleton<IPageTokens, PageTokens>();
        services.AddSingleton<IConfirmPurchase, ConfirmPurchase>();
        services.AddSingleton<IAskForPrice, AskForPrice>();
        services.AddSingleton<BroadcastStore>();
        services.AddSingleton<RunBroadcasts>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<RunBroadcasts>());
        services.AddHostedService<ForgetOldDeliveries>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        CreateBot.Map(routes);
        ConsoleRoutes.Map(routes);
        ReadPages.Map(routes);
        Pictures.Map(routes);
        LinkAccounts.Map(routes);
        ComeByLink.Map(routes);
        AnswerForm.Map(routes);
        StopPage.Map(routes);
        MakeCode.Map(routes);
        GraphRoutes.Map(routes);
    }
}
