using System.Text;
using System.Text.Json;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors.Stripe;
using Stoa.Payments.Purchases;
using Xunit;

namespace Stoa.Payments.Tests.Remote;

/// <summary>A business links its own account: its buyers pay through it, its refunds go back through it, and nobody else's do.</summary>
public sealed class LinkedAccountTests(ProcessorServers servers) : IAsyncLifetime
{
    private readonly string key = $"sk_test_{Guid.NewGuid():N}";
    private Stage stage = null!; // InitializeAsync runs before every test.
    private Buyer buyer = null!; // The same.
    private StripeAccount stripe = null!; // The same.

    public async ValueTask InitializeAsync()
    {
        var address = await servers.Address;
        stage = await Stage.StartAsync(settings: new Dictionary<string, string> { ["Payments:Addresses:Stripe"] = address.ToString() });
        buyer = await stage.SignUpAsync();
        stripe = FakeStripe.Open(key);
    }

    public async ValueTask DisposeAsync()
    {
        await stage.DisposeAsync();
        Assert.True(servers.Violations.IsEmpty, string.Join("\n", servers.Violations.Distinct()));
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_purchase_goes_through_the_merchant_s_account_and_back()
    {
        await LinkAsync();
        var card = await SaveCardAsync(buyer);
        var seq = await stage.OfferAsync(buyer.Thread);

        var paid = await buyer.PayAndWaitAsync(seq, card);
        Assert.Equal("captured", paid.Text("state"));
        Assert.Equal(1, stripe.Count(paid.Text("id")));

        var part = await stage.RefundAndWaitAsync(paid.Text("id"), 14_60);
        Assert.True(part.Text("state") == "succeeded", $"{part}\n{string.Join("\n", stage.Server.Log.Errors)}");
        // What was paid through an account is refunded through it, unlinked or not.
        Assert.Equal(204, (await stage.AsBusinessAsync(HttpMethod.Delete, "/api/business/processor")).Status);
        Assert.Equal("succeeded", (await stage.RefundAndWaitAsync(paid.Text("id"))).Text("state"));
        await stage.SettleAsync();
        Assert.Equal("refunded", (await buyer.GetAsync(paid.Text("id"))).Text("state"));
    }

    [Fact]
    public async Task A_charge_whose_answer_was_lost_ends_captured_and_once()
    {
        await LinkAsync();
        var card = await SaveCardAsync(buyer);
        var seq = await stage.OfferAsync(buyer.Thread);
        stripe.Break(Mishap.AnswerLost);

        var (_, created) = await buyer.PayAsync(seq, card);
        await Stage.WaitAsync("the purchase to be captured as time goes on", async () =>
        {
            stage.Server.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await buyer.GetAsync(created.Text("id"))).Text("state") == "captured";
        });

        Assert.Equal(1, stripe.Count(created.Text("id")));
        await stage.SettleAsync();
    }

    [Fact]
    public async Task A_card_pays_only_where_it_is_saved_and_only_for_whom()
    {
        var sandbox = await buyer.AddCardAsync("4242");
        await LinkAsync();
        var seq = await stage.OfferAsync(buyer.Thread);
        Assert.Equal((422, "method_of_another_account"), await buyer.PayAsync(seq, sandbox) is var (s, p) ? (s, p.Text("code")) : default);

        var other = await stage.SignUpAsync("leila");
        var theirs = await SaveCardAsync(other);
        Assert.Equal((404, "payment_method_not_found"), await buyer.PayAsync(seq, theirs) is var (s2, p2) ? (s2, p2.Text("code")) : default);

        // A token of hers gives nobody else a card.
        var (_, begun) = await other.SendAsync(HttpMethod.Post, "/api/payment-methods/begin", new { page = Stage.Halcyon });
        stripe.Confirm(begun.GetProperty("data").Text("token"), "good");
        Assert.Equal((422, "token_refused"), await buyer.SendAsync(HttpMethod.Post, "/api/payment-methods", new { token = begun.GetProperty("data").Text("token"), page = Stage.Halcyon }) is var (s3, p3) ? (s3, p3.Text("code")) : default);
        Assert.Equal(0, await stage.CountAsync("payments.attempts"));
    }

    [Fact]
    public async Task A_webhook_is_admitted_by_its_signature_counts_once_and_moves_no_other_merchant_s_purchase()
    {
        await LinkAsync();
        var seq = await stage.OfferAsync(buyer.Thread);
        var paid = await buyer.PayAndWaitAsync(seq, await SaveCardAsync(buyer));
        await stage.SettleAsync();
        var payment = await stage.AskAsync<string>("select processor_ref from payments.attempts") ?? "";
        var path = await PathAsync();
        var body = JsonSerializer.Serialize(new { id = "evt_9", @object = "event", livemode = false, data = new { @object = new { id = payment, @object = "payment_intent", metadata = new { purchase = paid.Text("id") } } } });

        Assert.Equal(400, await TellAsync(path, body, "whsec_guessed"));
        Assert.Equal(0, await stage.CountAsync("payments.processor_events"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(204, await TellAsync(path, body, "whsec_halcyon"));
        }

        Assert.Equal(1, await stage.CountAsync("payments.processor_events"));
        stage.Server.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(400, await TellAsync(path, body, "whsec_halcyon", late: TimeSpan.FromMinutes(6)));

        // Another merchant's account, rightly signed, about this purchase: taken, and without effect.
        FakeStripe.Open(key + "b");
        await LinkAsync(key + "b", "whsec_harbour", Stage.HarbourToken);
        var nudges = await stage.AskAsync<long>("select nudges from payments.purchases");
        Assert.Equal(204, await TellAsync(await PathAsync(Stage.HarbourToken), body, "whsec_harbour"));
        Assert.Equal(400, await TellAsync(path, body, "whsec_harbour"));
        Assert.Equal(nudges, await stage.AskAsync<long>("select nudges from payments.purchases"));
        Assert.Equal(404, await TellAsync("/processors/paypal/" + path.Split('/')[^1], body, "whsec_halcyon"));
        await stage.SettleAsync();
    }

    [Fact]
    public async Task Keys_are_taken_and_never_shown_and_one_unit_tells_whether_they_are_good()
    {
        await LinkAsync();
        var (_, linked) = await stage.AsBusinessAsync(HttpMethod.Get, "/api/business/processor");
        Assert.Equal(("stripe", "test"), (linked.Text("processor"), linked.Text("mode")));
        Assert.DoesNotContain(key, linked.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("whsec", linked.ToString(), StringComparison.Ordinal);
        var stored = await stage.AskAsync<byte[]>("select secrets from payments.merchant_accounts") ?? [];
        Assert.Equal(-1, stored.AsSpan().IndexOf(Encoding.UTF8.GetBytes(key)));

        var (status, tested) = await stage.AsBusinessAsync(HttpMethod.Post, "/api/business/processor/test");
        Assert.Equal(200, status);
        Assert.True(tested.TryGetProperty("testedAt", out _));

        // The same account with another key: what was begun through it goes on under its name.
        var before = await PathAsync();
        await LinkAsync("sk_test_guessed");
        Assert.Equal(before, await PathAsync());
        Assert.Equal((422, "test_failed"), await stage.AsBusinessAsync(HttpMethod.Post, "/api/business/processor/test") is var (s, p) ? (s, p.Text("code")) : default);
        Assert.False((await stage.AsBusinessAsync(HttpMethod.Get, "/api/business/processor")).Body.TryGetProperty("testedAt", out _));
        // Nothing of one merchant's is another's.
        Assert.Equal(404, (await stage.AsBusinessAsync(HttpMethod.Get, "/api/business/processor", token: Stage.HarbourToken)).Status);
    }

    [Fact]
    public async Task A_secret_cannot_be_moved_to_another_account()
    {
        await LinkAsync();
        await LinkAsync(key + "b", "whsec_harbour", Stage.HarbourToken);
        await stage.AskAsync<int>("update payments.merchant_accounts a set secrets = b.secrets from payments.merchant_accounts b where a.page <> b.page and a.page = @page", new { page = Stage.Halcyon.Value });

        await Assert.ThrowsAsync<InvalidOperationException>(() => stage.Get<AccountStore>().FindForAsync(Stage.Halcyon, Stage.Ct));
    }

    private static readonly string[] wrong =
    [
        """{"processor":"square","mode":"test","key":"k"}""",
        """{"processor":"stripe","mode":"trial","key":"sk_test_1","webhookSecret":"w","publishableKey":"pk_test_1"}""",
        """{"processor":"stripe","mode":"live","key":"sk_test_1","webhookSecret":"w","publishableKey":"pk_live_1"}""",
        """{"processor":"stripe","mode":"test","key":"sk_test_1","publishableKey":"pk_test_1"}""",
        """{"processor":"stripe","mode":"test","key":"sk_test_1","webhookSecret":"w","publishableKey":"pk_live_1"}""",
        """{"processor":"stripe","mode":"test","key":"sk_test_1\r\nX: y","webhookSecret":"w","publishableKey":"pk_test_1"}""",
        """{"processor":"paypal","mode":"test","key":"k"}""",
        """{"processor":"braintree","mode":"test","key":"k","publicKey":"p"}""",
        """{"processor":"braintree","mode":"test","key":"k","publicKey":"p","merchantAccounts":{"euro":"a"}}""",
    ];

    [Fact]
    public async Task An_account_that_cannot_be_right_is_refused()
    {
        foreach (var request in wrong)
        {
            var (status, problem) = await stage.AsBusinessAsync(HttpMethod.Put, "/api/business/processor", JsonElement.Parse(request));
            Assert.True((status, problem.Text("code")) == (422, "account_invalid"), $"{request} answered {status} {problem}");
        }

        Assert.Equal(0, await stage.CountAsync("payments.merchant_accounts"));
    }

    private async Task LinkAsync(string? with = null, string secret = "whsec_halcyon", string token = Stage.HalcyonToken) =>
        Assert.Equal(200, (await stage.AsBusinessAsync(HttpMethod.Put, "/api/business/processor",
            new { processor = "stripe", mode = "test", key = with ?? key, webhookSecret = secret, publishableKey = "pk_test_1" }, token)).Status);

    private async Task<string> SaveCardAsync(Buyer owner)
    {
        var (_, begun) = await owner.SendAsync(HttpMethod.Post, "/api/payment-methods/begin", new { page = Stage.Halcyon });
        var token = begun.GetProperty("data").Text("token");
        stripe.Confirm(token, "good");
        var (status, saved) = await owner.SendAsync(HttpMethod.Post, "/api/payment-methods", new { token, page = Stage.Halcyon });
        Assert.Equal(201, status);
        return saved.Text("id");
    }

    private async Task<string> PathAsync(string token = Stage.HalcyonToken) =>
        new Uri((await stage.AsBusinessAsync(HttpMethod.Get, "/api/business/processor", token: token)).Body.Text("webhookUrl")).AbsolutePath;

    private async Task<int> TellAsync(string path, string body, string secret, TimeSpan late = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation(StripeWebhook.SignatureHeader, StripeWebhook.Sign(secret, stage.Server.Clock.GetUtcNow() - late, Encoding.UTF8.GetBytes(body)));
        using var answer = await stage.Server.Client.SendAsync(request, Stage.Ct);
        return (int)answer.StatusCode;
    }
}
