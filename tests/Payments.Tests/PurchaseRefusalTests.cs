using Stoa.Kernel;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>What cannot be paid, and who may not look.</summary>
public sealed class PurchaseRefusalTests : PurchaseTest
{
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

    [Theory]
    [InlineData("balance:USD", "currency_differs")]
    [InlineData("balance:ILS", "currency_differs")]
    public async Task A_balance_in_another_currency_does_not_pay(string method, string code) =>
        Assert.Equal((422, code), await buyer.PayAsync(await stage.OfferAsync(buyer.Thread), method) is var (status, body) ? (status, body.Text("code")) : default);
}
