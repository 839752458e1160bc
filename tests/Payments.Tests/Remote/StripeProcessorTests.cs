using System.Text.Json;
using Stoa.Kernel;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors;
using Stoa.Payments.Processors.Stripe;
using Xunit;

namespace Stoa.Payments.Tests.Remote;

public sealed class StripeProcessorTests(ProcessorServers servers) : RemoteSpecification(servers)
{
    private const string WebhookSecret = "whsec_test_secret";

    private StripeAccount Stripe => FakeStripe.Open(Account.Secrets.Key);

    private protected override MerchantAccount OpenAccount(long id)
    {
        var key = $"sk_test_{Guid.NewGuid():N}";
        FakeStripe.Open(key);
        return new(id, PageId.New(), StripeProcessor.ProcessorName, Live: false, new() { PublishableKey = "pk_test_1" }, new() { Key = key, WebhookSecret = $"{WebhookSecret}_{id}" }, null, null);
    }

    private protected override MerchantAccount WithWrongKey(MerchantAccount account) => account with { Secrets = account.Secrets with { Key = "sk_test_unknown" } };

    private protected override void Break(Mishap mishap) => Stripe.Break(mishap);

    private protected override Task<string> GoodCardAsync() => CardAsync("good");

    private protected override Task<string> DeclinedCardAsync() => CardAsync("declined");

    private protected override Task<string> AskingCardAsync() => CardAsync("asks");

    private protected override async Task<string> NewTokenAsync(PersonId owner)
    {
        var begun = await Processor.BeginSaveAsync(owner, Ct) ?? throw new InvalidOperationException("The fake answers.");
        Stripe.Confirm(begun["token"], "good");
        return begun["token"];
    }

    private protected override Task FailRefundAsync(string refundRef)
    {
        Stripe.FailRefund(refundRef);
        return Task.CompletedTask;
    }

    private protected override Task DisputeAsync(ProcessorPayment payment)
    {
        Stripe.Dispute(payment.Ref);
        return Task.CompletedTask;
    }

    private protected override Task<WebhookCall> WebhookOfAsync(ProcessorPayment payment)
    {
        var intent = new { id = payment.Ref, @object = "payment_intent", metadata = new { purchase = payment.Reference } };
        var body = JsonSerializer.SerializeToUtf8Bytes(new { id = "evt_1", @object = "event", type = "payment_intent.succeeded", livemode = false, data = new { @object = intent } });
        return Task.FromResult(Signed(body));
    }

    private protected override Task<int> CountPaymentsAsync(string reference) => Task.FromResult(Stripe.Count(reference));

    [Theory]
    [InlineData("winning_evidence", "Won")]
    [InlineData("It was delivered", "UnderReview")]
    [InlineData(null, "Lost")]
    public async Task A_dispute_is_found_with_its_deadline_and_answered_once(string? evidence, string end)
    {
        var payment = Known(await Processor.ChargeAsync(new($"charge/{evidence}", Guid.NewGuid().ToString(), await GoodCardAsync(), new(19_00, Currency.Eur)), Ct));
        var desk = Assert.IsType<IDisputeDesk>(Processor, exactMatch: false);
        Assert.Equal(new DisputeAnswer.Refused("not_found"), await desk.FindDisputeAsync(payment.Ref, Ct));
        await DisputeAsync(payment);
        Assert.Equal(new DisputeAnswer.Known(DisputeStatus.NeedsResponse, DateTimeOffset.FromUnixTimeSeconds(1_800_000_000)), await desk.FindDisputeAsync(payment.Ref, Ct));

        Task<DisputeAnswer> AnswerAsync(string key) => evidence is null ? desk.AcceptDisputeAsync(payment.Ref, Ct) : desk.ContestDisputeAsync(key, payment.Ref, evidence, Ct);
        Assert.Equal(end, Assert.IsType<DisputeAnswer.Known>(await AnswerAsync("one")).Status.ToString());
        Assert.Equal(end, Assert.IsType<DisputeAnswer.Known>(await AnswerAsync("one")).Status.ToString());
        if (evidence is not null)
        {
            Assert.Equal(new DisputeAnswer.Refused("dispute_closed"), await AnswerAsync("two"));
        }
    }

    [Fact]
    public void A_signature_is_as_Stripe_makes_it()
    {
        // Made by Stripe's own library for Node.
        Assert.Equal("t=1700000000,v1=67da5088c63e080c71bd2bb0cb5c03d85a8fc6a21ce3aaf484df809654745b92",
            StripeWebhook.Sign(WebhookSecret, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), """{"id":"evt_1","object":"event","type":"payment_intent.succeeded"}"""u8));
    }

    [Fact]
    public async Task Either_of_two_signatures_may_be_right_while_a_secret_is_changed_and_another_mode_s_event_is_none()
    {
        var body = """{"id":"evt_1","object":"event","livemode":false,"data":{"object":{"object":"charge","payment_intent":"pi_1"}}}"""u8.ToArray();
        var call = Signed(body);
        var right = call.Header(StripeWebhook.SignatureHeader) ?? "";
        var (stamp, hash) = (right[..right.IndexOf(',', StringComparison.Ordinal)], right[(right.IndexOf("v1=", StringComparison.Ordinal) + 3)..]);

        Assert.Equal("pi_1", (await Parse($"{stamp},v1={new string('0', 64)},v1={hash}", body))?.PaymentRef);
        Assert.Null(await Parse($"{stamp},v0={hash}", body));
        Assert.Null(await Parse($"v1={hash}", body));
        Assert.Null(await Processor.ParseWebhookAsync(Signed("""{"id":"evt_1","object":"event","livemode":true,"data":{"object":{"object":"charge","payment_intent":"pi_1"}}}"""u8.ToArray()), Ct));
        Assert.Null(await Processor.ParseWebhookAsync(Signed("nonsense"u8.ToArray()), Ct));

        Task<ProcessorEvent?> Parse(string header, byte[] of) => Processor.ParseWebhookAsync(WebhookCall.Of(StripeWebhook.SignatureHeader, header, of), Ct);
    }

    [Fact]
    public async Task A_card_of_another_customer_is_not_saved_and_an_id_with_more_in_it_is_none()
    {
        var token = await NewTokenAsync(PersonId.New());
        Assert.Null(await Processor.SaveAsync(token, PersonId.New(), Ct));
        Assert.Null(await Processor.SaveAsync("seti_1/../../refunds", PersonId.New(), Ct));
        Assert.Equal("not_found", Refused(await Processor.GetAsync("pi_1/capture", Ct)));
        Assert.Equal("card_unknown", Refused(await Processor.ChargeAsync(NewCharge("cus_1/pm_1&amount=1"), Ct)));
    }

    private WebhookCall Signed(byte[] body) => WebhookCall.Of(StripeWebhook.SignatureHeader, StripeWebhook.Sign(Account.Secrets.WebhookSecret ?? "", clock.GetUtcNow(), body), body);

    private async Task<string> CardAsync(string behaviour)
    {
        var owner = PersonId.New();
        var begun = await Processor.BeginSaveAsync(owner, Ct) ?? throw new InvalidOperationException($"Nothing was answered: {string.Join('\n', Violations)}");
        Stripe.Confirm(begun["token"], behaviour);
        return (await Processor.SaveAsync(begun["token"], owner, Ct))?.Ref ?? throw new InvalidOperationException($"The card was not saved: {string.Join('\n', Violations)}");
    }
}
