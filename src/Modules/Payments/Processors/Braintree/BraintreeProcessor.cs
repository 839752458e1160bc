using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stoa.Kernel;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.Braintree;

/// <summary>Braintree, for one merchant's account, over its GraphQL interface.</summary>
/// <remarks>
/// It knows no idempotency keys, so nothing that moves money is ever sent twice: what was sent is written down before, and from then on only looked for, by our
/// reference, which it keeps as the order's id. A bank asks the payer in the browser, before the charge; here such a charge is refused.
/// </remarks>
internal sealed class BraintreeProcessor(BraintreeApi api, MerchantAccount account, SentRequests sent, Customers customers, TimeProvider time) : IProcessor
{
    public const string ProcessorName = "braintree";
    private static readonly TimeSpan findsWithin = TimeSpan.FromMinutes(30);

    public string Name => account.Name;

    // A refund waits until the payment has settled, for days perhaps.
    public ProcessorTraits Traits { get; } = new(ResendsFor: TimeSpan.FromMinutes(5), FindsWithin: findsWithin) { RefundsResendFor = TimeSpan.FromDays(30), AsksInBrowser = true };

    public async Task<IReadOnlyDictionary<string, string>?> BeginSaveAsync(PersonId customer, CancellationToken cancellationToken)
    {
        if (await CustomerAsync(customer, cancellationToken) is not { } known)
        {
            return null;
        }

        var input = new JsonObject { ["clientToken"] = new JsonObject { ["customerId"] = known } };
        return (await SendAsync(BraintreeApi.CreateClientToken, input, cancellationToken)).Data.Member("createClientToken").Text("clientToken") is { } token
            ? new Dictionary<string, string> { ["clientToken"] = token }
            : null;
    }

    public async Task<SavedCard?> SaveAsync(string token, PersonId customer, CancellationToken cancellationToken)
    {
        var key = $"save/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))}";
        if (await customers.FindAsync(Name, customer, cancellationToken) is not { } owner || await sent.BeginAsync(Name, key, owner, key, null, cancellationToken) is not { } known)
        {
            return null;
        }

        // A token of the browser is good once: what came of it is remembered here.
        JsonElement? method = null;
        if (known.IsFirst)
        {
            var input = new JsonObject { ["paymentMethodId"] = token, ["customerId"] = owner };
            var made = (await SendAsync(BraintreeApi.Vault, input, cancellationToken)).Data.Member("vaultPaymentMethod");
            method = made.Member("verification").Text("status") is null or "VERIFIED" ? made.Member("paymentMethod") : null;
        }
        else if (known.Ref is { } before)
        {
            method = (await api.SendAsync(BraintreeApi.FindMethod, new() { ["id"] = before }, cancellationToken)).Data.Member("node");
        }

        if (method.Text("id") is not { } id || method.Member("details") is not { } card || card.Text("last4") is not { } last4)
        {
            return null;
        }

        await sent.NoteRefAsync(Name, key, id, cancellationToken);
#pragma warning disable CA1308 // Brands are written in lower case here.
        var brand = card.Text("brandCode") is "AMERICAN_EXPRESS" ? "amex" : card.Text("brandCode")?.ToLowerInvariant() ?? "card";
#pragma warning restore CA1308
        return new(id, brand, last4, int.Parse(card.Text("expirationMonth") ?? "1", CultureInfo.InvariantCulture), int.Parse(card.Text("expirationYear") ?? "2000", CultureInfo.InvariantCulture));
    }

    public Task DeleteSavedAsync(string cardRef, CancellationToken cancellationToken) =>
        SendAsync(BraintreeApi.DeleteMethod, new() { ["paymentMethodId"] = cardRef }, cancellationToken);

    public async Task<ProcessorAnswer> ChargeAsync(ChargeRequest charge, CancellationToken cancellationToken)
    {
        // The currency is that of the merchant's account: none for it, no charge in it.
        if (account.Settings.MerchantAccounts?.GetValueOrDefault(charge.Amount.Currency.Code) is not { } merchantAccount)
        {
            return new ProcessorAnswer.Refused("config");
        }

        var manual = charge.Capture == CaptureMode.Manual;
        var input = new JsonObject
        {
            ["paymentMethodId"] = charge.CardRef,
            ["transaction"] = new JsonObject { ["amount"] = charge.Amount.ToDecimalString(), ["orderId"] = charge.Reference, ["merchantAccountId"] = merchantAccount },
        };
        if (await sent.BeginAsync(Name, charge.RequestKey, $"{charge.Capture}|{input.ToJsonString()}", charge.Reference, null, cancellationToken) is not { } known)
        {
            return new ProcessorAnswer.Refused("key_reused");
        }

        if (!known.IsFirst)
        {
            return known.Ref is { } before ? await GetAsync(before, cancellationToken)
                : await FindByReferenceAsync(charge.Reference, cancellationToken) is ProcessorAnswer.Known found ? found
                : ProcessorAnswer.Unclear.Instance;
        }

        var reply = await SendAsync(manual ? BraintreeApi.Authorize : BraintreeApi.Charge, input, cancellationToken);
        var answer = await PaymentAsync(reply, reply.Data.Member(manual ? "authorizePaymentMethod" : "chargePaymentMethod").Member("transaction"), cancellationToken);
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

        if (await sent.BeginAsync(Name, requestKey, $"{paymentRef}|{amountMinor}", $"capture/{paymentRef}", null, cancellationToken) is not { } known)
        {
            return new ProcessorAnswer.Refused("key_reused");
        }

        if (payment.Status != PaymentStatus.Authorised)
        {
            return !known.IsFirst && payment.CapturedMinor == amountMinor ? now : new ProcessorAnswer.Refused("not_capturable");
        }

        // Taken already or not at all: a second capture of an authorisation is refused there.
        var amount = payment.Amount with { AmountMinor = amountMinor };
        var input = new JsonObject { ["transactionId"] = paymentRef, ["transaction"] = new JsonObject { ["amount"] = amount.ToDecimalString() } };
        var reply = await SendAsync(BraintreeApi.Capture, input, cancellationToken);
        return await PaymentAsync(reply, reply.Data.Member("captureTransaction").Member("transaction"), cancellationToken);
    }

    public async Task<ProcessorAnswer> VoidAsync(string paymentRef, CancellationToken cancellationToken)
    {
        var now = await GetAsync(paymentRef, cancellationToken);
        // Reversing would take back a captured payment too: only what waits to be captured is given up.
        if (now is not ProcessorAnswer.Known { Payment.Status: PaymentStatus.Authorised })
        {
            return now;
        }

        await SendAsync(BraintreeApi.Reverse, new() { ["transactionId"] = paymentRef }, cancellationToken);
        return await GetAsync(paymentRef, cancellationToken);
    }

    public async Task<ProcessorAnswer> RefundAsync(RefundRequest refund, CancellationToken cancellationToken)
    {
        var found = await api.SendAsync(BraintreeApi.Find, new() { ["id"] = refund.PaymentRef }, cancellationToken);
        if (found.Data.Member("node") is not { } transaction)
        {
            return found.Data is null ? found.Answer : new ProcessorAnswer.Refused("not_found");
        }

        var body = $"{refund.PaymentRef}|{refund.Reference}|{refund.Amount}";
        if (BraintreeObjects.ReadTransaction(transaction) is not { } payment)
        {
            return ProcessorAnswer.Unclear.Instance;
        }

        var left = payment.CapturedMinor - payment.RefundedMinor;
        var earlier = await sent.FindAsync(Name, refund.Reference, cancellationToken);
        if (earlier is null)
        {
            if (payment.CapturedMinor > 0 && !BraintreeObjects.IsSettled(transaction))
            {
                return new ProcessorAnswer.Refused("not_yet");
            }

            if (left < 1 || refund.Amount?.AmountMinor > left)
            {
                return new ProcessorAnswer.Refused(payment.CapturedMinor > 0 ? "exceeds" : "not_refundable");
            }
        }

        if (await sent.BeginAsync(Name, refund.RequestKey, body, refund.Reference, null, cancellationToken) is not { } known)
        {
            return new ProcessorAnswer.Refused("key_reused");
        }

        if (!known.IsFirst)
        {
            var looked = await FindRefundAsync(refund, known.Ref, cancellationToken);
            return looked is ProcessorAnswer.Refused { Code: "not_found" } ? known.Age < findsWithin ? ProcessorAnswer.Unclear.Instance : new ProcessorAnswer.Refused("never_received") : looked;
        }

        var back = refund.Amount ?? payment.Amount with { AmountMinor = left };
        var input = new JsonObject { ["transactionId"] = refund.PaymentRef, ["refund"] = new JsonObject { ["amount"] = back.ToDecimalString(), ["orderId"] = refund.Reference } };
        var reply = await SendAsync(BraintreeApi.Refund, input, cancellationToken);
        if (reply.Data.Member("refundTransaction").Member("refund") is not { } made || BraintreeObjects.ReadRefund(made) is not { } read)
        {
            return reply.Answer;
        }

        await sent.NoteRefAsync(Name, refund.RequestKey, read.Ref, cancellationToken);
        return new ProcessorAnswer.KnownRefund(read);
    }

    public async Task<ProcessorAnswer> FindRefundAsync(RefundRequest refund, string? refundRef, CancellationToken cancellationToken)
    {
        var reply = refundRef is not null
            ? await api.SendAsync(BraintreeApi.FindRefund, new() { ["id"] = refundRef }, cancellationToken)
            : await SendAsync(BraintreeApi.SearchRefunds, new() { ["orderId"] = new JsonObject { ["is"] = refund.Reference } }, cancellationToken);
        var found = refundRef is not null
            ? reply.Data.Member("node")
            : reply.Data.Member("search").Member("refunds").Member("edges").Items().Select(e => e.Member("node")).FirstOrDefault();
        return reply.Data is null ? reply.Answer
            : found is { } refunded && BraintreeObjects.ReadRefund(refunded) is { } read ? new ProcessorAnswer.KnownRefund(read)
            : new ProcessorAnswer.Refused("not_found");
    }

    public async Task<ProcessorAnswer> GetAsync(string paymentRef, CancellationToken cancellationToken)
    {
        var reply = await api.SendAsync(BraintreeApi.Find, new() { ["id"] = paymentRef }, cancellationToken);
        return reply.Data is not null && reply.Data.Member("node") is null ? new ProcessorAnswer.Refused("not_found") : await PaymentAsync(reply, reply.Data.Member("node"), cancellationToken);
    }

    public async Task<ProcessorAnswer> FindByReferenceAsync(string reference, CancellationToken cancellationToken)
    {
        var reply = await SendAsync(BraintreeApi.SearchTransactions, new() { ["orderId"] = new JsonObject { ["is"] = reference } }, cancellationToken);
        var found = reply.Data.Member("search").Member("transactions").Member("edges").Items().Select(e => e.Member("node")).ToList();
        return reply.Data is null ? reply.Answer
            : found.Count == 0 ? new ProcessorAnswer.Refused("not_found")
            // Several can only come of another program with our references: a person decides.
            : found.Count > 1 ? ProcessorAnswer.Unclear.Instance
            : await PaymentAsync(reply, found[0], cancellationToken);
    }

    public async Task<ProcessorAnswer> SendOneUnitAsync(CancellationToken cancellationToken)
    {
        if (account.Live)
        {
            var pong = await api.SendAsync(BraintreeApi.Ping, [], cancellationToken);
            return pong.Data is null ? pong.Answer : new ProcessorAnswer.KnownRefund(new("", 0, RefundStatus.Succeeded));
        }

        var (currency, merchantAccount) = account.Settings.MerchantAccounts?.FirstOrDefault() ?? default;
        if (!Currency.TryOf(currency, out var known) || !Money.TryParseDecimal("1", known, out var unit))
        {
            return new ProcessorAnswer.Refused("config");
        }

        var input = new JsonObject
        {
            ["paymentMethodId"] = "fake-valid-nonce",
            ["transaction"] = new JsonObject { ["amount"] = unit.ToDecimalString(), ["orderId"] = Guid.NewGuid().ToString(), ["merchantAccountId"] = merchantAccount },
        };
        var reply = await SendAsync(BraintreeApi.Authorize, input, cancellationToken);
        var answer = await PaymentAsync(reply, reply.Data.Member("authorizePaymentMethod").Member("transaction"), cancellationToken);
        return answer is ProcessorAnswer.Known { Payment: { Status: PaymentStatus.Authorised, Ref: var made } } ? await VoidAsync(made, cancellationToken)
            : answer is ProcessorAnswer.Known ? new ProcessorAnswer.Refused("not_capturable") : answer;
    }

    public Task<ProcessorEvent?> ParseWebhookAsync(WebhookCall call, CancellationToken cancellationToken) =>
        Task.FromResult(BraintreeWebhook.Read(call, account, time.GetUtcNow()));

    private Task<BraintreeReply> SendAsync(string query, JsonObject input, CancellationToken cancellationToken) => api.SendAsync(query, new() { ["input"] = input }, cancellationToken);

    private async Task<ProcessorAnswer> PaymentAsync(BraintreeReply reply, JsonElement? transaction, CancellationToken cancellationToken)
    {
        if (transaction is not { } found)
        {
            return reply.Answer;
        }

        if (BraintreeObjects.DuplicateOf(found) is { } real)
        {
            // Its own check took this for a repeat of another: that one counts.
            return await GetAsync(real, cancellationToken);
        }

        return BraintreeObjects.ReadTransaction(found) is { } payment ? new ProcessorAnswer.Known(payment) : ProcessorAnswer.Unclear.Instance;
    }

    private async Task<string?> CustomerAsync(PersonId person, CancellationToken cancellationToken) =>
        await customers.FindAsync(Name, person, cancellationToken) is { } known ? known
            : (await SendAsync(BraintreeApi.CreateCustomer, new() { ["customer"] = new JsonObject() }, cancellationToken)).Data.Member("createCustomer").Member("customer").Text("id") is { } made
                ? await customers.KeepAsync(Name, person, made, cancellationToken)
                : null;
}
