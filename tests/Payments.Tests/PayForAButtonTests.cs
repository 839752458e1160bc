using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Stoa.Kernel;
using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;
using Stoa.Payments.Sandbox;
using Stoa.Testing;
using Stoa.Threads;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>Paying through the door: HTTP, the real server, the sandbox.</summary>
public sealed class PayForAButtonTests : IAsyncLifetime
{
    private Stage stage = null!; // InitializeAsync runs before every test.
    private Buyer buyer = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.StartAsync();
        buyer = await stage.SignUpAsync();
    }

    public ValueTask DisposeAsync() => stage.DisposeAsync();

    [Fact]
    public async Task One_tap_with_a_saved_card_pays_shows_it_in_the_thread_and_tells_the_business_after()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var card = await buyer.AddCardAsync("4242");

        var purchase = await buyer.PayAndWaitAsync(seq, card);
        await stage.SettleAsync();

        Assert.Equal("captured", purchase.Text("state"));
        Assert.Equal(214_60, purchase.GetProperty("amount").GetProperty("amountMinor").GetInt64());
        Assert.Equal("Halcyon Air", purchase.GetProperty("merchant").Text("name"));
        Assert.Equal(("card", "visa", "4242"), (purchase.GetProperty("method").Text("kind"), purchase.GetProperty("method").Text("brand"), purchase.GetProperty("method").Text("last4")));
        Assert.False(purchase.TryGetProperty("failure", out _));
        var asked = Assert.Single(stage.Merchant.Asked);
        Assert.Equal(("FLIGHT_412", new Money(214_60, Currency.Eur)), (asked.Payload, asked.Amount));

        var shown = Assert.Single(await buyer.PaymentEventsAsync());
        Assert.Equal(buyer.Id.ToString(), shown.Text("sender"));
        var payment = shown.GetProperty("payment");
        Assert.Equal((purchase.Text("id"), seq, 0, 0, "captured"),
            (payment.Text("purchase"), payment.GetProperty("of").GetInt64(), payment.GetProperty("element").GetInt32(), payment.GetProperty("button").GetInt32(), payment.Text("state")));

        var order = Assert.Single(stage.Orders.All);
        Assert.Equal((purchase.Text("id"), "FLIGHT_412", "stripe", false), (order.Purchase.ToString(), order.Payload, order.Provider, order.IsTest));
        Assert.Equal(["contact_name", "contact_email"], order.RequestedUserInfo);
        Assert.Equal([1], stage.Orders.PaymentEventsSeen);
        // A card's money is the processor's: our books know nothing of it.
        Assert.Equal(0, await stage.CountAsync("wallet.transfers"));
    }

    [Fact]
    public async Task Each_state_is_told_to_the_payer_s_devices_in_order()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(stage.Server.Address) { Scheme = "ws", Path = "/live" }.Uri, Stage.Ct);
        await socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"op":"hello","token":"{{buyer.Token}}"}"""), WebSocketMessageType.Text, true, Stage.Ct);
        var seq = await stage.OfferAsync(buyer.Thread);
        var card = await buyer.AddCardAsync("4242");
        await NextFrameAsync(socket, "ready");

        await buyer.PayAsync(seq, card);

        Assert.Equal("confirming", (await NextFrameAsync(socket, "purchase")).GetProperty("purchase").Text("state"));
        Assert.Equal("authorising", (await NextFrameAsync(socket, "purchase")).GetProperty("purchase").Text("state"));
        Assert.Equal("captured", (await NextFrameAsync(socket, "purchase")).GetProperty("purchase").Text("state"));
        await stage.SettleAsync();
    }

    [Fact]
    public async Task A_balance_pays_the_merchant_and_is_charged_once()
    {
        await stage.GiveAsync(buyer.Id, 500_00);
        var seq = await stage.OfferAsync(buyer.Thread);

        var purchase = await buyer.PayAndWaitAsync(seq, "balance:EUR");
        await stage.SettleAsync();

        Assert.Equal(("captured", "balance"), (purchase.Text("state"), purchase.GetProperty("method").Text("kind")));
        Assert.Equal(285_40, await BalanceAsync(new(AccountKind.Person, buyer.Id.Value, Currency.Eur)));
        Assert.Equal(214_60, await BalanceAsync(new(AccountKind.Merchant, Stage.Halcyon.Value, Currency.Eur)));
        var (_, entries) = await buyer.SendAsync(HttpMethod.Get, "/api/wallet/entries");
        Assert.Equal([("merchant_payment", "out", "Halcyon Air", 285_40L), ("topup", "in", "Stoa", 500_00L)], entries.GetProperty("entries").EnumerateArray()
            .Select(e => (e.Text("code"), e.Text("direction"), e.Text("counterparty"), e.GetProperty("balanceAfterMinor").GetInt64())));
        var (_, page) = await buyer.SendAsync(HttpMethod.Get, "/api/wallet/entries?limit=1");
        var (_, next) = await buyer.SendAsync(HttpMethod.Get, $"/api/wallet/entries?limit=1&before={page.Text("next")}");
        Assert.Equal("topup", Assert.Single(next.GetProperty("entries").EnumerateArray()).Text("code"));
        Assert.Equal(400, (await buyer.SendAsync(HttpMethod.Get, "/api/wallet/entries?before=x")).Status);
        var (_, wallet) = await buyer.SendAsync(HttpMethod.Get, "/api/wallet");
        Assert.Equal(285_40, Assert.Single(wallet.GetProperty("balances").EnumerateArray()).GetProperty("amountMinor").GetInt64());
    }

    [Fact]
    public async Task A_balance_that_is_too_small_fails_and_stays_whole()
    {
        await stage.GiveAsync(buyer.Id, 214_59);
        var seq = await stage.OfferAsync(buyer.Thread);

        var purchase = await buyer.PayAndWaitAsync(seq, "balance:EUR");

        Assert.Equal(("failed", "insufficient_funds"), (purchase.Text("state"), purchase.Failure()));
        Assert.Equal(214_59, await BalanceAsync(new(AccountKind.Person, buyer.Id.Value, Currency.Eur)));
        Assert.Empty(stage.Orders.All);
    }

    [Fact]
    public async Task A_test_payment_moves_no_money_and_says_so_to_the_business()
    {
        var seq = await stage.OfferAsync(buyer.Thread, change: b => b["payment_summary"]!["is_test_payment"] = true);

        await buyer.PayAndWaitAsync(seq, "balance:EUR");
        await stage.SettleAsync();

        var order = Assert.Single(stage.Orders.All);
        Assert.Equal((true, "test_charge_id_12345", "test_payment_id_12345"), (order.IsTest, order.ChargeId, order.PaymentId));
        Assert.Equal(0, await stage.CountAsync("wallet.transfers"));
    }

    [Fact]
    public async Task Tapping_on_three_devices_at_once_charges_once()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var card = await buyer.AddCardAsync("4242");
        Guid[] keys = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];

        // Each device taps twice: the network repeats what it is not sure of.
        var answers = await Task.WhenAll(keys.Concat(keys).Select(key => buyer.PayAsync(seq, card, key)));
        await stage.SettleAsync();

        Assert.Single(answers.Select(a => a.Body.Text("id")).Distinct());
        Assert.Equal(1, answers.Count(a => a.Status == 201));
        Assert.Equal(5, answers.Count(a => a.Status == 200));
        Assert.Equal(1, await stage.CountAsync("payments.sandbox_payments"));
        Assert.Single(stage.Orders.All);
        Assert.Single(await buyer.PaymentEventsAsync());
    }

    [Fact]
    public async Task A_button_that_is_paid_answers_with_its_purchase()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var card = await buyer.AddCardAsync("4242");
        var first = await buyer.PayAndWaitAsync(seq, card);

        var (status, again) = await buyer.PayAsync(seq, card);

        Assert.Equal((200, first.Text("id"), "captured"), (status, again.Text("id"), again.Text("state")));
    }

    [Fact]
    public async Task Two_buttons_of_one_message_are_two_purchases()
    {
        var seq = await stage.OfferAsync(buyer.Thread, elements: 2);
        var card = await buyer.AddCardAsync("4242");

        var one = await buyer.PayAndWaitAsync(seq, card, element: 0);
        var other = await buyer.PayAndWaitAsync(seq, card, element: 1);
        await stage.SettleAsync();

        Assert.NotEqual(one.Text("id"), other.Text("id"));
        Assert.Equal(2, stage.Orders.All.Count);
    }

    [Fact]
    public async Task The_same_key_for_another_button_is_refused()
    {
        var seq = await stage.OfferAsync(buyer.Thread, elements: 2);
        var card = await buyer.AddCardAsync("4242");
        var key = Guid.NewGuid();
        await buyer.PayAndWaitAsync(seq, card, key, element: 0);

        var (status, problem) = await buyer.PayAsync(seq, card, key, element: 1);

        Assert.Equal((422, "key_reused"), (status, problem.Text("code")));
        Assert.Equal(1, await stage.CountAsync("payments.purchases"));
    }

    [Fact]
    public async Task One_key_of_two_people_is_two_keys()
    {
        var other = await stage.SignUpAsync("piotr");
        var key = Guid.NewGuid();

        await buyer.PayAndWaitAsync(await stage.OfferAsync(buyer.Thread), await buyer.AddCardAsync("4242"), key);
        var theirs = await other.PayAndWaitAsync(await stage.OfferAsync(other.Thread), await other.AddCardAsync("4242"), key);

        Assert.Equal("captured", theirs.Text("state"));
        await stage.SettleAsync();
        Assert.Equal(2, stage.Orders.All.Count);
    }

    [Theory]
    [InlineData("0002", "card_declined")]
    [InlineData("9995", "insufficient_funds")]
    [InlineData("0069", "expired_card")]
    public async Task A_card_that_is_refused_fails_and_the_button_can_be_tried_again(string last4, string failure)
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var bad = await buyer.AddCardAsync(last4);
        var good = await buyer.AddCardAsync("4444", "mastercard");
        var key = Guid.NewGuid();

        var failed = await buyer.PayAndWaitAsync(seq, bad, key);
        Assert.Equal(("failed", failure), (failed.Text("state"), failed.Failure()));
        // The old key stands for the failed purchase, however late it is repeated.
        Assert.Equal((200, failed.Text("id")), await buyer.PayAsync(seq, bad, key) is var (status, body) ? (status, body.Text("id")) : default);

        var paid = await buyer.PayAndWaitAsync(seq, good);
        await stage.SettleAsync();
        Assert.Equal("captured", paid.Text("state"));
        Assert.NotEqual(failed.Text("id"), paid.Text("id"));
        Assert.Single(stage.Orders.All);
    }

    [Fact]
    public async Task A_second_device_s_key_stands_for_what_it_found_even_after_that_failed()
    {
        var asked = new TaskCompletionSource<ConfirmOutcome>();
        stage.Merchant.Answer = (_, _) => asked.Task;
        var seq = await stage.OfferAsync(buyer.Thread);
        var card = await buyer.AddCardAsync("4242");
        var (_, first) = await buyer.PayAsync(seq, card);
        var key = Guid.NewGuid();
        Assert.Equal(first.Text("id"), (await buyer.PayAsync(seq, card, key)).Body.Text("id"));
        asked.SetResult(ConfirmOutcome.Refused);
        await buyer.WaitForAsync(first.Text("id"), Stage.IsSettled);

        // The network repeats the second device's request: the payer did not ask for another purchase.
        var (status, late) = await buyer.PayAsync(seq, card, key);

        Assert.Equal((200, first.Text("id"), "failed"), (status, late.Text("id"), late.Text("state")));
        Assert.Equal(1, await stage.CountAsync("payments.purchases"));
    }

    [Theory]
    [InlineData(true, "captured", null)]
    [InlineData(false, "failed", "authentication_failed")]
    public async Task The_payer_answers_their_bank_on_the_pay_origin(bool approve, string state, string? failure)
    {
        var (purchase, challenge) = await BeginChallengeAsync();

        Assert.Equal(204, (await DecideAsync(challenge, approve)).Status);
        // A second answer, and one the other way round, change nothing.
        Assert.Equal(204, (await DecideAsync(challenge, !approve)).Status);
        var ended = await buyer.WaitForAsync(purchase, Stage.IsSettled);
        await stage.SettleAsync();

        Assert.Equal(state, ended.Text("state"));
        Assert.Equal(failure, ended.TryGetProperty("failure", out _) ? ended.Failure() : null);
        Assert.False(ended.TryGetProperty("action", out _));
        Assert.Equal(approve ? 1 : 0, stage.Orders.All.Count);
    }

    [Fact]
    public async Task A_step_that_is_awaited_can_be_given_up_and_nothing_is_charged()
    {
        var (purchase, challenge) = await BeginChallengeAsync();

        var (status, cancelled) = await buyer.SendAsync(HttpMethod.Post, $"/api/purchases/{purchase}/cancel");
        Assert.Equal((200, "failed", "cancelled"), (status, cancelled.Text("state"), cancelled.Failure()));
        Assert.Equal(200, (await buyer.SendAsync(HttpMethod.Post, $"/api/purchases/{purchase}/cancel")).Status);
        await DecideAsync(challenge, approve: true);
        await stage.SettleAsync();

        Assert.Equal("failed", (await buyer.GetAsync(purchase)).Text("state"));
        Assert.Equal(0, await stage.CountAsync("payments.sandbox_payments where status = 'captured'"));
    }

    [Fact]
    public async Task Giving_up_after_the_bank_has_agreed_is_too_late()
    {
        var (purchase, challenge) = await BeginChallengeAsync();
        await DecideAsync(challenge, approve: true);

        // Whichever of the two the server sees first, the money has moved and the purchase says so.
        await buyer.SendAsync(HttpMethod.Post, $"/api/purchases/{purchase}/cancel");

        Assert.Equal("captured", (await buyer.WaitForAsync(purchase, Stage.IsSettled)).Text("state"));
        Assert.Equal((409, "not_cancellable"), await buyer.SendAsync(HttpMethod.Post, $"/api/purchases/{purchase}/cancel") is var (status, body) ? (status, body.Text("code")) : default);
        await stage.SettleAsync();
    }

    [Fact]
    public async Task A_step_that_is_never_taken_ends_after_a_quarter_of_an_hour()
    {
        var (purchase, _) = await BeginChallengeAsync();

        stage.Server.Clock.Advance(TimeSpan.FromMinutes(15));

        var ended = await buyer.WaitForAsync(purchase, Stage.IsSettled);
        Assert.Equal(("failed", "authentication_failed"), (ended.Text("state"), ended.Failure()));
        await stage.SettleAsync();
    }

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

        Assert.False(await receive.RunAsync(sandbox, "sha256=00", body, Stage.Ct));
        Assert.False(await receive.RunAsync(sandbox, await sandbox.SignAsync("other"u8.ToArray(), Stage.Ct), body, Stage.Ct));
        Assert.Equal(0, await stage.CountAsync("payments.processor_events where event = 'evt_forged'"));
        // One that is, of a payment that is not ours: taken, and without effect.
        var foreign = """{"id":"evt_foreign","paymentRef":"x","reference":"y"}"""u8.ToArray();
        Assert.True(await receive.RunAsync(sandbox, await sandbox.SignAsync(foreign, Stage.Ct), foreign, Stage.Ct));
    }

    [Fact]
    public async Task A_refund_at_the_processor_shows_in_the_thread()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var purchase = await buyer.PayAndWaitAsync(seq, await buyer.AddCardAsync("4242"));
        await stage.SettleAsync();
        var payment = await stage.AskAsync<string>("select ref from payments.sandbox_payments") ?? "";

        await stage.Get<SandboxProcessor>().RefundAsync("refund-1", payment, null, Stage.Ct);
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

        await Stage.WaitAsync("the dispute", async () => await stage.CountAsync("payments.purchases where disputed") == 1);
        Assert.Equal("captured", (await buyer.GetAsync(purchase.Text("id"))).Text("state"));
        await stage.SettleAsync();
    }

    [Theory]
    [InlineData("Refused", "merchant_refused")]
    [InlineData("NoAnswer", "merchant_no_answer")]
    public async Task A_merchant_who_does_not_agree_is_not_paid(string answer, string failure)
    {
        stage.Merchant.Answer = (_, _) => Task.FromResult(Enum.Parse<ConfirmOutcome>(answer));
        var seq = await stage.OfferAsync(buyer.Thread);

        var purchase = await buyer.PayAndWaitAsync(seq, await buyer.AddCardAsync("4242"));
        await stage.SettleAsync();

        Assert.Equal(("failed", failure), (purchase.Text("state"), purchase.Failure()));
        Assert.Equal(0, await stage.CountAsync("payments.attempts"));
        Assert.Equal(0, await stage.CountAsync("payments.sandbox_payments"));
    }

    [Fact]
    public async Task A_merchant_s_side_that_never_returns_is_waited_for_so_long_and_no_longer()
    {
        var waiting = new TaskCompletionSource();
        stage.Merchant.Answer = async (_, token) =>
        {
            waiting.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            return ConfirmOutcome.Accepted;
        };
        var seq = await stage.OfferAsync(buyer.Thread);
        var (_, created) = await buyer.PayAsync(seq, await buyer.AddCardAsync("4242"));
        await waiting.Task;

        stage.Server.Clock.Advance(TimeSpan.FromSeconds(25));

        Assert.Equal("merchant_no_answer", (await buyer.WaitForAsync(created.Text("id"), Stage.IsSettled)).Failure());
        await stage.SettleAsync();
    }

    public static TheoryData<string> WhatIsNotThere => ["another's thread", "a direct thread", "no thread", "no message", "the payer's own message", "no button", "another's card", "a deleted card", "no card"];

    [Theory]
    [MemberData(nameof(WhatIsNotThere))]
    public async Task What_one_may_not_see_is_not_there(string what)
    {
        var other = await stage.SignUpAsync("piotr");
        var theirs = await stage.OfferAsync(other.Thread);
        var seq = await stage.OfferAsync(buyer.Thread);
        var card = await buyer.AddCardAsync("4242");
        var (_, direct) = await buyer.SendAsync(HttpMethod.Post, "/api/threads", new { with = new[] { "@piotr" } });
        var (_, sent) = await buyer.SendAsync(HttpMethod.Post, $"/api/threads/{buyer.Thread}/messages", new { clientId = Guid.NewGuid(), text = "hello" });
        if (what == "a deleted card")
        {
            await buyer.SendAsync(HttpMethod.Delete, $"/api/payment-methods/{card}");
        }

        var key = Guid.NewGuid();
        (object Body, string Code) = what switch
        {
            "another's thread" => (new { key, thread = other.Thread, seq = theirs, element = 0, button = 0, method = card }, "thread_not_found"),
            "a direct thread" => (new { key, thread = direct.Text("id"), seq = 1, element = 0, button = 0, method = card }, "thread_not_found"),
            "no thread" => (new { key, thread = ThreadId.New(), seq, element = 0, button = 0, method = card }, "thread_not_found"),
            "no message" => (new { key, thread = buyer.Thread, seq = 999L, element = 0, button = 0, method = card }, "button_not_found"),
            "the payer's own message" => (new { key, thread = buyer.Thread, seq = sent.GetProperty("seq").GetInt64(), element = 0, button = 0, method = card }, "button_not_found"),
            "no button" => (new { key, thread = buyer.Thread, seq, element = 5, button = 0, method = card }, "button_not_found"),
            "another's card" => (new { key, thread = buyer.Thread, seq, element = 0, button = 0, method = await other.AddCardAsync("4242") }, "payment_method_not_found"),
            "no card" => (new { key, thread = buyer.Thread, seq, element = 0, button = 0, method = "balance:XXX" }, "payment_method_not_found"),
            _ => ((object)new { key, thread = buyer.Thread, seq, element = 0, button = 0, method = card }, "payment_method_not_found"),
        };

        var (status, problem) = await buyer.SendAsync(HttpMethod.Post, "/api/purchases", Body);

        Assert.Equal((404, Code), (status, problem.Text("code")));
        Assert.Equal(0, await stage.CountAsync("payments.purchases"));
    }

    [Fact]
    public async Task Another_s_purchase_is_not_there()
    {
        var other = await stage.SignUpAsync("piotr");
        var purchase = (await buyer.PayAndWaitAsync(await stage.OfferAsync(buyer.Thread), await buyer.AddCardAsync("4242"))).Text("id");

        Assert.Equal(404, (await other.SendAsync(HttpMethod.Get, $"/api/purchases/{purchase}")).Status);
        Assert.Equal(404, (await other.SendAsync(HttpMethod.Post, $"/api/purchases/{purchase}/cancel")).Status);
        other.Client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(401, (await other.SendAsync(HttpMethod.Get, $"/api/purchases/{purchase}")).Status);
        Assert.Equal(401, (await other.SendAsync(HttpMethod.Get, "/api/payment-methods")).Status);
        await stage.SettleAsync();
    }

    [Fact]
    public async Task A_caller_cannot_name_a_price()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var card = await buyer.AddCardAsync("4242");

        var (status, _) = await buyer.SendAsync(HttpMethod.Post, "/api/purchases", new { key = Guid.NewGuid(), thread = buyer.Thread, seq, element = 0, button = 0, method = card, amountMinor = 1 });

        Assert.Equal(400, status);
        Assert.Equal(0, await stage.CountAsync("payments.purchases"));
    }

    [Theory]
    [InlineData("balance:USD", "currency_differs")]
    [InlineData("balance:ILS", "currency_differs")]
    public async Task A_balance_in_another_currency_does_not_pay(string method, string code) =>
        Assert.Equal((422, code), await buyer.PayAsync(await stage.OfferAsync(buyer.Thread), method) is var (status, body) ? (status, body.Text("code")) : default);

    [Fact]
    public async Task A_purchase_begun_before_the_server_was_killed_is_finished_by_the_next()
    {
        await using var database = await TestDatabase.CreateAsync([.. Stoa.Server.Modules.All]);
        string purchase;
        var token = "";
        // No worker: as if the server had died between its answer and the first step.
        await using (var killed = await Stage.StartAsync(workers: 0, database: database))
        {
            var payer = await killed.SignUpAsync();
            token = payer.Token;
            var (status, created) = await payer.PayAsync(await killed.OfferAsync(payer.Thread), await payer.AddCardAsync("4242"));
            Assert.Equal((201, "created"), (status, created.Text("state")));
            purchase = created.Text("id");
        }

        await using var next = await Stage.StartAsync(database: database);
        await next.SettleAsync();

        Assert.Equal("captured", await next.AskAsync<string>("select state from payments.purchases"));
        Assert.Equal(purchase, Assert.Single(next.Orders.All).Purchase.ToString());
    }

    private async Task<(string Purchase, string Challenge)> BeginChallengeAsync()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var (_, created) = await buyer.PayAsync(seq, await buyer.AddCardAsync("3184"));
        var waiting = await buyer.WaitForAsync(created.Text("id"), p => p.Text("state") == "requires_action");
        var url = new Uri(waiting.GetProperty("action").Text("url"));
        Assert.StartsWith("pay.", url.Host, StringComparison.Ordinal);
        return (created.Text("id"), url.AbsolutePath);
    }

    private async Task<(int Status, string Body)> DecideAsync(string path, bool approve) =>
        await stage.PayOriginAsync(HttpMethod.Post, path, $$"""{"approve":{{(approve ? "true" : "false")}}}""");

    // Moves domain time on until the purchase is settled; each look is due a little later than the one before.
    private Task AdvanceUntilAsync(string purchase, TimeSpan step) => Stage.WaitAsync($"purchase {purchase} to settle as time goes on", async () =>
    {
        stage.Server.Clock.Advance(step);
        return Stage.IsSettled(await buyer.GetAsync(purchase));
    });

    private async Task<(string Purchase, string Card)> GiveUpAsync()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var card = await buyer.AddCardAsync("0127");
        var (_, created) = await buyer.PayAsync(seq, card);
        await AdvanceUntilAsync(created.Text("id"), TimeSpan.FromSeconds(2));
        return (created.Text("id"), card);
    }

    // The request that was thought lost reaches the processor after all.
    private async Task ArriveLateAsync(string purchase, string card)
    {
        await stage.AskAsync<int>("update payments.sandbox_cards set last4 = '4242' where last4 = '0127'");
        var cardRef = await stage.AskAsync<string>("select processor_ref from payments.methods where id = @id", new { id = Guid.Parse(card) }) ?? "";
        Assert.IsType<ProcessorAnswer.Known>(await stage.Get<SandboxProcessor>().ChargeAsync(new($"charge/{purchase}", purchase, cardRef, new(214_60, Currency.Eur)), Stage.Ct));
    }

    private async Task<long> BalanceAsync(Account account) => (await stage.Get<ILedger>().ReadBalanceAsync(account, Stage.Ct)).Available.AmountMinor;

    private static async Task<JsonElement> NextFrameAsync(ClientWebSocket socket, string op)
    {
        var buffer = new byte[64 * 1024];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stage.Ct);
        limit.CancelAfter(TimeSpan.FromSeconds(15));
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), limit.Token);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            var frame = JsonElement.Parse(buffer.AsSpan(0, length));
            if (frame.Text("op") == op)
            {
                return frame;
            }
        }
    }
}
