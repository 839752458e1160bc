using System.Globalization;
using System.Text;
using Stoa.Kernel;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors;
using Stoa.Payments.Processors.Braintree;
using Xunit;

namespace Stoa.Payments.Tests.Remote;

public sealed class BraintreeProcessorTests(ProcessorServers servers) : RemoteSpecification(servers)
{
    private BraintreeAccount Braintree => FakeBraintree.Open(Account.Settings.PublicKey ?? "");

    private protected override MerchantAccount OpenAccount(long id)
    {
        var key = $"pub{Guid.NewGuid():N}";
        FakeBraintree.Open(key);
        return new(id, PageId.New(), BraintreeProcessor.ProcessorName, Live: false,
            new() { PublicKey = key, MerchantAccounts = new Dictionary<string, string> { ["EUR"] = "eur_account" } }, new() { Key = "private" }, null, null);
    }

    private protected override MerchantAccount WithWrongKey(MerchantAccount account) => account with { Secrets = new() { Key = "guessed" } };

    private protected override void Break(Mishap mishap) => Braintree.Break(mishap);

    private protected override Task<string> GoodCardAsync() => CardAsync("good");

    private protected override Task<string> DeclinedCardAsync() => CardAsync("declined");

    private protected override Task<string> AskingCardAsync() => CardAsync("asks");

    private protected override async Task<string> NewTokenAsync(PersonId owner)
    {
        await Processor.BeginSaveAsync(owner, Ct);
        return $"nonce-good-{Guid.NewGuid():N}";
    }

    private protected override Task FailRefundAsync(string refundRef)
    {
        Braintree.FailRefund(refundRef);
        return Task.CompletedTask;
    }

    private protected override Task DisputeAsync(ProcessorPayment payment)
    {
        Braintree.Dispute(payment.Ref);
        return Task.CompletedTask;
    }

    private protected override Task<WebhookCall> WebhookOfAsync(ProcessorPayment payment)
    {
        var xml = string.Create(CultureInfo.InvariantCulture,
            $"<notification><kind>dispute_opened</kind><timestamp type=\"datetime\">{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}</timestamp><subject><dispute><transaction><id>1</id><order-id>{payment.Reference}</order-id></transaction></dispute></subject></notification>");
        return Task.FromResult(Signed(Convert.ToBase64String(Encoding.UTF8.GetBytes(xml)) + "\n"));
    }

    private protected override Task<int> CountPaymentsAsync(string reference) => Task.FromResult(Braintree.Count(reference));

    [Fact]
    public void Signatures_are_as_Braintree_makes_them()
    {
        // Accepted by Braintree's own library for Node.
        var account = Account with { Settings = Account.Settings with { PublicKey = "pub_key" }, Secrets = new() { Key = "priv_key" } };
        Assert.Equal("pub_key|aebc24599894c6f5c6c957035f88d621dfc94e03", BraintreeWebhook.AnswerTo("20f9f8ed05f77439fe955c977e4c8a53", account));
        Assert.Equal("d248c2142ff2218d1b095aeff97d168698f4dcc4", BraintreeWebhook.Sign("priv_key",
            "PG5vdGlmaWNhdGlvbj48dGltZXN0YW1wIHR5cGU9ImRhdGV0aW1lIj4yMDI2LTAxLTAyVDAzOjA0OjA1WjwvdGltZXN0YW1wPjxraW5kPmNoZWNrPC9raW5kPjxzdWJqZWN0PjxjaGVjayB0eXBlPSJib29sZWFuIj50cnVlPC9jaGVjaz48L3N1YmplY3Q+PC9ub3RpZmljYXRpb24+\n"));
        Assert.Null(BraintreeWebhook.AnswerTo("20f9f8ed05f77439<script>", account));
    }

    [Fact]
    public async Task A_payload_that_declares_entities_is_not_read() =>
        Assert.Null(await Processor.ParseWebhookAsync(Signed(Convert.ToBase64String("<!DOCTYPE n [<!ENTITY a \"b\">]><notification>&a;</notification>"u8)), Ct));

    [Fact]
    public async Task A_refund_waits_until_the_payment_has_settled()
    {
        var payment = Known(await Processor.ChargeAsync(NewCharge(await CardAsync("unsettled")), Ct));
        var refund = new RefundRequest(Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), payment.Ref, new(1_00, Currency.Eur));

        Assert.Equal("not_yet", Refused(await Processor.RefundAsync(refund, Ct)));
        Braintree.Settle(payment.Ref);
        clock.Advance(TimeSpan.FromDays(2));

        Assert.Equal(1_00, KnownRefund(await Processor.RefundAsync(refund, Ct)).AmountMinor);
    }

    [Fact]
    public async Task A_currency_without_an_account_is_not_charged()
    {
        var charge = NewCharge(await GoodCardAsync()) with { Amount = new(500, Currency.Of("JPY")) };

        Assert.Equal("config", Refused(await Processor.ChargeAsync(charge, Ct)));
    }

    private WebhookCall Signed(string payload)
    {
        var form = $"bt_signature={Uri.EscapeDataString($"other|00&{Account.Settings.PublicKey}|{BraintreeWebhook.Sign("private", payload)}")}&bt_payload={Uri.EscapeDataString(payload)}";
        return WebhookCall.Of("Content-Type", "application/x-www-form-urlencoded", Encoding.ASCII.GetBytes(form));
    }

    private async Task<string> CardAsync(string behaviour)
    {
        var owner = PersonId.New();
        await Processor.BeginSaveAsync(owner, Ct);
        return (await Processor.SaveAsync($"nonce-{behaviour}-{Guid.NewGuid():N}", owner, Ct))?.Ref ?? throw new InvalidOperationException($"The card was not saved: {string.Join('\n', Violations)}");
    }
}
