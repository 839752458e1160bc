using Microsoft.Extensions.Options;
using Stoa.Hosting.Outbound;
using Stoa.Payments.Processors;
using Stoa.Payments.Processors.Braintree;
using Stoa.Payments.Processors.PayPal;
using Stoa.Payments.Processors.Remote;
using Stoa.Payments.Processors.Stripe;
using Stoa.Payments.Sandbox;

namespace Stoa.Payments.Accounts;

/// <summary>Makes the connector of a merchant's account. Nothing is kept between calls but what is in the database.</summary>
internal sealed class Connectors(
    GuardedClient client, SentRequests sent, Customers customers, PayOrigin origin, TimeProvider time, IOptions<PaymentsOptions> options)
{
    private readonly ProcessorHttp http = new(client);
    private readonly PayPalTokens payPalTokens = new(time);

    public IProcessor Create(MerchantAccount account)
    {
        var addresses = options.Value.Addresses;
        return account.Processor switch
        {
            StripeProcessor.ProcessorName => new StripeProcessor(new(http, addresses.Stripe, account), account, sent, customers, origin.AppOrigin, time),
            PayPalProcessor.ProcessorName => new PayPalProcessor(
                new(http, payPalTokens, account.Live ? addresses.PayPalLive : addresses.PayPalTest, account), account, sent, origin.AppOrigin, time),
            BraintreeProcessor.ProcessorName => new BraintreeProcessor(
                new(http, account.Live ? addresses.BraintreeLive : addresses.BraintreeTest, account), account, sent, customers, time),
            _ => throw new InvalidOperationException($"There is no connector for '{account.Processor}'."),
        };
    }
}
