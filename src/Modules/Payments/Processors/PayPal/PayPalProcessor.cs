using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stoa.Kernel;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.PayPal;

/// <summary>PayPal, for one merchant's account: orders v2 with methods saved in the vault v3.</summary>
/// <remarks>
/// The order is made first, and its id kept, before anything is charged on it: PayPal has no look-up by a reference of ours, so a charge must never be sent for
/// an order whose id could be lost. A saved card's reference is <c>card/id</c> or <c>paypal/id</c>; a payment's is its order's id.
/// </remarks>
internal sealed class PayPalProcessor(PayPalApi api, MerchantAccount account, SentRequests sent, string returnUrl, TimeProvider time) : IProcessor
{
    public const string ProcessorName = "paypal";

    // Orders are remembered for six hours.
    private static readonly TimeSpan keysLast = TimeSpan.FromHours(5);

    public string Name => account.Name;

    public ProcessorTraits Traits { get; } = new(ResendsFor: TimeSpan.FromHours(1), FindsWithin: TimeSpan.FromMinutes(90));

    public async Task<IReadOnlyDictionary<string, string>?> BeginSaveAsync(PersonId customer, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["customer"] = new JsonObject { ["id"] = Customers.Name(Name, customer) },
            ["payment_source"] = new JsonObject
            {
                ["card"] = new JsonObject
                {
                    ["verification_method"] = "SCA_WHEN_REQUIRED",
                    ["experience_context"] = new JsonObject { ["return_url"] = returnUrl, ["cancel_url"] = returnUrl },
                },
            },
        };
        return await api.PostAsync("/v3/vault/setup-tokens", Guid.NewGuid().ToString(), body.ToJsonString(), cancellationToken) is Reply.Answered { Success: true, Json: var made } && made.Text("id") is { } id
            ? new Dictionary<string, string> { ["token"] = id, ["clientId"] = account.Settings.ClientId ?? "" }
            : null;
    }

    public async Task<SavedCard?> SaveAsync(string token, PersonId customer, CancellationToken cancellationToken)
    {
        var owner = Customers.Name(Name, customer);
        var key = $"save/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))[..40]}";
        if (!IsOwnId(token) || await sent.BeginAsync(Name, key, owner, key, null, cancellationToken) is not { } known)
        {
            return null;
        }

        var body = new JsonObject { ["payment_source"] = new JsonObject { ["token"] = new JsonObject { ["id"] = token, ["type"] = "SETUP_TOKEN" } } };
        var reply = known.Ref is { } before
            ? await api.GetAsync($"/v3/vault/payment-tokens/{before}", cancellationToken)
            : await api.PostAsync("/v3/vault/payment-tokens", key, body.ToJsonString(), cancellationToken);
        // Whose it is says the customer that we named when it was begun, never what the browser says.
        if (reply is not Reply.Answered { Success: true, Json: var saved } || saved.Text("id") is not { } id || saved.Member("customer").Text("id") != owner)
        {
            return null;
        }

        await sent.NoteRefAsync(Name, key, id, cancellationToken);
        var card = saved.Member("payment_source").Member("card");
        var expiry = (card.Text("expiry") ?? "2000-01").Split('-');
        return card is { } found && found.Text("last_digits") is { } digits
#pragma warning disable CA1308 // Brands are written in lower case here.
            ? new($"card/{id}", found.Text("brand")?.ToLowerInvariant() ?? "card", digits, int.Parse(expiry[1], CultureInfo.InvariantCulture), int.Parse(expiry[0], CultureInfo.InvariantCulture))
#pragma warning restore CA1308
            : null;
    }

    public async Task DeleteSavedAsync(string cardRef, CancellationToken cancellationToken)
    {
        if (Method(cardRef) is var (_, id))
        {
            await api.DeleteAsync($"/v3/vault/payment-tokens/{id}", cancellationToken);
        }
    }

    public async Task<ProcessorAnswer> ChargeAsync(ChargeRequest charge, CancellationToken cancellationToken)
    {
        if (Method(charge.CardRef) is not var (kind, method))
        {
            return new ProcessorAnswer.Refused("card_unknown");
        }

        if (WireAmounts.ToPayPal(charge.Amount) is not { } value)
        {
            return new ProcessorAnswer.Refused("invalid");
        }

        var manual = charge.Capture == CaptureMode.Manual;
        var order = new JsonObject
        {
            ["intent"] = manual ? "AUTHORIZE" : "CAPTURE",
            ["purchase_units"] = new JsonArray(new JsonObject
            {
                ["custom_id"] = charge.Reference,
                ["amount"] = new JsonObject { ["currency_code"] = charge.Amount.Currency.Code, ["value"] = value },
            }),
        }.ToJsonString();
        if (await sent.BeginAsync(Name, charge.RequestKey, $"{charge.CardRef}|{order}", charge.Reference, null, cancellationToken) is not { } known)
        {
            return new ProcessorAnswer.Refused("key_reused");
        }

        if (known.Age > keysLast)
        {
            return await FindByReferenceAsync(charge.Reference, cancellationToken);
        }

        if (known.Ref is not { } id)
        {
            var made = await api.PostAsync("/v2/checkout/orders", $"{charge.RequestKey}/order", order, cancellationToken);
            if (made is not Reply.Answered { Success: true, Json: var created } || created.Text("id") is not { } first)
            {
                return Refused(made);
            }

            id = first;
            await sent.NoteRefAsync(Name, charge.RequestKey, id, cancellationToken);
        }

        // The payer presses now; the card was saved by them before.
        var source = new JsonObject { ["vault_id"] = method };
        if (kind == "card")
        {
            source["stored_credential"] = new JsonObject { ["payment_initiator"] = "CUSTOMER", ["payment_type"] = "ONE_TIME", ["usage"] = "SUBSEQUENT" };
        }

        var body = new JsonObject { ["payment_source"] = new JsonObject { [kind] = source } }.ToJsonString();
        return await PayAsync(id, manual ? "authorize" : "capture", $"{charge.RequestKey}/pay", body, charge, cancellationToken);
    }

    public async Task<ProcessorAnswer> CaptureAsync(string requestKey, string paymentRef, long amountMinor, CancellationToken cancellationToken)
    {
        if (await OrderAsync(paymentRef, cancellationToken) is not Reply.Answered { Success: true, Json: var order } || PayPalObjects.ReadOrder(order, false, DisputeStatus.None) is not { } payment)
        {
            return new ProcessorAnswer.Refused("not_found");
        }

        if (amountMinor < 1 || amountMinor > payment.Amount.AmountMinor)
        {
            return new ProcessorAnswer.Refused("exceeds");
        }

        var amount = payment.Amount with { AmountMinor = amountMinor };
        var body = new JsonObject { ["amount"] = Amount(amount), ["final_capture"] = true }.ToJsonString();
        if (await sent.BeginAsync(Name, requestKey, $"{paymentRef}|{body}", $"capture/{paymentRef}", null, cancellationToken) is not { } known)
        {
            return new ProcessorAnswer.Refused("key_reused");
        }

        if (payment.Status is PaymentStatus.Captured or PaymentStatus.Refunded)
        {
            return !known.IsFirst && payment.CapturedMinor == amountMinor ? new ProcessorAnswer.Known(payment) : new ProcessorAnswer.Refused("not_capturable");
        }

        if (Payments(order, "authorizations").LastOrDefault().Text("id") is not { } authorisation)
        {
            return new ProcessorAnswer.Refused("not_capturable");
        }

        var reply = await api.PostAsync($"/v2/payments/authorizations/{authorisation}/capture", requestKey, body, cancellationToken);
        return reply is Reply.Answered { Success: true } ? await GetAsync(paymentRef, cancellationToken) : Refused(reply);
    }

    public async Task<ProcessorAnswer> VoidAsync(string paymentRef, CancellationToken cancellationToken)
    {
        if (await OrderAsync(paymentRef, cancellationToken) is not Reply.Answered { Success: true, Json: var order })
        {
            return new ProcessorAnswer.Refused("not_found");
        }

        // An order cannot be taken back. It is never captured once this stands here.
        await sent.BeginAsync(Name, GivenUp(paymentRef), "", GivenUp(paymentRef), null, cancellationToken);
        if (Payments(order, "authorizations").LastOrDefault() is var authorisation && authorisation.Text("status") == "CREATED" && authorisation.Text("id") is { } id)
        {
            await api.PostAsync($"/v2/payments/authorizations/{id}/void", null, "{}", cancellationToken);
        }

        return await GetAsync(paymentRef, cancellationToken);
    }

    public async Task<ProcessorAnswer> RefundAsync(RefundRequest refund, CancellationToken cancellationToken)
    {
        if (await OrderAsync(refund.PaymentRef, cancellationToken) is not Reply.Answered order)
        {
            return ProcessorAnswer.Unclear.Instance;
        }

        if (!order.Success)
        {
            return Refused(order);
        }

        if (Payments(order.Json, "captures").LastOrDefault().Text("id") is not { } capture)
        {
            return new ProcessorAnswer.Refused("not_refundable");
        }

        var body = new JsonObject { ["custom_id"] = refund.Reference };
        if (refund.Amount is { } part)
        {
            body["amount"] = Amount(part);
        }

        if (await sent.BeginAsync(Name, refund.RequestKey, $"{refund.PaymentRef}|{body.ToJsonString()}", refund.Reference, null, cancellationToken) is not { } known)
        {
            return new ProcessorAnswer.Refused("key_reused");
        }

        if (known.Ref is not null || known.Age > keysLast)
        {
            return await FindRefundAsync(refund, known.Ref, cancellationToken);
        }

        var answer = Refund(await api.PostAsync($"/v2/payments/captures/{capture}/refund", refund.RequestKey, body.ToJsonString(), cancellationToken));
        if (answer is ProcessorAnswer.KnownRefund { Refund.Ref: var made })
        {
            await sent.NoteRefAsync(Name, refund.RequestKey, made, cancellationToken);
        }

        return answer;
    }

    public async Task<ProcessorAnswer> FindRefundAsync(RefundRequest refund, string? refundRef, CancellationToken cancellationToken)
    {
        if ((refundRef ?? (await sent.FindAsync(Name, refund.Reference, cancellationToken))?.Ref) is { } id)
        {
            return IsOwnId(id) ? Refund(await api.GetAsync($"/v2/payments/refunds/{id}", cancellationToken)) : new ProcessorAnswer.Refused("not_found");
        }

        return await OrderAsync(refund.PaymentRef, cancellationToken) is not Reply.Answered order ? ProcessorAnswer.Unclear.Instance
            : !order.Success ? Refused(order)
            : Payments(order.Json, "refunds").Where(r => r.Text("custom_id") == refund.Reference).Select(PayPalObjects.ReadRefund).FirstOrDefault() is { } found ? new ProcessorAnswer.KnownRefund(found)
            : new ProcessorAnswer.Refused("not_found");
    }

    public async Task<ProcessorAnswer> GetAsync(string paymentRef, CancellationToken cancellationToken)
    {
        var reply = await OrderAsync(paymentRef, cancellationToken);
        if (reply is not Reply.Answered { Success: true, Json: var order })
        {
            return Refused(reply);
        }

        var given = await sent.FindAsync(Name, GivenUp(paymentRef), cancellationToken) is not null;
        if (order.Text("status") == "APPROVED" && !given && !Payments(order, "captures").Any())
        {
            // The payer has said yes at their bank; the payment waits for our word.
            return await PayAsync(paymentRef, order.Text("intent") == "AUTHORIZE" ? "authorize" : "capture", $"{paymentRef}/approved", "{}", null, cancellationToken);
        }

        return await ReadAsync(order, given, cancellationToken);
    }

    public async Task<ProcessorAnswer> FindByReferenceAsync(string reference, CancellationToken cancellationToken)
    {
        // No order of ours, or none whose id we know: nothing can have been charged.
        if (await sent.FindAsync(Name, reference, cancellationToken) is not { Ref: { } order })
        {
            return new ProcessorAnswer.Refused("not_found");
        }

        return await GetAsync(order, cancellationToken) is var answer && answer is ProcessorAnswer.Known { Payment: { Status: PaymentStatus.Processing, CapturedMinor: 0 } }
            && await OrderAsync(order, cancellationToken) is Reply.Answered { Success: true, Json: var made } && made.Text("status") is "CREATED" or "SAVED"
                ? new ProcessorAnswer.Refused("not_found")
                : answer;
    }

    /// <remarks>PayPal has no test card that a server may name: an order of one unit is made, which nobody pays.</remarks>
    public async Task<ProcessorAnswer> SendOneUnitAsync(CancellationToken cancellationToken)
    {
        var key = Guid.NewGuid().ToString();
        var order = new JsonObject { ["intent"] = "CAPTURE", ["purchase_units"] = new JsonArray(new JsonObject { ["custom_id"] = key, ["amount"] = Amount(new(1_00, Currency.Eur)) }) };
        var reply = await api.PostAsync("/v2/checkout/orders", key, order.ToJsonString(), cancellationToken);
        return reply is Reply.Answered { Success: true, Json: var made } ? await ReadAsync(made, given: false, cancellationToken) : Refused(reply);
    }

    public Task<ProcessorEvent?> ParseWebhookAsync(WebhookCall call, CancellationToken cancellationToken) =>
        PayPalWebhook.ReadAsync(call, api, account, time.GetUtcNow(), cancellationToken);

    private async Task<ProcessorAnswer> PayAsync(string order, string how, string key, string body, ChargeRequest? charge, CancellationToken cancellationToken)
    {
        var reply = await api.PostAsync($"/v2/checkout/orders/{order}/{how}", key, body, cancellationToken);
        switch (reply)
        {
            case Reply.Answered { Success: true, Json: var paid }:
                return await ReadAsync(paid, given: false, cancellationToken);

            case Reply.Answered refused when charge is not null && PayPalObjects.DeclineOf(refused) is { } failure:
                return new ProcessorAnswer.Known(new(order, charge.Reference, charge.Amount, PaymentStatus.Failed, failure, null, 0, 0, DisputeStatus.None));

            case Reply.Answered { Status: 422 } refused when PayPalObjects.IssueOf(refused) is "PAYER_ACTION_REQUIRED" or "ORDER_ALREADY_CAPTURED" or "ORDER_ALREADY_AUTHORIZED":
                return await OrderAsync(order, cancellationToken) is Reply.Answered { Success: true, Json: var now } ? await ReadAsync(now, given: false, cancellationToken) : ProcessorAnswer.Unclear.Instance;

            default:
                return Refused(reply);
        }
    }

    private async Task<ProcessorAnswer> ReadAsync(JsonElement order, bool given, CancellationToken cancellationToken)
    {
        var dispute = DisputeStatus.None;
        if (Payments(order, "captures").LastOrDefault().Text("id") is { } capture && IsId(capture)
            && await api.GetAsync($"/v1/customer/disputes?disputed_transaction_id={capture}", cancellationToken) is Reply.Answered { Success: true, Json: var list }
            && list.Items("items").FirstOrDefault() is { ValueKind: JsonValueKind.Object } found)
        {
            dispute = PayPalObjects.ReadDispute(found);
        }

        return PayPalObjects.ReadOrder(order, given, dispute) is { } payment ? new ProcessorAnswer.Known(payment) : ProcessorAnswer.Unclear.Instance;
    }

    private async Task<Reply> OrderAsync(string id, CancellationToken cancellationToken) =>
        IsOwnId(id) ? await api.GetAsync($"/v2/checkout/orders/{id}", cancellationToken) : new Reply.Answered(404, default);

    private static ProcessorAnswer Refund(Reply reply) => reply is Reply.Answered { Success: true, Json: var refund } && PayPalObjects.ReadRefund(refund) is { } read
        ? new ProcessorAnswer.KnownRefund(read)
        : Refused(reply);

    private static ProcessorAnswer Refused(Reply reply) =>
        reply is Reply.Answered { Success: false } refused && PayPalObjects.RefusalOf(refused) is { } code ? new ProcessorAnswer.Refused(code) : ProcessorAnswer.Unclear.Instance;

    private static JsonObject Amount(Money money) => new() { ["currency_code"] = money.Currency.Code, ["value"] = WireAmounts.ToPayPal(money) };

    private static IEnumerable<JsonElement> Payments(JsonElement order, string kind) => order.Items("purchase_units").FirstOrDefault().Member("payments").Member(kind).Items();

    private static (string Kind, string Id)? Method(string cardRef) => cardRef.Split('/') is ["card" or "paypal", var id] && IsId(id) ? (cardRef.Split('/')[0], id) : null;

    private static string GivenUp(string order) => $"void/{order}";

    // Ids come into addresses: nothing but what an id may hold.
    private static bool IsOwnId(string text) => IsId(text) && !text.Any(char.IsAsciiLetterLower);

    private static bool IsId(string text) => text.Length is >= 1 and <= 100 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
