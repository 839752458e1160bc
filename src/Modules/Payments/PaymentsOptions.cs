using System.ComponentModel.DataAnnotations;

namespace Stoa.Payments;

/// <summary>What the operator chooses about payments. Section <c>Payments</c>.</summary>
public sealed class PaymentsOptions
{
    public const string Section = "Payments";

    /// <summary>The most that one purchase may cost, in minor units of its currency. Default 99,999,999: eight digits, the most that all processors take.</summary>
    [Range(1, 99_999_999)]
    public long AmountMinorMax { get; set; } = 99_999_999;

    /// <summary>How long a worker that has gone silent keeps a purchase from others. Shorter ends a crash sooner; it is renewed three times in this span. Default 9 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan LeaseLasts { get; set; } = TimeSpan.FromSeconds(9);

    /// <summary>How long after the payer's tap the merchant may still be asked, and money be asked for the first time, when crashes came between. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:30", "01:00:00")]
    public TimeSpan BeginsWithin { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a balance stays held for a purchase whose posting was interrupted. Default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan BalanceIsHeldFor { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Purchases that this node works on at the same time; each may wait 20 s for a merchant. 0: it leaves them to other nodes. Default 64.</summary>
    [Range(0, 1024)]
    public int WorkersMax { get; set; } = 64;

    /// <summary>Where the processors are.</summary>
    public ProcessorAddresses Addresses { get; } = new();
}

/// <summary>Base addresses of the processors' interfaces; https, or loopback where <c>Stoa:AllowLoopbackTargets</c> allows it. Defaults: their own.</summary>
public sealed class ProcessorAddresses
{
    public Uri Stripe { get; set; } = new("https://api.stripe.com");

    public Uri PayPalTest { get; set; } = new("https://api-m.sandbox.paypal.com");

    public Uri PayPalLive { get; set; } = new("https://api-m.paypal.com");

    public Uri BraintreeTest { get; set; } = new("https://payments.sandbox.braintree-api.com");

    public Uri BraintreeLive { get; set; } = new("https://payments.braintree-api.com");
}
