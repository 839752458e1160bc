using Stoa.Bots.Webhooks;
using Stoa.Hosting.Outbound;
using Xunit;

namespace Stoa.Bots.Tests;

public sealed class DeliveryPlanTests
{
    private static readonly DateTimeOffset now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly OutboundOutcome noAnswer = new OutboundOutcome.Failed(OutboundFailure.NotConnected, "refused");

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(299)]
    public void Any_2xx_acknowledges(int status) => Assert.IsType<NextStep.Acknowledged>(Decide(Answer(status), new(1, 0, now)));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(6, 32)]
    [InlineData(7, 60)]
    [InlineData(36, 60)]
    [InlineData(37, 300)]
    [InlineData(61, 900)]
    public void Waits_grow(int attempts, int seconds) =>
        Assert.Equal(now.AddSeconds(seconds), Assert.IsType<NextStep.TryAgain>(Decide(noAnswer, new(attempts, 0, now))).At);

    [Fact]
    public void Waits_are_a_quarter_more_or_less()
    {
        Assert.Equal(now.AddSeconds(45), Assert.IsType<NextStep.TryAgain>(DeliveryPlan.Decide(noAnswer, new(10, 0, now), now, null, 0)).At);
        Assert.Equal(now.AddSeconds(75), Assert.IsType<NextStep.TryAgain>(DeliveryPlan.Decide(noAnswer, new(10, 0, now), now, null, 1)).At);
    }

    [Fact]
    public void After_three_days_it_is_parked()
    {
        Assert.IsType<NextStep.TryAgain>(Decide(noAnswer, new(300, 0, now.AddDays(-3).AddSeconds(1))));
        Assert.IsType<NextStep.Park>(Decide(noAnswer, new(300, 0, now.AddDays(-3))));
    }

    [Fact]
    public void What_is_refused_ten_times_while_others_are_accepted_is_parked_alone()
    {
        var first = now.AddMinutes(-5);

        Assert.IsType<NextStep.TryAgain>(Decide(Answer(500), new(9, 9, first), acceptedOthersAt: now));
        Assert.IsType<NextStep.Park>(Decide(Answer(500), new(10, 10, first), acceptedOthersAt: now));
        Assert.IsType<NextStep.TryAgain>(Decide(Answer(500), new(10, 10, first), acceptedOthersAt: first.AddMinutes(-1)));
        Assert.IsType<NextStep.TryAgain>(Decide(Answer(500), new(10, 10, first), acceptedOthersAt: null));
        Assert.IsType<NextStep.TryAgain>(Decide(noAnswer, new(12, 9, first), acceptedOthersAt: now));
    }

    private static OutboundOutcome.Answered Answer(int status) => new(status, default);

    private static NextStep Decide(OutboundOutcome outcome, DeliveryHistory history, DateTimeOffset? acceptedOthersAt = null) =>
        DeliveryPlan.Decide(outcome, history, now, acceptedOthersAt, 0.5);
}
