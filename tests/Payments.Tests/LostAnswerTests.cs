using System.Text;
using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;
using Stoa.Payments.Sandbox;
using Stoa.Testing;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>What the processor says late, twice, or not at all.</summary>
public sealed class LostAnswerTests : PurchaseTest
{
    [Fact]
    public async Task A_charge_whose_answer_was_lost_is_found_and_not_made_again()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var (_, created) = await buyer.PayAsync(seq, await buyer.AddCardAsync("0119"));
        await buyer.WaitForAsync(created.Text("id"), p => p.Text("state") is "unknown" or "captured");

        await AdvanceUntilAsync(created.Text("id"), TimeSpan.FromSeconds(1));
        await stage.SettleAsync();

        Assert.Equal("captured", (await buyer.GetAsync(created.Text("id"))).Text("state"));
        Assert.Equal(1, await stage.CountAsync("payments.sandbox_payments"));
        Assert.Single(stage.Orders.All);
    }

    [Fact]
    public async Task A_charge_that_never_arrived_ends_failed_when_that_is_sure()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var (_, created) = await buyer.PayAsync(seq, await buyer.AddCardAsync("0127"));
        var unknown = await buyer.WaitForAsync(created.Text("id"), p => p.Text("state") == "unknown");
        Assert.False(unknown.TryGetProperty("failure", out _));

        await AdvanceUntilAsync(created.Text("id"), TimeSpan.FromSeconds(2));

        var ended = await buyer.GetAsync(created.Text("id"));
        Assert.Equal(("failed", "processor_unavailable"), (ended.Text("state"), ended.Failure()));
        Assert.Equal(0, await stage.CountAsync("payments.sandbox_payments"));
        Assert.True(stage.Server.Clock.GetUtcNow() - new ManualTimeProvider().GetUtcNow() >= TimeSpan.FromSeconds(15), "It was given up before it was sure.");
        await stage.SettleAsync();
    }

    [Fact]
    public async Task A_charge_that_arrives_after_it_was_given_up_counts_and_raises_an_alarm()
    {
        var (purchase, card) = await GiveUpAsync();

        await ArriveLateAsync(purchase, card);

        var ended = await buyer.WaitForAsync(purchase, p => p.Text("state") == "captured");
        await stage.SettleAsync();
        Assert.False(ended.TryGetProperty("failure", out _));
        Assert.Single(stage.Orders.All);
        Assert.Contains(stage.Server.Log.Errors, line => line.Contains(purchase, StringComparison.Ordinal) && line.Contains("did it after all", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_charge_that_arrives_after_the_button_was_paid_another_way_is_refunded()
    {
        var (purchase, card) = await GiveUpAsync();
        var seq = (await buyer.GetAsync(purchase)).GetProperty("seq").GetInt64();
        var paid = await buyer.PayAndWaitAsync(seq, await buyer.AddCardAsync("4242"));

        await ArriveLateAsync(purchase, card);
        await Stage.WaitAsync("the late charge to be refunded", async () => await stage.CountAsync("payments.sandbox_payments where status = 'refunded'") == 1);
        await stage.SettleAsync();

        Assert.Equal("failed", (await buyer.GetAsync(purchase)).Text("state"));
        Assert.Equal("captured", (await buyer.GetAsync(paid.Text("id"))).Text("state"));
        Assert.Single(stage.Orders.All);
        Assert.Single(await buyer.PaymentEventsAsync());
    }

    [Fact]
    public async Task A_late_and_doubled_webhook_captures_once()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var (_, created) = await buyer.PayAsync(seq, await buyer.AddCardAsync("0341"));
        await buyer.WaitForAsync(created.Text("id"), p => p.Text("state") == "unknown");

        stage.Server.Clock.Advance(TimeSpan.FromSeconds(4));
        await buyer.WaitForAsync(created.Text("id"), p => p.Text("state") == "captured");
        await stage.SettleAsync();

        Assert.Single(stage.Orders.All);
        Assert.Equal(1, await stage.CountAsync("payments.observations where state_before <> 'captured' and state_after = 'captured'"));
        Assert.Equal(1, await stage.CountAsync("payments.processor_events"));
    }

    [Fact]
    public async Task A_webhook_that_is_not_the_processor_s_is_not_read()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var purchase = await buyer.PayAndWaitAsync(seq, await buyer.AddCardAsync("4242"));
        await stage.SettleAsync();
        var sandbox = stage.Get<SandboxProcessor>();
        var body = Encoding.UTF8.GetBytes($$"""{"id":"evt_forged","paymentRef":"x","reference":"{{purchase.Text("id")}}"}""");
        var receive = stage.Get<ReceiveEvent>();

        Assert.False(await receive.RunAsync(sandbox, Call("sha256=00", body), Stage.Ct));
        Assert.False(await receive.RunAsync(sandbox, Call(await sandbox.SignAsync("other"u8.ToArray(), Stage.Ct), body), Stage.Ct));
        Assert.Equal(0, await stage.CountAsync("payments.processor_events where event = 'evt_forged'"));
        // One that is, of a payment that is not ours: taken, and without effect.
        var foreign = """{"id":"evt_foreign","paymentRef":"x","reference":"y"}"""u8.ToArray();
        Assert.True(await receive.RunAsync(sandbox, Call(await sandbox.SignAsync(foreign, Stage.Ct), foreign), Stage.Ct));
    }

    private static WebhookCall Call(string signature, byte[] body) => WebhookCall.Of(SandboxProcessor.SignatureHeader, signature, body);

    [Fact]
    public async Task A_refund_at_the_processor_shows_in_the_thread()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var purchase = await buyer.PayAndWaitAsync(seq, await buyer.AddCardAsync("4242"));
        await stage.SettleAsync();
        var payment = await stage.AskAsync<string>("select ref from payments.sandbox_payments") ?? "";

        await stage.Get<SandboxProcessor>().RefundAsync(new("refund-1", "elsewhere", payment, null), Stage.Ct);
        await buyer.WaitForAsync(purchase.Text("id"), p => p.Text("state") == "refunded");
        await stage.SettleAsync();

        Assert.Equal(["captured", "refunded"], (await buyer.PaymentEventsAsync()).Select(e => e.GetProperty("payment").Text("state")));
        Assert.Single(stage.Orders.All);
    }

    [Fact]
    public async Task A_dispute_is_noted_and_changes_no_state()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var purchase = await buyer.PayAndWaitAsync(seq, await buyer.AddCardAsync("0259"));
        stage.Server.Clock.Advance(TimeSpan.FromSeconds(4));

        await Stage.WaitAsync("the dispute", async () => await stage.CountAsync("payments.purchases where disputed and dispute = 'needs_response'") == 1);
        Assert.Equal("captured", (await buyer.GetAsync(purchase.Text("id"))).Text("state"));
        await stage.SettleAsync();
    }
}
