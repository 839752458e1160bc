using Stoa.Payments.Purchases;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>The step at the payer's bank, on the pay origin.</summary>
public sealed class PayersBankTests : PurchaseTest
{
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
}
