using System.Text.Json;
using Xunit;

namespace Stoa.Payments.Tests.Desk;

/// <summary>A payer asks for money back or for help, and the business answers once.</summary>
public sealed class ComplaintTests : PurchaseTest
{
    [Fact]
    public async Task Money_asked_back_is_given_once_and_both_hear_of_it_in_the_conversation()
    {
        var purchase = await BuyAsync();
        var key = Guid.NewGuid();
        var (status, complaint) = await ComplainAsync(purchase, amountMinor: 100_00, key: key);
        Assert.Equal((201, "open"), (status, complaint.Text("state")));
        Assert.Equal((200, complaint.Text("id")), await ComplainAsync(purchase, amountMinor: 100_00, key: key) is var (again, same) ? (again, same.Text("id")) : default);

        var (_, open) = await stage.AsBusinessAsync(HttpMethod.Get, "/api/business/complaints");
        Assert.Equal(complaint.Text("id"), Assert.Single(open.GetProperty("complaints").EnumerateArray()).Text("id"));

        // Answered three times at once.
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => AnswerAsync(purchase, complaint, new { answer = "refund", text = "Here you are" })));
        Assert.All(answers, a => Assert.Equal((200, "settled"), (a.Status, a.Body.Text("state"))));
        await stage.SettleAsync();

        var desk = await DeskAsync(purchase);
        Assert.Equal(("partly_refunded", 100_00L), (desk.GetProperty("purchase").Text("state"), desk.GetProperty("purchase").GetProperty("refunded").GetProperty("amountMinor").GetInt64()));
        var refund = Assert.Single(desk.GetProperty("refunds").EnumerateArray());
        Assert.Equal(refund.Text("id"), Assert.Single(desk.GetProperty("complaints").EnumerateArray()).Text("refund"));
        Assert.Equal(["open", "settled"], (await EventsAsync("complaint")).Select(e => e.Text("state")));
        Assert.Equal(["open", "settled"], stage.Desk.All.Select(n => n.Complaint?.State));
        Assert.Equal(1, await stage.CountAsync("payments.sandbox_refunds"));
        Assert.Equal((409, "complaint_closed"), Codes(await AnswerAsync(purchase, complaint, new { answer = "decline", text = "No" })));
    }

    [Fact]
    public async Task Taking_it_back_and_giving_in_at_once_end_it_one_way()
    {
        var purchase = await BuyAsync();
        var (_, complaint) = await ComplainAsync(purchase);

        var both = await Task.WhenAll(
            AnswerAsync(purchase, complaint, new { answer = "refund" }),
            buyer.SendAsync(HttpMethod.Post, $"/api/purchases/{purchase}/complaints/{complaint.Text("id")}/withdraw"));
        await stage.SettleAsync();

        Assert.Equal([200, 409], both.Select(b => b.Status).Order());
        var desk = await DeskAsync(purchase);
        var settled = Assert.Single(desk.GetProperty("complaints").EnumerateArray()).Text("state") == "settled";
        Assert.Equal(settled ? 1 : 0, desk.GetProperty("refunds").GetArrayLength());
        Assert.Equal(settled ? 1 : 0, await stage.CountAsync("payments.sandbox_refunds"));
        Assert.Equal(2, (await EventsAsync("complaint")).Count);
    }

    [Fact]
    public async Task A_refund_that_cannot_be_leaves_the_complaint_open()
    {
        var purchase = await BuyAsync();
        var (_, complaint) = await ComplainAsync(purchase);
        await stage.RefundAndWaitAsync(purchase);

        Assert.Equal((422, "refund_exceeds"), Codes(await AnswerAsync(purchase, complaint, new { answer = "refund" })));
        Assert.Equal("open", Assert.Single((await DeskAsync(purchase)).GetProperty("complaints").EnumerateArray()).Text("state"));
        Assert.Equal((200, "settled"), await AnswerAsync(purchase, complaint, new { answer = "settle", text = "It had gone back already" }) is var (status, body) ? (status, body.Text("state")) : default);
        await stage.SettleAsync();
    }

    [Fact]
    public async Task Help_is_given_or_declined_with_words_and_then_something_else_can_be_asked()
    {
        var purchase = await BuyAsync();
        var (_, first) = await ComplainAsync(purchase, wants: "help");
        Assert.Equal((409, "complaint_open"), Codes(await ComplainAsync(purchase)));
        Assert.Equal((400, "invalid_request"), Codes(await AnswerAsync(purchase, first, new { answer = "decline" })));

        Assert.Equal("declined", (await AnswerAsync(purchase, first, new { answer = "decline", text = "It was as described" })).Body.Text("state"));
        Assert.Equal("It was as described", (await DeskAsync(purchase)).GetProperty("complaints")[0].Text("answer"));
        Assert.Equal(201, (await ComplainAsync(purchase)).Status);
        await stage.SettleAsync();
        Assert.Equal([null, "It was as described", null], (await EventsAsync("complaint")).Select(e => e.TryGetProperty("answer", out var answer) ? answer.GetString() : null));
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_and_nobody_else_sees_or_answers_it()
    {
        var purchase = await BuyAsync();
        var other = await stage.SignUpAsync("adam");
        var key = Guid.NewGuid();
        var (_, complaint) = await ComplainAsync(purchase, amountMinor: 1, key: key);

        Assert.Equal((422, "key_reused"), Codes(await ComplainAsync(purchase, amountMinor: 2, key: key)));
        Assert.Equal((400, "note_invalid"), Codes(await ComplainAsync(purchase, note: " ")));
        Assert.Equal((400, "card_number_refused"), Codes(await ComplainAsync(purchase, note: "My card is 4242 4242 4242 4242")));
        Assert.Equal((400, "invalid_request"), Codes(await ComplainAsync(purchase, amountMinor: 0)));
        Assert.Equal((400, "invalid_request"), Codes(await ComplainAsync(purchase, wants: "help", amountMinor: 1)));
        Assert.Equal((404, "purchase_not_found"), Codes(await other.SendAsync(HttpMethod.Get, $"/api/purchases/{purchase}/desk")));
        Assert.Equal((404, "purchase_not_found"), Codes(await other.SendAsync(HttpMethod.Post, $"/api/purchases/{purchase}/complaints", new { key = Guid.NewGuid(), wants = "help", note = "x" })));
        Assert.Equal((404, "purchase_not_found"), Codes(await AnswerAsync(purchase, complaint, new { answer = "refund" }, Stage.HarbourToken)));
        Assert.Empty((await stage.AsBusinessAsync(HttpMethod.Get, "/api/business/complaints", token: Stage.HarbourToken)).Body.GetProperty("complaints").EnumerateArray());
        await AnswerAsync(purchase, complaint, new { answer = "decline", text = "No" });
        Assert.Equal((422, "refund_exceeds"), Codes(await ComplainAsync(purchase, amountMinor: 214_61)));

        stage.Merchant.Answer = (_, _) => Task.FromResult(ConfirmOutcome.Refused);
        var failed = await buyer.PayAndWaitAsync(await stage.OfferAsync(buyer.Thread), await buyer.AddCardAsync("4242"));
        Assert.Equal((409, "nothing_paid"), Codes(await ComplainAsync(failed.Text("id"))));
        await stage.SettleAsync();
        Assert.Equal(0, await stage.CountAsync("payments.refunds"));
    }

    private async Task<string> BuyAsync() => (await buyer.PayAndWaitAsync(await stage.OfferAsync(buyer.Thread), await buyer.AddCardAsync("4242"))).Text("id");

    private Task<(int Status, JsonElement Body)> ComplainAsync(string purchase, string wants = "refund", long? amountMinor = null, string note = "It never came", Guid? key = null) =>
        buyer.SendAsync(HttpMethod.Post, $"/api/purchases/{purchase}/complaints", new { key = key ?? Guid.NewGuid(), wants, amountMinor, note });

    private Task<(int Status, JsonElement Body)> AnswerAsync(string purchase, JsonElement complaint, object answer, string token = Stage.HalcyonToken) =>
        stage.AsBusinessAsync(HttpMethod.Post, $"/api/business/purchases/{purchase}/complaints/{complaint.Text("id")}/answer", answer, token);

    private async Task<JsonElement> DeskAsync(string purchase) => (await buyer.SendAsync(HttpMethod.Get, $"/api/purchases/{purchase}/desk")).Body;

    private async Task<List<JsonElement>> EventsAsync(string member) =>
        [.. (await buyer.PaymentEventsAsync()).Where(e => e.TryGetProperty(member, out _)).Select(e => e.GetProperty(member))];

    private static (int Status, string Code) Codes((int Status, JsonElement Body) answer) => (answer.Status, answer.Body.Text("code"));
}
