using Stoa.Payments.Purchases;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>What the business says when it is asked.</summary>
public sealed class MerchantAnswerTests : PurchaseTest
{
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
}
