using Stoa.Kernel;
using Stoa.Payments.Processors;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>What every processor behind <see cref="IProcessor"/> has to do. A connector's test class inherits it and says how to get cards.</summary>
public abstract class ProcessorSpecification
{
    private static readonly Money price = new(214_60, Currency.Eur);

    private protected abstract IProcessor Processor { get; }

    /// <summary>The reference of a saved card that is charged without more ado.</summary>
    private protected abstract Task<string> GoodCardAsync();

    /// <summary>One that the bank declines.</summary>
    private protected abstract Task<string> DeclinedCardAsync();

    /// <summary>One whose bank asks the payer first.</summary>
    private protected abstract Task<string> AskingCardAsync();

    /// <summary>A token that <see cref="IProcessor.SaveAsync"/> takes.</summary>
    private protected abstract Task<string> NewTokenAsync(PersonId owner);

    /// <summary>One whose refunds the bank sends back later.</summary>
    private protected virtual Task<string> RefundFailingCardAsync() => GoodCardAsync();

    /// <summary>The bank sends a refund back.</summary>
    private protected abstract Task FailRefundAsync(string refundRef);

    /// <summary>The payer's bank disputes a payment.</summary>
    private protected abstract Task DisputeAsync(ProcessorPayment payment);

    /// <summary>A call as the processor makes it about a payment.</summary>
    private protected abstract Task<WebhookCall> WebhookOfAsync(ProcessorPayment payment);

    /// <summary>How many payments of a reference the processor has.</summary>
    private protected abstract Task<int> CountPaymentsAsync(string reference);

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_charge_is_captured_with_amount_and_reference_as_asked()
    {
        var charge = NewCharge(await GoodCardAsync());

        var payment = Known(await Processor.ChargeAsync(charge, Ct));

        Assert.Equal((PaymentStatus.Captured, price, charge.Reference, price.AmountMinor, 0L), (payment.Status, payment.Amount, payment.Reference, payment.CapturedMinor, payment.RefundedMinor));
        Assert.Equal(payment, Known(await Processor.GetAsync(payment.Ref, Ct)));
        Assert.Equal(payment, Known(await Processor.FindByReferenceAsync(charge.Reference, Ct)));
    }

    [Fact]
    public async Task The_same_request_sent_again_is_the_same_payment()
    {
        var charge = NewCharge(await GoodCardAsync());

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Processor.ChargeAsync(charge, Ct)));

        // One that came while the first was under way may not know yet what came of it.
        Assert.All(answers, answer => Assert.True(answer is ProcessorAnswer.Known or ProcessorAnswer.Unclear, $"{answer}"));
        var payment = Known(await Processor.ChargeAsync(charge, Ct));
        Assert.All(answers.OfType<ProcessorAnswer.Known>(), answer => Assert.Equal(payment.Ref, answer.Payment.Ref));
        Assert.Equal(1, await CountPaymentsAsync(charge.Reference));
    }

    [Fact]
    public async Task Another_request_under_the_same_key_is_refused()
    {
        var charge = NewCharge(await GoodCardAsync());
        await Processor.ChargeAsync(charge, Ct);

        Assert.Equal("key_reused", Refused(await Processor.ChargeAsync(charge with { Amount = price * 2 }, Ct)));
    }

    [Fact]
    public async Task A_decline_is_a_payment_that_failed_and_stays_so()
    {
        var charge = NewCharge(await DeclinedCardAsync());

        var payment = Known(await Processor.ChargeAsync(charge, Ct));

        Assert.Equal((PaymentStatus.Failed, 0L), (payment.Status, payment.CapturedMinor));
        Assert.NotNull(payment.Failure);
        Assert.Equal(payment, Known(await Processor.ChargeAsync(charge, Ct)));
    }

    [Fact]
    public async Task A_bank_that_asks_gives_an_address_and_can_be_given_up()
    {
        var payment = Known(await Processor.ChargeAsync(NewCharge(await AskingCardAsync()), Ct));
        if (Processor.Traits.AsksInBrowser)
        {
            // Asked before the charge or not at all: nothing waits, nothing is charged.
            Assert.Equal((PaymentStatus.Failed, "authentication_failed", 0L), (payment.Status, payment.Failure, payment.CapturedMinor));
            return;
        }

        Assert.Equal(PaymentStatus.RequiresAction, payment.Status);
        Assert.True(Uri.TryCreate(payment.ActionUrl, UriKind.Absolute, out _));

        Assert.Equal(PaymentStatus.Voided, Known(await Processor.VoidAsync(payment.Ref, Ct)).Status);
        Assert.Equal(PaymentStatus.Voided, Known(await Processor.VoidAsync(payment.Ref, Ct)).Status);
    }

    [Fact]
    public async Task What_is_captured_can_no_longer_be_given_up()
    {
        var payment = Known(await Processor.ChargeAsync(NewCharge(await GoodCardAsync()), Ct));

        Assert.Equal(PaymentStatus.Captured, Known(await Processor.VoidAsync(payment.Ref, Ct)).Status);
    }

    [Fact]
    public async Task An_authorised_amount_is_captured_in_part_once_and_never_beyond()
    {
        var payment = Known(await Processor.ChargeAsync(NewCharge(await GoodCardAsync()) with { Capture = CaptureMode.Manual }, Ct));
        Assert.Equal((PaymentStatus.Authorised, 0L), (payment.Status, payment.CapturedMinor));

        Assert.Equal("exceeds", Refused(await Processor.CaptureAsync(NewKey(), payment.Ref, price.AmountMinor + 1, Ct)));
        var key = NewKey();
        Assert.Equal((PaymentStatus.Captured, 100_00L), Known(await Processor.CaptureAsync(key, payment.Ref, 100_00, Ct)) is var p ? (p.Status, p.CapturedMinor) : default);
        Assert.Equal(100_00, Known(await Processor.CaptureAsync(key, payment.Ref, 100_00, Ct)).CapturedMinor);
        Assert.Equal("not_capturable", Refused(await Processor.CaptureAsync(NewKey(), payment.Ref, 1, Ct)));
    }

    [Fact]
    public async Task Refunds_add_up_to_what_was_captured_and_one_key_refunds_once()
    {
        var payment = await CapturedAsync();
        var part = NewRefund(payment, 100_00);

        var made = KnownRefund(await Processor.RefundAsync(part, Ct));
        Assert.Equal((100_00L, RefundStatus.Succeeded), (made.AmountMinor, made.Status));
        Assert.Equal(made, KnownRefund(await Processor.RefundAsync(part, Ct)));
        Assert.Equal(made, KnownRefund(await Processor.FindRefundAsync(part, made.Ref, Ct)));
        Assert.Equal(made, KnownRefund(await Processor.FindRefundAsync(part, null, Ct)));
        Assert.Equal((PaymentStatus.Captured, 100_00L), Known(await Processor.GetAsync(payment.Ref, Ct)) is var p ? (p.Status, p.RefundedMinor) : default);

        Assert.Equal("exceeds", Refused(await Processor.RefundAsync(NewRefund(payment, 114_61), Ct)));
        Assert.Equal(114_60, KnownRefund(await Processor.RefundAsync(NewRefund(payment, null), Ct)).AmountMinor);
        Assert.Equal((PaymentStatus.Refunded, price.AmountMinor), Known(await Processor.GetAsync(payment.Ref, Ct)) is var all ? (all.Status, all.RefundedMinor) : default);
        Assert.Equal("exceeds", Refused(await Processor.RefundAsync(NewRefund(payment, null), Ct)));
    }

    [Fact]
    public async Task Another_refund_under_the_same_key_is_refused()
    {
        var payment = await CapturedAsync();
        var part = NewRefund(payment, 100_00);
        KnownRefund(await Processor.RefundAsync(part, Ct));

        Assert.Equal("key_reused", Refused(await Processor.RefundAsync(part with { Amount = new(50_00, Currency.Eur) }, Ct)));
        Assert.Equal(100_00, Known(await Processor.GetAsync(payment.Ref, Ct)).RefundedMinor);
    }

    [Fact]
    public async Task Two_refunds_at_once_never_give_back_more_than_was_paid()
    {
        var payment = await CapturedAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Processor.RefundAsync(NewRefund(payment, 100_00), Ct)));

        Assert.Equal(2, answers.Count(a => a is ProcessorAnswer.KnownRefund));
        Assert.Equal(200_00, Known(await Processor.GetAsync(payment.Ref, Ct)).RefundedMinor);
    }

    [Fact]
    public async Task A_refund_that_failed_at_the_bank_is_no_longer_counted()
    {
        var payment = Known(await Processor.ChargeAsync(NewCharge(await RefundFailingCardAsync()), Ct));
        var refund = NewRefund(payment, 100_00);
        var made = KnownRefund(await Processor.RefundAsync(refund, Ct));

        await FailRefundAsync(made.Ref);

        Assert.Equal(RefundStatus.Failed, KnownRefund(await Processor.FindRefundAsync(refund, made.Ref, Ct)).Status);
        Assert.Equal((PaymentStatus.Captured, 0L), Known(await Processor.GetAsync(payment.Ref, Ct)) is var p ? (p.Status, p.RefundedMinor) : default);
    }

    [Fact]
    public async Task A_dispute_stands_beside_the_payment()
    {
        var payment = await CapturedAsync();
        Assert.Equal(DisputeStatus.None, payment.Dispute);

        await DisputeAsync(payment);

        Assert.Equal((PaymentStatus.Captured, DisputeStatus.NeedsResponse), Known(await Processor.GetAsync(payment.Ref, Ct)) is var p ? (p.Status, p.Dispute) : default);
    }

    [Fact]
    public async Task A_webhook_names_the_payment_that_it_is_of_and_nothing_else_passes_for_one()
    {
        var payment = await CapturedAsync();
        var call = await WebhookOfAsync(payment);

        var told = await Processor.ParseWebhookAsync(call, Ct);

        Assert.NotNull(told);
        Assert.NotEmpty(told.Id);
        Assert.True(told.PaymentRef == payment.Ref || told.Reference == payment.Reference, $"{told} is not of {payment}.");
        Assert.Equal(told, await Processor.ParseWebhookAsync(call, Ct));
        var changed = call.Body.ToArray();
        changed[^2] ^= 1;
        Assert.Null(await Processor.ParseWebhookAsync(call with { Body = changed }, Ct));
        Assert.Null(await Processor.ParseWebhookAsync(call with { Headers = new Dictionary<string, string>() }, Ct));
    }

    [Fact]
    public async Task One_unit_goes_there_and_back()
    {
        var answer = await Processor.SendOneUnitAsync(Ct);

        Assert.True(answer is ProcessorAnswer.Known { Payment.CapturedMinor: 0 } or ProcessorAnswer.KnownRefund, $"{answer}");
    }

    [Fact]
    public async Task What_a_browser_needs_to_save_a_card_is_told() => Assert.NotEmpty(await Processor.BeginSaveAsync(PersonId.New(), Ct) ?? new Dictionary<string, string>());

    [Fact]
    public async Task What_was_never_made_is_not_found()
    {
        Assert.Equal("not_found", Refused(await Processor.GetAsync("none", Ct)));
        Assert.Equal("not_found", Refused(await Processor.FindByReferenceAsync(Guid.NewGuid().ToString(), Ct)));
        Assert.Equal("not_found", Refused(await Processor.RefundAsync(new(NewKey(), NewKey(), "none", null), Ct)));
        Assert.Equal("not_found", Refused(await Processor.FindRefundAsync(new(NewKey(), NewKey(), "none", null), null, Ct)));
        Assert.Equal("card_unknown", Refused(await Processor.ChargeAsync(NewCharge("none"), Ct)));
    }

    [Fact]
    public async Task A_token_is_one_card_of_one_customer_until_it_is_forgotten()
    {
        var owner = PersonId.New();
        var token = await NewTokenAsync(owner);
        var card = await Processor.SaveAsync(token, owner, Ct);

        Assert.NotNull(card);
        Assert.Matches("^[0-9]{4}$", card.Last4);
        Assert.Equal(card, await Processor.SaveAsync(token, owner, Ct));
        Assert.Null(await Processor.SaveAsync(token, PersonId.New(), Ct));
        Assert.Null(await Processor.SaveAsync("rubbish", owner, Ct));

        await Processor.DeleteSavedAsync(card.Ref, Ct);
        await Processor.DeleteSavedAsync(card.Ref, Ct);
        Assert.NotEqual(PaymentStatus.Captured, (await Processor.ChargeAsync(NewCharge(card.Ref), Ct) as ProcessorAnswer.Known)?.Payment.Status);
    }

    private protected static ProcessorPayment Known(ProcessorAnswer answer) => Assert.IsType<ProcessorAnswer.Known>(answer).Payment;

    private protected static ProcessorRefund KnownRefund(ProcessorAnswer answer) => Assert.IsType<ProcessorAnswer.KnownRefund>(answer).Refund;

    private async Task<ProcessorPayment> CapturedAsync() => Known(await Processor.ChargeAsync(NewCharge(await GoodCardAsync()), Ct));

    private static RefundRequest NewRefund(ProcessorPayment payment, long? amountMinor) =>
        new(NewKey(), Guid.NewGuid().ToString(), payment.Ref, amountMinor is { } minor ? new(minor, Currency.Eur) : null);

    private protected static string Refused(ProcessorAnswer answer) => Assert.IsType<ProcessorAnswer.Refused>(answer).Code;

    private protected static ChargeRequest NewCharge(string card) => new(NewKey(), Guid.NewGuid().ToString(), card, price);

    private static string NewKey() => Guid.NewGuid().ToString();
}
