using System.Net.WebSockets;
using System.Text;
using Stoa.Kernel;
using Stoa.Payments.Purchases;
using Stoa.Testing;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>Paying through the door: HTTP, the real server, the sandbox.</summary>
public sealed class PayForAButtonTests : PurchaseTest
{
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
        Assert.Equal(["contact_name"], order.RequestedUserInfo);
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

    [Fact]
    public async Task A_caller_cannot_name_a_price()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var card = await buyer.AddCardAsync("4242");

        var (status, _) = await buyer.SendAsync(HttpMethod.Post, "/api/purchases", new { key = Guid.NewGuid(), thread = buyer.Thread, seq, element = 0, button = 0, method = card, amountMinor = 1 });

        Assert.Equal(400, status);
        Assert.Equal(0, await stage.CountAsync("payments.purchases"));
    }

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
}
