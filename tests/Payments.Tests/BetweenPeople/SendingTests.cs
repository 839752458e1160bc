using Stoa.Payments.BetweenPeople;
using Xunit;

namespace Stoa.Payments.Tests.BetweenPeople;

/// <summary>Where money and requests can go, without a server.</summary>
public sealed class SendingTests
{
    [Theory]
    [InlineData(SendingState.Created, SendingSeen.Arrived, SendingState.Sent)]
    [InlineData(SendingState.Created, SendingSeen.Held, SendingState.Waiting)]
    [InlineData(SendingState.Created, SendingSeen.PutAside, SendingState.Unclaimed)]
    [InlineData(SendingState.Created, SendingSeen.Refused, SendingState.Failed)]
    [InlineData(SendingState.Waiting, SendingSeen.Arrived, SendingState.Sent)]
    [InlineData(SendingState.Waiting, SendingSeen.TakenBack, SendingState.Cancelled)]
    [InlineData(SendingState.Unclaimed, SendingSeen.Arrived, SendingState.Sent)]
    [InlineData(SendingState.Unclaimed, SendingSeen.GivenBack, SendingState.Returned)]
    [InlineData(SendingState.Sent, SendingSeen.Arrived, SendingState.Sent)]
    [InlineData(SendingState.Failed, SendingSeen.Refused, SendingState.Failed)]
    [InlineData(SendingState.Cancelled, SendingSeen.TakenBack, SendingState.Cancelled)]
    internal void What_the_ledger_said_moves_a_transfer(SendingState from, SendingSeen seen, SendingState to) => Assert.Equal(to, from.Next(seen));

    [Fact]
    public void A_final_transfer_never_becomes_anything_else()
    {
        foreach (var state in Enum.GetValues<SendingState>().Where(s => s.IsFinal()))
        {
            Assert.All(Enum.GetValues<SendingSeen>(), seen => Assert.True(state.Next(seen) is null || state.Next(seen) == state, $"{state} after {seen}"));
        }
    }

    [Fact]
    public void An_open_share_can_be_ended_in_each_way_and_an_ended_one_in_none()
    {
        foreach (var state in Enum.GetValues<ShareState>().Where(s => s.IsFinal()))
        {
            Assert.All(Enum.GetValues<ShareAct>(), act => Assert.Null(state.Next(act)));
        }

        Assert.Equal(
            [ShareState.Paying, null, null, ShareState.Declined, ShareState.Cancelled, ShareState.Expired],
            Enum.GetValues<ShareAct>().Select(act => ShareState.Open.Next(act)));
        Assert.Equal(
            [null, ShareState.Paid, ShareState.Open, null, null, null],
            Enum.GetValues<ShareAct>().Select(act => ShareState.Paying.Next(act)));
    }

    [Theory]
    [InlineData(BillState.Open, ShareState.Open, ShareState.Declined)]
    [InlineData(BillState.Open, ShareState.Paying)]
    [InlineData(BillState.PartlyPaid, ShareState.Paid, ShareState.Open)]
    [InlineData(BillState.Paid, ShareState.Paid, ShareState.Paid)]
    [InlineData(BillState.Declined, ShareState.Paid, ShareState.Declined)]
    [InlineData(BillState.Cancelled, ShareState.Declined, ShareState.Cancelled)]
    [InlineData(BillState.Expired, ShareState.Declined, ShareState.Expired)]
    internal void A_bill_is_what_its_shares_are(BillState bill, params ShareState[] shares) => Assert.Equal(bill, Shares.Sum(shares));

    [Theory]
    [InlineData(100_00, 2, true, 33_33, 33_34)]
    [InlineData(100_00, 2, false, 50_00, 0)]
    [InlineData(100_01, 2, false, 50_00, 1)]
    [InlineData(3, 2, true, 1, 1)]
    [InlineData(long.MaxValue, 1, true, long.MaxValue / 2, (long.MaxValue / 2) + 1)]
    public void Equal_shares_come_to_the_whole_and_what_is_left_stays_with_the_asker(long amount, int others, bool withMyself, long each, long own)
    {
        Assert.Equal((each, own), Shares.Equally(amount, others, withMyself));
        Assert.Equal(amount, (each * others) + own);
    }

    [Fact]
    public void A_share_is_never_nothing() => Assert.Null(Shares.Equally(2, 2, withMyself: true));
}
