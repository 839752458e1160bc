using System.Globalization;
using System.Text;
using System.Text.Json;
using Stoa.Kernel;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors;
using Stoa.Payments.Processors.PayPal;
using Xunit;

namespace Stoa.Payments.Tests.Remote;

public sealed class PayPalProcessorTests(ProcessorServers servers) : RemoteSpecification(servers)
{
    private PayPalAccount PayPal => FakePayPal.Open(Account.Settings.ClientId ?? "");

    private protected override MerchantAccount OpenAccount(long id)
    {
        var client = $"client_{Guid.NewGuid():N}";
        return new(id, PageId.New(), PayPalProcessor.ProcessorName, Live: false, new() { ClientId = client, WebhookId = FakePayPal.Open(client).WebhookId }, new() { Key = "secret" }, null, null);
    }

    private protected override MerchantAccount WithWrongKey(MerchantAccount account) => account with { Secrets = new() { Key = "guessed" } };

    private protected override void Break(Mishap mishap) => PayPal.Break(mishap);

    private protected override Task<string> GoodCardAsync() => CardAsync("good");

    private protected override Task<string> DeclinedCardAsync() => CardAsync("declined");

    private protected override Task<string> AskingCardAsync() => CardAsync("asks");

    private protected override async Task<string> NewTokenAsync(PersonId owner)
    {
        var begun = await Processor.BeginSaveAsync(owner, Ct) ?? throw new InvalidOperationException($"Nothing was answered: {string.Join('\n', Violations)}");
        PayPal.Approve(begun["token"], "good");
        return begun["token"];
    }

    private protected override Task FailRefundAsync(string refundRef)
    {
        PayPal.FailRefund(refundRef);
        return Task.CompletedTask;
    }

    private protected override Task DisputeAsync(ProcessorPayment payment)
    {
        PayPal.Dispute(payment.Ref);
        return Task.CompletedTask;
    }

    private protected override Task<WebhookCall> WebhookOfAsync(ProcessorPayment payment)
    {
        var capture = new { id = "2GG279541U471931P", custom_id = payment.Reference, supplementary_data = new { related_ids = new { order_id = payment.Ref } } };
        var body = JsonSerializer.Serialize(new { id = "WH-1", event_type = "PAYMENT.CAPTURE.COMPLETED", resource_type = "capture", resource = capture });
        return Task.FromResult(Signed(body));
    }

    private protected override Task<int> CountPaymentsAsync(string reference) => Task.FromResult(PayPal.Count(reference));

    [Theory]
    [InlineData("https://api.paypal.com.evil.example/cert")]
    [InlineData("http://api.paypal.com/cert")]
    [InlineData("https://api.paypal.com:8443/cert")]
    [InlineData("https://user@api.paypal.com/cert")]
    [InlineData("nonsense")]
    public async Task A_certificate_from_elsewhere_is_not_even_asked_about(string address)
    {
        var call = await WebhookOfAsync(Known(await Processor.ChargeAsync(NewCharge(await GoodCardAsync()), Ct)));

        Assert.Null(await Processor.ParseWebhookAsync(call with { Headers = new Dictionary<string, string>(call.Headers, StringComparer.OrdinalIgnoreCase) { ["PayPal-Cert-Url"] = address } }, Ct));
    }

    [Fact]
    public async Task A_payment_that_was_given_up_is_not_captured_when_the_payer_says_yes_later()
    {
        var payment = Known(await Processor.ChargeAsync(NewCharge(await AskingCardAsync()), Ct));
        await Processor.VoidAsync(payment.Ref, Ct);
        PayPal.PayerApproves(payment.Ref);

        Assert.Equal((PaymentStatus.Voided, 0L), Known(await Processor.GetAsync(payment.Ref, Ct)) is var p ? (p.Status, p.CapturedMinor) : default);
    }

    [Fact]
    public async Task A_payment_is_captured_once_the_payer_has_said_yes()
    {
        var charge = NewCharge(await AskingCardAsync());
        var payment = Known(await Processor.ChargeAsync(charge, Ct));
        PayPal.PayerApproves(payment.Ref);

        var seen = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Processor.GetAsync(payment.Ref, Ct)));

        Assert.All(seen, answer => Assert.Equal((PaymentStatus.Captured, charge.Amount.AmountMinor), Known(answer) is var p ? (p.Status, p.CapturedMinor) : default));
    }

    private WebhookCall Signed(string body)
    {
        var time = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return new(new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["PAYPAL-TRANSMISSION-ID"] = "t1",
            ["PAYPAL-TRANSMISSION-TIME"] = time,
            ["PAYPAL-TRANSMISSION-SIG"] = PayPal.Sign("t1", time, PayPal.WebhookId, body),
            ["PAYPAL-CERT-URL"] = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
            ["PAYPAL-AUTH-ALGO"] = "SHA256withRSA",
        }, Encoding.UTF8.GetBytes(body));
    }

    private async Task<string> CardAsync(string behaviour)
    {
        var owner = PersonId.New();
        var token = await NewTokenAsync(owner);
        PayPal.Approve(token, behaviour);
        return (await Processor.SaveAsync(token, owner, Ct))?.Ref ?? throw new InvalidOperationException($"The card was not saved: {string.Join('\n', Violations)}");
    }
}
