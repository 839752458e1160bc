using System.Text.Json;
using Xunit;

namespace Stoa.Payments.Tests.Desk;

/// <summary>A dispute comes from the processor, is shown and told once, and is answered in time.</summary>
public sealed class DisputeTests : PurchaseTest
{
    [Theory]
    [InlineData("winning_evidence", "won")]
    [InlineData("losing_evidence", "lost")]
    [InlineData("It was delivered on Friday", "under_review")]
    [InlineData(null, "lost")]
    public async Task A_dispute_is_shown_with_its_deadline_and_ends_as_it_is_answered(string? evidence, string end)
    {
        var purchase = await DisputedAsync();
        var (_, seen) = await stage.AsBusinessAsync(HttpMethod.Get, $"/api/business/purchases/{purchase}");
        var answerBy = seen.GetProperty("disputeAnswerBy").GetDateTimeOffset();
        Assert.InRange(answerBy - stage.Server.Clock.GetUtcNow(), TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));

        var key = Guid.NewGuid();
        Assert.Equal((200, end), StateOf(await AnswerAsync(purchase, evidence, key)));
        Assert.Equal((200, end), StateOf(await AnswerAsync(purchase, evidence, key)));
        await stage.SettleAsync();

        Assert.Equal(["needs_response", end], (await EventsAsync()).Select(e => e.Text("state")));
        Assert.Equal(["needs_response", end], stage.Desk.All.Select(n => n.Dispute?.State));
        Assert.Equal(answerBy, stage.Desk.All.First().Dispute?.AnswerBy);
        var desk = (await buyer.SendAsync(HttpMethod.Get, $"/api/purchases/{purchase}/desk")).Body;
        Assert.Equal(("captured", end), (desk.GetProperty("purchase").Text("state"), desk.GetProperty("dispute").Text("state")));
    }

    [Fact]
    public async Task After_its_time_or_its_end_a_dispute_takes_no_answer()
    {
        var purchase = await DisputedAsync();
        stage.Server.Clock.Advance(TimeSpan.FromDays(8));
        Assert.Equal((409, "dispute_closed"), CodeOf(await AnswerAsync(purchase, "winning_evidence", Guid.NewGuid())));
        Assert.Equal((400, "invalid_request"), CodeOf(await AnswerAsync(purchase, " ", Guid.NewGuid())));
        Assert.Equal((404, "purchase_not_found"), CodeOf(await stage.AsBusinessAsync(HttpMethod.Post, $"/api/business/purchases/{purchase}/dispute/accept", token: Stage.HarbourToken)));
        Assert.Single(stage.Desk.All);
        await stage.SettleAsync();
    }

    [Fact]
    public async Task What_nobody_disputes_has_nothing_to_answer()
    {
        var paid = await buyer.PayAndWaitAsync(await stage.OfferAsync(buyer.Thread), await buyer.AddCardAsync("4242"));
        await stage.GiveAsync(buyer.Id, 300_00);
        var fromBalance = await buyer.PayAndWaitAsync(await stage.OfferAsync(buyer.Thread), "balance:EUR");

        Assert.Equal((409, "not_disputed"), CodeOf(await AnswerAsync(paid.Text("id"), null, default)));
        Assert.Equal((409, "not_disputed"), CodeOf(await AnswerAsync(fromBalance.Text("id"), null, default)));
        await stage.SettleAsync();
    }

    private async Task<string> DisputedAsync()
    {
        var paid = await buyer.PayAndWaitAsync(await stage.OfferAsync(buyer.Thread), await buyer.AddCardAsync("0259"));
        stage.Server.Clock.Advance(TimeSpan.FromSeconds(5));
        await Stage.WaitAsync("the dispute to be told", () => Task.FromResult(stage.Desk.All.Count == 1));
        return paid.Text("id");
    }

    private Task<(int Status, JsonElement Body)> AnswerAsync(string purchase, string? evidence, Guid key) => evidence is null
        ? stage.AsBusinessAsync(HttpMethod.Post, $"/api/business/purchases/{purchase}/dispute/accept")
        : stage.AsBusinessAsync(HttpMethod.Post, $"/api/business/purchases/{purchase}/dispute/evidence", new { key, text = evidence });

    private async Task<List<JsonElement>> EventsAsync() =>
        [.. (await buyer.PaymentEventsAsync()).Where(e => e.TryGetProperty("dispute", out _)).Select(e => e.GetProperty("dispute"))];

    private static (int Status, string State) StateOf((int Status, JsonElement Body) answer) => (answer.Status, answer.Body.Text("state"));

    private static (int Status, string Code) CodeOf((int Status, JsonElement Body) answer) => (answer.Status, answer.Body.Text("code"));
}
