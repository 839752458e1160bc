using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Stoa.Hosting;
using Stoa.Hosting.Outbound;
using Stoa.Hosting.Outbox;
using Stoa.Payments.Accounts;
using Stoa.Payments.BetweenPeople;
using Stoa.Payments.Checkout;
using Stoa.Payments.Demo;
using Stoa.Payments.Desk;
using Stoa.Payments.Methods;
using Stoa.Payments.Processors;
using Stoa.Payments.Processors.Remote;
using Stoa.Payments.Purchases;
using Stoa.Payments.Receipts;
using Stoa.Payments.Refunds;
using Stoa.Payments.Sandbox;
using Stoa.Wallet;

namespace Stoa.Payments;

/// <summary>Purchases and processors.</summary>
public sealed class PaymentsModule : IModule
{
    public string Name => "payments";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PaymentsOptions>().Bind(configuration.GetSection(PaymentsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PaymentsJson.Default));

        services.AddSingleton<PurchaseStore>();
        services.AddSingleton<AttemptStore>();
        services.AddSingleton<OfferedButtons>();
        services.AddSingleton<PriceToPay>();
        services.AddSingleton<CreatePurchase>();
        services.AddSingleton<AdvancePurchase>();
        services.AddSingleton<ChargeCard>();
        services.AddSingleton<PayFromBalance>();
        services.AddSingleton<PurchaseLane>();
        services.AddHostedService(provider => provider.GetRequiredService<PurchaseLane>());
        services.AddSingleton<IOutboxConsumer, TellThread>();
        services.TryAddSingleton<IConfirmPurchase, NobodyToAsk>();

        services.AddSingleton<QuoteStore>();
        services.AddSingleton<AskForQuote>();
        services.AddSingleton<SavedDetails>();
        services.TryAddSingleton<IAskForPrice, NobodyToPrice>();

        services.AddSingleton<ComplaintStore>();
        services.AddSingleton<AnswerDispute>();
        services.AddSingleton<IOutboxConsumer, TellDesk>();

        services.AddSingleton<RefundStore>();
        services.AddSingleton<SettleRefunds>();
        services.AddSingleton<PageCaller>();
        services.TryAddSingleton<IPageTokens, NobodysTokens>();

        services.AddSingleton<SigningKeys>();
        services.AddSingleton<IssueReceipt>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ReceiptJson.Default));

        services.AddSingleton<IMerchantNames, MerchantNames>();

        services.AddSingleton<MethodStore>();
        services.AddSingleton<ProcessorList>();
        services.AddSingleton<ReceiveEvent>();
        services.TryAddSingleton<IHostResolver, SystemHostResolver>();
        services.TryAddSingleton<GuardedClient>();
        services.AddSingleton<SentRequests>();
        services.AddSingleton<Customers>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<Connectors>();

        services.AddSingleton<PayOrigin>();
        services.AddSingleton<SandboxProcessor>();
        services.AddSingleton<IProcessor>(provider => provider.GetRequiredService<SandboxProcessor>());
        services.AddSingleton<SandboxEvents>();
        services.AddHostedService(provider => provider.GetRequiredService<SandboxEvents>());
        services.AddSingleton<IDemoSeed, SeedDemoCards>();

        BetweenPeopleServices.Add(services, configuration);
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        CreatePurchase.Map(routes);
        ReadPurchase.Map(routes);
        CancelPurchase.Map(routes);
        AskForQuote.Map(routes);
        SavedDetails.Map(routes);
        Complain.Map(routes);
        AnswerComplaint.Map(routes);
        AnswerDispute.Map(routes);
        ReadReceipt.Map(routes);
        ReadBusinessPurchases.Map(routes);
        RefundPurchase.Map(routes);
        LinkProcessor.Map(routes);
        BeginSave.Map(routes);
        ListMethods.Map(routes);
        SaveMethod.Map(routes);
        ChangeMethods.Map(routes);
        SandboxPages.Map(routes);
        ReceiveWebhook.Map(routes);
        BetweenPeopleServices.Map(routes);
    }
}
