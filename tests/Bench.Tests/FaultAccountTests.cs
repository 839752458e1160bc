using Stoa.Bench.Faults;
using Stoa.Kernel;
using Xunit;

namespace Stoa.Bench.Tests;

/// <summary>A count of nothing lost is worth as much as the counting: each fault is planted once.</summary>
public sealed class FaultAccountTests
{
    [Theory]
    [InlineData(new long[] { 1, 2, 3, 4 }, 0, 0, 0)]
    [InlineData(new long[] { 1, 2, 2, 3, 4 }, 1, 0, 0)]
    [InlineData(new long[] { 1, 3, 2, 4 }, 0, 1, 0)]
    [InlineData(new long[] { 1, 3, 2, 2, 4 }, 1, 1, 0)]
    [InlineData(new long[] { 1, 2, 4 }, 0, 0, 1)]
    [InlineData(new long[] { 1, 2 }, 0, 0, 2)]
    [InlineData(new long[] { }, 0, 0, 4)]
    public void What_came_twice_out_of_order_or_not_at_all_is_counted(long[] told, int doubled, int outOfOrder, long lost)
    {
        var account = new FaultyReceiver.Account();

        Array.ForEach(told, account.Note);

        Assert.Equal((doubled, outOfOrder, lost), (account.Doubled, account.OutOfOrder, account.CountLost(end: 4)));
    }

    [Fact]
    public void A_log_that_lacks_doubles_or_renumbers_is_found_out()
    {
        var (thread, one, two, three) = (ThreadId.New(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var acknowledged = new Acknowledged();
        Assert.True(acknowledged.Add(thread, one, 1));
        Assert.True(acknowledged.Add(thread, two, 2));
        Assert.True(acknowledged.Add(thread, three, 3));
        Assert.True(acknowledged.Add(thread, three, 3));
        Assert.False(acknowledged.Add(thread, three, 4));
        var log = new StoredLog();
        log.Add(thread, 1, one);
        log.Add(thread, 3, two);
        log.Add(thread, 4, two);

        Assert.Equal(3, acknowledged.Count);
        Assert.Equal(2, log.CountMissing(acknowledged));
        Assert.Equal(1, log.Doubled);
        Assert.Equal(1, log.Gaps);
        Assert.Equal(4, log.LastOf(thread));
    }
}
