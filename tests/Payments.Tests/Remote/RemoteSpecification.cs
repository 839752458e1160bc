using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Hosting.Outbound;
using Stoa.Kernel;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors;
using Stoa.Payments.Processors.Remote;
using Stoa.Payments.Sandbox;
using Stoa.People;
using Stoa.Testing;
using Stoa.Threads;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests.Remote;

/// <summary>What a processor far away has to do beyond the specification: bear lost answers, and stay within its account. Everything that goes over the wire
/// is checked against the processor's published interface document.</summary>
public abstract class RemoteSpecification(ProcessorServers servers) : ProcessorSpecification, IAsyncLifetime
{
    private protected readonly ManualTimeProvider clock = new();
    private TestDatabase database = null!; // InitializeAsync runs before every test.
    private GuardedClient client = null!; // The same.
    private IProcessor processor = null!; // The same.

    private protected override IProcessor Processor => processor;

    private protected IEnumerable<string> Violations => servers.Violations;

    private protected MerchantAccount Account { get; private set; } = null!; // The same.

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(new PeopleModule(), new ThreadsModule(), new WalletModule(), new PaymentsModule());
        client = new(Options.Create(new StoaOptions { AllowLoopbackTargets = true }), new SystemHostResolver());
        Account = OpenAccount(WireIds.New());
        processor = Connect(Account, await servers.Address);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await database.DisposeAsync();
        Assert.True(servers.Violations.IsEmpty, string.Join("\n", servers.Violations.Distinct()));
        GC.SuppressFinalize(this);
    }

    /// <summary>A merchant's account, new at the fake too.</summary>
    private protected abstract MerchantAccount OpenAccount(long id);

    /// <summary>The same with a key that the processor does not know.</summary>
    private protected abstract MerchantAccount WithWrongKey(MerchantAccount account);

    private protected abstract void Break(Mishap mishap);

    [Fact]
    public async Task A_charge_whose_answer_is_lost_is_unclear_and_then_found_once()
    {
        var charge = NewCharge(await GoodCardAsync());
        Break(Mishap.AnswerLost);

        Assert.IsType<ProcessorAnswer.Unclear>(await Processor.ChargeAsync(charge, Ct));

        var payment = Known(await Processor.ChargeAsync(charge, Ct));
        Assert.Equal(PaymentStatus.Captured, payment.Status);
        Assert.Equal(payment.Ref, Known(await Processor.FindByReferenceAsync(charge.Reference, Ct)).Ref);
        Assert.Equal(1, await CountPaymentsAsync(charge.Reference));
    }

    [Fact]
    public async Task A_charge_whose_answer_is_lost_is_found_by_our_reference_alone()
    {
        var charge = NewCharge(await GoodCardAsync());
        Break(Mishap.AnswerLost);
        await Processor.ChargeAsync(charge, Ct);

        // Long after the processor has forgotten the key: nothing is sent again.
        clock.Advance(TimeSpan.FromDays(2));

        Assert.Equal(charge.Reference, Known(await Processor.FindByReferenceAsync(charge.Reference, Ct)).Reference);
        Assert.Equal(1, await CountPaymentsAsync(charge.Reference));
    }

    [Fact]
    public async Task A_request_that_is_lost_is_unclear_and_leaves_nothing()
    {
        var charge = NewCharge(await GoodCardAsync());
        Break(Mishap.RequestLost);

        Assert.IsType<ProcessorAnswer.Unclear>(await Processor.ChargeAsync(charge, Ct));

        Assert.Equal("not_found", Refused(await Processor.FindByReferenceAsync(charge.Reference, Ct)));
        Assert.Equal(0, await CountPaymentsAsync(charge.Reference));
    }

    [Fact]
    public async Task A_refund_whose_answer_is_lost_goes_back_once()
    {
        var payment = Known(await Processor.ChargeAsync(NewCharge(await GoodCardAsync()), Ct));
        var refund = new RefundRequest(Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), payment.Ref, new(50_00, Currency.Eur));
        Break(Mishap.AnswerLost);

        Assert.IsType<ProcessorAnswer.Unclear>(await Processor.RefundAsync(refund, Ct));

        Assert.Equal(50_00, KnownRefund(await Processor.RefundAsync(refund, Ct)).AmountMinor);
        Assert.Equal(50_00, KnownRefund(await Processor.FindRefundAsync(refund, null, Ct)).AmountMinor);
        Assert.Equal(50_00, Known(await Processor.GetAsync(payment.Ref, Ct)).RefundedMinor);
    }

    [Fact]
    public async Task Another_merchant_s_account_knows_nothing_of_it()
    {
        var card = await GoodCardAsync();
        var payment = Known(await Processor.ChargeAsync(NewCharge(card), Ct));
        var call = await WebhookOfAsync(payment);
        var other = Connect(OpenAccount(WireIds.New()), await servers.Address);

        Assert.Equal("not_found", Refused(await other.GetAsync(payment.Ref, Ct)));
        Assert.Equal("not_found", Refused(await other.FindByReferenceAsync(payment.Reference, Ct)));
        Assert.Equal("card_unknown", Refused(await other.ChargeAsync(NewCharge(card), Ct)));
        Assert.Null(await other.ParseWebhookAsync(call, Ct));
    }

    [Fact]
    public async Task A_key_that_the_processor_does_not_know_is_the_merchant_s_to_mend()
    {
        var payment = Known(await Processor.ChargeAsync(NewCharge(await GoodCardAsync()), Ct));
        var wrong = Connect(WithWrongKey(Account), await servers.Address);

        Assert.Equal("config", Refused(await wrong.GetAsync(payment.Ref, Ct)));
        Assert.Equal("config", Refused(await wrong.SendOneUnitAsync(Ct)));
    }

    [Fact]
    public async Task A_webhook_that_is_too_old_is_refused()
    {
        var call = await WebhookOfAsync(Known(await Processor.ChargeAsync(NewCharge(await GoodCardAsync()), Ct)));
        clock.Advance(TimeSpan.FromMinutes(6));

        Assert.Null(await Processor.ParseWebhookAsync(call, Ct));
    }

    private protected IProcessor Connect(MerchantAccount account, Uri address)
    {
        var options = new PaymentsOptions();
        (options.Addresses.Stripe, options.Addresses.PayPalTest, options.Addresses.BraintreeTest) = (address, address, address);
        return new Connectors(client, new(database.DataSource, clock), new(database.DataSource), new PayOrigin(Options.Create(new StoaOptions())), clock, Options.Create(options)).Create(account);
    }
}
