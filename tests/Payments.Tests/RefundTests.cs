using Stoa.Payments.Processors;
using Stoa.Payments.Sandbox;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>Money goes back: in part and in full, once, never beyond what came, the way it came.</summary>
public sealed class RefundTests : PurchaseTest
{
    [Fact]
    public async Task A_part_and_then_the_rest_goes_back_and_the_thread_and_the_bot_are_told_each_time()
    {
        var purchase = await PaidAsync();

        var part = await stage.RefundAndWaitAsync(purchase, 100_00, reason: "late");
        Assert.Equal(("succeeded", 100_00L, "late"), (part.Text("state"), part.GetProperty("amount").GetProperty("amountMinor").GetInt64(), part.Text("reason")));
        var seen = await buyer.WaitForAsync(purchase, p => p.Text("state") != "captured");
        Assert.Equal(("partly_refunded", 100_00L), (seen.Text("state"), seen.GetProperty("refunded").GetProperty("amountMinor").GetInt64()));

        var rest = await stage.RefundAndWaitAsync(purchase);
        Assert.Equal(("succeeded", 114_60L), (rest.Text("state"), rest.GetProperty("amount").GetProperty("amountMinor").GetInt64()));
        await stage.SettleAsync();
        Assert.Equal("refunded", (await buyer.GetAsync(purchase)).Text("state"));

        var events = (await buyer.PaymentEventsAsync()).ConvertAll(e => e.GetProperty("payment"));
        Assert.Equal(["captured", "partly_refunded", "refunded"], events.Select(e => e.Text("state")));
        Assert.False(events[0].TryGetProperty("refunded", out _));
        Assert.Equal([100_00L, 214_60L], events.Skip(1).Select(e => e.GetProperty("refunded").GetProperty("amountMinor").GetInt64()));
        Assert.Equal([(100_00L, 100_00L), (214_60L, 114_60L)], stage.Refunds.All.Select(r => (r.Refunded.AmountMinor, r.Change.AmountMinor)));
        Assert.Single(stage.Orders.All);
        Assert.Equal(stage.Orders.All.Single().PaymentId, stage.Refunds.All.First().PaymentId);
    }

    [Fact]
    public async Task A_business_finds_its_purchase_by_the_id_of_the_payment_event()
    {
        var purchase = await PaidAsync();
        await stage.SettleAsync();
        var paymentId = stage.Orders.All.Single().PaymentId;

        var (_, found) = await stage.AsBusinessAsync(HttpMethod.Get, $"/api/business/purchases/{paymentId}");
        Assert.Equal((purchase, paymentId, 214_60L), (found.Text("id"), found.Text("paymentId"), found.GetProperty("refundable").GetProperty("amountMinor").GetInt64()));
        Assert.Equal(201, (await stage.RefundAsync(paymentId, 1_00)).Status);

        var (_, list) = await stage.AsBusinessAsync(HttpMethod.Get, "/api/business/purchases?limit=1");
        var only = Assert.Single(list.GetProperty("purchases").EnumerateArray());
        Assert.Equal(213_60, only.GetProperty("refundable").GetProperty("amountMinor").GetInt64());
        Assert.Single(only.GetProperty("refunds").EnumerateArray());
        var (_, after) = await stage.AsBusinessAsync(HttpMethod.Get, $"/api/business/purchases?before={list.Text("next")}");
        Assert.Equal(0, after.GetProperty("purchases").GetArrayLength());
        Assert.False(only.ToString().Contains(buyer.Id.ToString(), StringComparison.Ordinal), "The payer's own id is not the merchant's to see.");
    }

    [Fact]
    public async Task One_key_is_one_refund_and_stands_for_nothing_else()
    {
        var purchase = await PaidAsync();
        var key = Guid.NewGuid();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => stage.RefundAsync(purchase, 50_00, key)));
        Assert.Single(answers, a => a.Status == 201);
        Assert.Single(answers.Select(a => a.Body.Text("id")).Distinct());

        var (status, problem) = await stage.RefundAsync(purchase, 60_00, key);
        Assert.Equal((422, "key_reused"), (status, problem.Text("code")));
        Assert.Equal((422, "key_reused"), await stage.RefundAsync(await PaidAsync(), 50_00, key) is var (s, p) ? (s, p.Text("code")) : default);
        Assert.Equal(1, await stage.CountAsync("payments.sandbox_refunds"));
        await stage.SettleAsync();
    }

    [Fact]
    public async Task Refunds_at_once_never_give_back_more_than_was_paid()
    {
        var purchase = await PaidAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => stage.RefundAsync(purchase, 100_00)));

        Assert.Equal(2, answers.Count(a => a.Status == 201));
        Assert.All(answers.Where(a => a.Status != 201), a => Assert.Equal((422, "refund_exceeds"), (a.Status, a.Body.Text("code"))));
        await stage.SettleAsync();
        Assert.Equal(200_00, (await buyer.GetAsync(purchase)).GetProperty("refunded").GetProperty("amountMinor").GetInt64());
        Assert.Equal(200_00, await stage.AskAsync<long>("select refunded_minor from payments.sandbox_payments"));
    }

    [Fact]
    public async Task What_cannot_be_refunded_is_refused_and_says_why()
    {
        var purchase = await PaidAsync();
        async Task<(int, string)> AskAsync(string id, long? minor, Guid? key = null, string token = Stage.HalcyonToken) =>
            await stage.RefundAsync(id, minor, key, token: token) is var (status, body) ? (status, body.Text("code")) : default;

        Assert.Equal((422, "refund_exceeds"), await AskAsync(purchase, 214_61));
        Assert.Equal((400, "invalid_request"), await AskAsync(purchase, 0));
        Assert.Equal((400, "invalid_request"), await AskAsync(purchase, -5));
        Assert.Equal((400, "invalid_request"), await AskAsync(purchase, 1, Guid.Empty));
        // Another merchant's purchase is not there, nor anybody's without a token.
        Assert.Equal((404, "purchase_not_found"), await AskAsync(purchase, 1, token: Stage.HarbourToken));
        Assert.Equal((404, "purchase_not_found"), await AskAsync(Guid.NewGuid().ToString(), 1));
        Assert.Equal((401, "not_a_page"), await AskAsync(purchase, 1, token: buyer.Token));

        var seq = await stage.OfferAsync(buyer.Thread);
        var failed = await buyer.PayAndWaitAsync(seq, await buyer.AddCardAsync("0002"));
        Assert.Equal((409, "not_refundable"), await AskAsync(failed.Text("id"), 1));
        await stage.SettleAsync();
        Assert.Equal(0, await stage.CountAsync("payments.refunds"));
    }

    [Fact]
    public async Task A_balance_is_refunded_from_the_merchant_s_balance_and_no_further()
    {
        await stage.GiveAsync(buyer.Id, 300_00);
        var seq = await stage.OfferAsync(buyer.Thread);
        var purchase = (await buyer.PayAndWaitAsync(seq, "balance:EUR")).Text("id");
        var merchant = new Account(AccountKind.Merchant, Stage.Halcyon.Value, Kernel.Currency.Eur);

        Assert.Equal("succeeded", (await stage.RefundAndWaitAsync(purchase, 14_60)).Text("state"));
        Assert.Equal(200_00, await BalanceAsync(merchant));
        Assert.Equal("succeeded", (await stage.RefundAndWaitAsync(purchase)).Text("state"));

        Assert.Equal((0L, 300_00L), (await BalanceAsync(merchant), await BalanceAsync(new(AccountKind.Person, buyer.Id.Value, Kernel.Currency.Eur))));
        await stage.SettleAsync();
        Assert.Equal("refunded", (await buyer.GetAsync(purchase)).Text("state"));
    }

    [Fact]
    public async Task A_refund_under_way_counts_against_what_is_left_and_is_told_of_when_it_is_made()
    {
        var purchase = await PaidAsync("7726");

        Assert.Equal("pending", (await stage.RefundAsync(purchase, 200_00)).Body.Text("state"));
        Assert.Equal((422, "refund_exceeds"), await stage.RefundAsync(purchase, 20_00) is var (s, p) ? (s, p.Text("code")) : default);
        Assert.Equal("captured", (await buyer.GetAsync(purchase)).Text("state"));

        stage.Server.Clock.Advance(TimeSpan.FromSeconds(4));
        await buyer.WaitForAsync(purchase, seen => seen.Text("state") == "partly_refunded");
        await stage.SettleAsync();
        Assert.Equal(["captured", "partly_refunded"], (await buyer.PaymentEventsAsync()).Select(e => e.GetProperty("payment").Text("state")));
        Assert.Single(stage.Refunds.All);
    }

    [Fact]
    public async Task A_refund_that_the_bank_sends_back_days_later_is_shown_and_raises_an_alarm()
    {
        var purchase = await PaidAsync("5126");
        var refund = await stage.RefundAndWaitAsync(purchase);
        await buyer.WaitForAsync(purchase, seen => seen.Text("state") == "refunded");

        stage.Server.Clock.Advance(TimeSpan.FromSeconds(4));
        await buyer.WaitForAsync(purchase, seen => seen.Text("state") == "captured");
        await stage.SettleAsync();

        var (_, seen) = await stage.AsBusinessAsync(HttpMethod.Get, $"/api/business/purchases/{purchase}");
        var failed = Assert.Single(seen.GetProperty("refunds").EnumerateArray());
        Assert.Equal(("failed", "returned"), (failed.Text("state"), failed.Text("failure")));
        Assert.Equal([214_60L, -214_60L], stage.Refunds.All.Select(r => r.Change.AmountMinor));
        Assert.Equal(["captured", "refunded", "captured"], (await buyer.PaymentEventsAsync()).Select(e => e.GetProperty("payment").Text("state")));
        Assert.Contains(stage.Server.Log.Errors, line => line.Contains(refund.Text("id"), StringComparison.Ordinal));
        // One order: the payment is not told of again.
        Assert.Single(stage.Orders.All);
        // What came back can be given back another time.
        Assert.Equal(201, (await stage.RefundAsync(purchase, 1_00)).Status);
        await stage.SettleAsync();
    }

    [Fact]
    public async Task A_refund_in_the_processor_s_own_console_adds_to_ours_and_takes_from_what_is_left()
    {
        var purchase = await PaidAsync();
        await stage.RefundAndWaitAsync(purchase, 50_00);
        var payment = await stage.AskAsync<string>("select ref from payments.sandbox_payments") ?? "";

        await stage.Get<SandboxProcessor>().RefundAsync(new("console", "console", payment, new(100_00, Kernel.Currency.Eur)), Stage.Ct);

        await buyer.WaitForAsync(purchase, seen => seen.GetProperty("refunded").GetProperty("amountMinor").GetInt64() == 150_00);
        Assert.Equal((422, "refund_exceeds"), await stage.RefundAsync(purchase, 64_61) is var (s, p) ? (s, p.Text("code")) : default);
        Assert.Equal("succeeded", (await stage.RefundAndWaitAsync(purchase, 64_60)).Text("state"));
        await stage.SettleAsync();
        Assert.Equal("refunded", (await buyer.GetAsync(purchase)).Text("state"));
    }

    private async Task<string> PaidAsync(string card = "4242")
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        return (await buyer.PayAndWaitAsync(seq, await buyer.AddCardAsync(card))).Text("id");
    }
}
