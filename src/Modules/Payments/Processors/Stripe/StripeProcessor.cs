using System.Globalization;
using System.Text.Json;
using Stoa.Kernel;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.Stripe;

/// <summary>Stripe, for one merchant's account: payment intents confirmed at once, idempotency keys on every call that changes something.</summary>
/// <remarks>A saved card's reference is <c>customer/payment method</c>: Stripe wants both to charge it.</remarks>
/// <param name="returnUrl">Where the payer's bank sends them back to.</param>
internal sealed partial class StripeProcessor(StripeApi api, MerchantAccount account, SentRequests sent, Customers customers, string returnUrl, TimeProvider time) : IProcessor
{
    public const string ProcessorName = "stripe";

    // Stripe forgets keys after a day at the earliest; a person who is charged hours later would not expect it.
    private static readonly TimeSpan keysLast = TimeSpan.FromHours(23);
    private const int PagesMax = 20;

    public string Name => account.Name;

    public ProcessorTraits Traits { get; } = new(ResendsFor: TimeSpan.FromHours(1), FindsWithin: TimeSpan.FromMinutes(90));

    public async Task<IReadOnlyDictionary<string, string>?> BeginSaveAsync(PersonId customer, CancellationToken cancellationToken)
    {
        if (await CustomerAsync(customer, cancellationToken) is not { } known
            || await api.PostAsync("/v1/setup_intents", Guid.NewGuid().ToString(),
                [("customer", known), ("usage", "off_session"), ("automatic_payment_methods[enabled]", "true"), ("automatic_payment_methods[allow_redirects]", "never")],
                cancellationToken) is not Reply.Answered { Success: true, Json: var intent }
            || intent.Text("client_secret") is not { } secret || intent.Text("id") is not { } id)
        {
            return null;
        }

        return new Dictionary<string, string> { ["token"] = id, ["clientSecret"] = secret, ["publishableKey"] = account.Settings.PublishableKey ?? "" };
    }

    public async Task<SavedCard?> SaveAsync(string token, PersonId customer, CancellationToken cancellationToken)
    {
        // Whose it is decides the customer that we made for them, never what the browser says.
        if (!IsId(token, "seti_") || await customers.FindAsync(Name, customer, cancellationToken) is not { } known
            || await api.GetAsync($"/v1/setup_intents/{token}", cancellationToken) is not Reply.Answered { Success: true, Json: var intent }
            || intent.Text("status") != "succeeded" || IdOf(intent, "customer") != known || IdOf(intent, "payment_method") is not { } method
            || await api.GetAsync($"/v1/payment_methods/{method}", cancellationToken) is not Reply.Answered { Success: true, Json: var saved }
            || saved.Member("card") is not { } card || card.Text("last4") is not { } last4)
        {
            return null;
        }

        return new($"{known}/{method}", card.Text("brand") ?? "card", last4, (int)(card.Number("exp_month") ?? 1), (int)(card.Number("exp_year") ?? 2000));
    }

    public async Task DeleteSavedAsync(string cardRef, CancellationToken cancellationToken)
    {
        if (Card(cardRef) is var (_, method))
        {
            await api.PostAsync($"/v1/payment_methods/{method}/detach", $"detach/{method}", [], cancellationToken);
        }
    }

    public async Task<ProcessorAnswer> ChargeAsync(ChargeRequest charge, CancellationToken cancellationToken)
    {
        if (Card(charge.CardRef) is not var (customer, method))
        {
            return new ProcessorAnswer.Refused("card_unknown");
        }

        if (WireAmounts.ToStripe(charge.Amount) is not { } amount)
        {
            return new ProcessorAnswer.Refused("invalid");
        }

        // The payer is present: a bank that asks them is shown, so off_session is left out.
        (string, string)[] form =
        [
            ("amount", Number(amount)), ("currency", CodeOf(charge.Amount)), ("customer", customer), ("payment_method", method), ("confirm", "true"),
            ("automatic_payment_methods[enabled]", "true"), ("return_url", returnUrl), ("capture_method", charge.Capture == CaptureMode.Manual ? "manual" : "automatic"),
            ("metadata[purchase]", charge.Reference), ("expand[0]", "latest_charge"),
        ];
        if (await sent.BeginAsync(Name, charge.RequestKey, StripeApi.Encode(form), charge.Reference, customer, cancellationToken) is not { } known)
        {
            return new ProcessorAnswer.Refused("key_reused");
        }

        if (known.Age > keysLast)
        {
            // Stripe has forgotten the key: sent again it would be another charge.
            return known.Ref is { } before ? await GetAsync(before, cancellationToken) : await FindByReferenceAsync(charge.Reference, cancellationToken);
        }

        var reply = await api.PostAsync("/v1/payment_intents", charge.RequestKey, form, cancellationToken);
        // A decline is 402 with the intent inside.
        var answer = reply is Reply.Answered { Status: 402, Json: var said } && said.Member("error").Member("payment_intent") is { } declined
            ? await PaymentAsync(declined, cancellationToken)
            : await PaymentAsync(reply, cancellationToken);
        if (answer is ProcessorAnswer.Known { Payment.Ref: var made })
        {
            await sent.NoteRefAsync(Name, charge.RequestKey, made, cancellationToken);
        }

        return answer;
    }

    public async Task<ProcessorAnswer> CaptureAsync(string requestKey, string paymentRef, long amountMinor, CancellationToken cancellationToken)
    {
        if (await GetAsync(paymentRef, cancellationToken) is not ProcessorAnswer.Known { Payment: var payment } now)
        {
            return new ProcessorAnswer.Refused("not_found");
        }

        if (amountMinor < 1 || amountMinor > payment.Amount.AmountMinor)
        {
            return new ProcessorAnswer.Refused("exceeds");
        }

        (string, string)[] form = [("amount_to_capture", Number(WireAmounts.ToStripe(payment.Amount with { AmountMinor = amountMinor }) ?? 0)), ("expand[0]", "latest_charge")];
        if (await sent.BeginAsync(Name, requestKey, $"{paymentRef}?{StripeApi.Encode(form)}", $"capture/{paymentRef}", null, cancellationToken) is not { } known)
        {
            return new ProcessorAnswer.Refused("key_reused");
        }

        return !known.IsFirst && payment.Status is PaymentStatus.Captured or PaymentStatus.Refunded
            ? payment.CapturedMinor == amountMinor ? now : new ProcessorAnswer.Refused("not_capturable")
            : await PaymentAsync(await api.PostAsync($"/v1/payment_intents/{paymentRef}/capture", requestKey, form, cancellationToken), cancellationToken);
    }

    public async Task<ProcessorAnswer> VoidAsync(string paymentRef, CancellationToken cancellationToken)
    {
        if (!IsId(paymentRef, "pi_"))
        {
            return new ProcessorAnswer.Refused("not_found");
        }

        // Refused when it has gone on or is over already: then it is as the look says.
        var reply = await api.PostAsync($"/v1/payment_intents/{paymentRef}/cancel", $"cancel/{paymentRef}", [("cancellation_reason", "requested_by_customer")], cancellationToken);
        return reply is Reply.Lost ? ProcessorAnswer.Unclear.Instance : await GetAsync(paymentRef, cancellationToken);
    }

    public async Task<ProcessorAnswer> RefundAsync(RefundRequest refund, CancellationToken cancellationToken)
    {
        List<(string, string)> form = [("payment_intent", refund.PaymentRef), ("reason", "requested_by_customer"), ("metadata[refund]", refund.Reference)];
        if (refund.Amount is { } part)
        {
            form.Add(("amount", Number(WireAmounts.ToStripe(part) ?? 0)));
        }

        if (await sent.BeginAsync(Name, refund.RequestKey, StripeApi.Encode(form), refund.Reference, refund.PaymentRef, cancellationToken) is not { } known)
        {
            return new ProcessorAnswer.Refused("key_reused");
        }

        if (known.Age > keysLast)
        {
            return await FindRefundAsync(refund, known.Ref, cancellationToken);
        }

        var answer = Refund(await api.PostAsync("/v1/refunds", refund.RequestKey, form, cancellationToken));
        if (answer is ProcessorAnswer.KnownRefund { Refund.Ref: var made })
        {
            await sent.NoteRefAsync(Name, refund.RequestKey, made, cancellationToken);
        }

        return answer;
    }

    public async Task<ProcessorAnswer> FindRefundAsync(RefundRequest refund, string? refundRef, CancellationToken cancellationToken)
    {
        if (refundRef is not null)
        {
            return IsId(refundRef, "re_") || IsId(refundRef, "pyr_") ? Refund(await api.GetAsync($"/v1/refunds/{refundRef}", cancellationToken)) : new ProcessorAnswer.Refused("not_found");
        }

        if (!IsId(refund.PaymentRef, "pi_"))
        {
            return new ProcessorAnswer.Refused("not_found");
        }

        return await api.GetAsync($"/v1/refunds?payment_intent={refund.PaymentRef}&limit=100", cancellationToken) is not Reply.Answered { Success: true, Json: var list } ? ProcessorAnswer.Unclear.Instance
            : list.Items("data").Where(r => r.Member("metadata").Text("refund") == refund.Reference).Select(r => StripeObjects.ReadRefund(r)).FirstOrDefault() is { } found ? new ProcessorAnswer.KnownRefund(found)
            : new ProcessorAnswer.Refused("not_found");
    }

    public async Task<ProcessorAnswer> GetAsync(string paymentRef, CancellationToken cancellationToken) => IsId(paymentRef, "pi_")
        ? await PaymentAsync(await api.GetAsync($"/v1/payment_intents/{paymentRef}?expand[0]=latest_charge", cancellationToken), cancellationToken)
        : new ProcessorAnswer.Refused("not_found");

    public async Task<ProcessorAnswer> FindByReferenceAsync(string reference, CancellationToken cancellationToken)
    {
        if (await sent.FindAsync(Name, reference, cancellationToken) is not { } known)
        {
            return new ProcessorAnswer.Refused("not_found");
        }

        if (known.Ref is { } before)
        {
            return await GetAsync(before, cancellationToken);
        }

        // Listed, not searched: Stripe's search lags behind what was written.
        var since = known.SentAt.AddMinutes(-5).ToUnixTimeSeconds();
        var after = "";
        for (var page = 0; page < PagesMax; page++)
        {
            var path = $"/v1/payment_intents?customer={known.Hint}&created[gte]={Number(since)}&limit=100{after}";
            if (await api.GetAsync(path, cancellationToken) is not Reply.Answered { Success: true, Json: var list })
            {
                return ProcessorAnswer.Unclear.Instance;
            }

            var intents = list.Items("data").ToList();
            if (intents.FirstOrDefault(i => i.Member("metadata").Text("purchase") == reference).Text("id") is { } found)
            {
                return await GetAsync(found, cancellationToken);
            }

            if (!list.IsTrue("has_more") || intents.Count == 0)
            {
                return new ProcessorAnswer.Refused("not_found");
            }

            after = $"&starting_after={intents[^1].Text("id")}";
        }

        return ProcessorAnswer.Unclear.Instance;
    }

    public async Task<ProcessorAnswer> SendOneUnitAsync(CancellationToken cancellationToken)
    {
        if (account.Live)
        {
            return await api.GetAsync("/v1/balance", cancellationToken) is Reply.Answered reply
                ? reply.Success ? new ProcessorAnswer.KnownRefund(new("", 0, RefundStatus.Succeeded)) : new ProcessorAnswer.Refused(StripeObjects.RefusalOf(reply) ?? "invalid")
                : ProcessorAnswer.Unclear.Instance;
        }

        var key = Guid.NewGuid().ToString();
        (string, string)[] form =
        [
            ("amount", "100"), ("currency", "eur"), ("payment_method", "pm_card_visa"), ("confirm", "true"), ("automatic_payment_methods[enabled]", "true"),
            ("automatic_payment_methods[allow_redirects]", "never"), ("capture_method", "automatic"), ("metadata[purchase]", key), ("expand[0]", "latest_charge"),
        ];
        var charged = await PaymentAsync(await api.PostAsync("/v1/payment_intents", key, form, cancellationToken), cancellationToken);
        return charged is ProcessorAnswer.Known { Payment: { Status: PaymentStatus.Captured, Ref: var made } }
            ? Refund(await api.PostAsync("/v1/refunds", $"{key}/back", [("payment_intent", made)], cancellationToken))
            : charged is ProcessorAnswer.Known ? new ProcessorAnswer.Refused("not_capturable") : charged;
    }

    public Task<ProcessorEvent?> ParseWebhookAsync(WebhookCall call, CancellationToken cancellationToken) =>
        Task.FromResult(StripeWebhook.Read(call, account, time.GetUtcNow()));

    private async Task<string?> CustomerAsync(PersonId person, CancellationToken cancellationToken)
    {
        if (await customers.FindAsync(Name, person, cancellationToken) is { } known)
        {
            return known;
        }

        var name = Customers.Name(Name, person);
        return await api.PostAsync("/v1/customers", $"customer/{name}", [("metadata[user]", name)], cancellationToken) is Reply.Answered { Success: true, Json: var made }
            && made.Text("id") is { } id ? await customers.KeepAsync(Name, person, id, cancellationToken) : null;
    }

    private async Task<ProcessorAnswer> PaymentAsync(Reply reply, CancellationToken cancellationToken) => reply switch
    {
        Reply.Answered { Success: true, Json: var intent } => await PaymentAsync(intent, cancellationToken),
        Reply.Answered refused when StripeObjects.RefusalOf(refused) is { } code => new ProcessorAnswer.Refused(code),
        _ => ProcessorAnswer.Unclear.Instance,
    };

    private async Task<ProcessorAnswer> PaymentAsync(JsonElement intent, CancellationToken cancellationToken)
    {
        var dispute = DisputeStatus.None;
        if (StripeObjects.IsDisputed(intent))
        {
            dispute = await api.GetAsync($"/v1/disputes?payment_intent={intent.Text("id")}&limit=1", cancellationToken) is Reply.Answered { Success: true, Json: var list }
                ? StripeObjects.DisputeOf(list.Items("data").FirstOrDefault().Text("status"))
                : DisputeStatus.NeedsResponse;
        }

        return StripeObjects.ReadIntent(intent, dispute) is { } payment ? new ProcessorAnswer.Known(payment) : ProcessorAnswer.Unclear.Instance;
    }

    private static ProcessorAnswer Refund(Reply reply) => reply switch
    {
        Reply.Answered { Success: true, Json: var refund } when StripeObjects.ReadRefund(refund) is { } read => new ProcessorAnswer.KnownRefund(read),
        Reply.Answered { Success: false } refused when StripeObjects.RefusalOf(refused) is { } code => new ProcessorAnswer.Refused(code),
        _ => ProcessorAnswer.Unclear.Instance,
    };

    private static (string Customer, string Method)? Card(string cardRef) =>
        cardRef.Split('/') is [var customer, var method] && IsId(customer, "cus_") && IsId(method, "pm_") ? (customer, method) : null;

    // Ids come into addresses: nothing but what an id may hold.
    private static bool IsId(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) && text.Length <= 255 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>An id that stands alone or, expanded, in an object.</summary>
    private static string? IdOf(JsonElement json, string name) => json.Text(name) ?? json.Member(name).Text("id");

#pragma warning disable CA1308 // Stripe writes currencies in lower case.
    private static string CodeOf(Money money) => money.Currency.Code.ToLowerInvariant();
#pragma warning restore CA1308

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
