using Stoa.Bench.Load;
using Xunit;

namespace Stoa.Bench.Tests;

public sealed class LatenciesTests
{
    [Fact]
    public void A_percentile_is_the_time_within_which_that_share_came()
    {
        var latencies = Of(Enumerable.Range(1, 100).Select(i => i * 1_000.0));

        Assert.Equal(50, latencies.PercentileMs(0.50), 50 / 64.0);
        Assert.Equal(95, latencies.PercentileMs(0.95), 95 / 64.0);
        Assert.Equal(99, latencies.PercentileMs(0.99), 99 / 64.0);
        Assert.Equal(100, latencies.PercentileMs(1), 100 / 64.0);
        Assert.Equal(100, latencies.Count);
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(8_191)]
    [InlineData(8_192)]
    [InlineData(250_000)]
    [InlineData(3_600_000_000)]
    public void What_is_told_is_never_shorter_than_what_was_measured_and_at_most_a_64th_longer(double microseconds)
    {
        var told = Of([microseconds]).PercentileMs(0.5) * 1_000;

        Assert.InRange(told, microseconds, (microseconds * 65 / 64) + 1);
    }

    [Fact]
    public void One_slow_answer_among_a_hundred_is_seen_at_the_hundredth_and_not_before()
    {
        var latencies = Of(Enumerable.Repeat(1_000.0, 99).Append(1_000_000));

        Assert.InRange(latencies.PercentileMs(0.99), 1, 1.1);
        Assert.InRange(latencies.PercentileMs(0.995), 1_000, 1_020);
    }

    [Fact]
    public void What_several_writers_have_counted_adds_up()
    {
        var all = Of([10_000]);
        all.AddAll(Of([20_000, 30_000]));

        Assert.Equal(3, all.Count);
        Assert.Equal(20, all.PercentileMs(0.5), 20 / 64.0);
    }

    [Fact]
    public void Nothing_counted_is_told_as_nothing() => Assert.Equal(0, new Latencies().PercentileMs(0.99));

    private static Latencies Of(IEnumerable<double> microseconds)
    {
        var latencies = new Latencies();
        foreach (var one in microseconds)
        {
            latencies.Add(TimeSpan.FromMicroseconds(one));
        }

        return latencies;
    }
}
