using Xunit;

namespace Stoa.Bench.Tests;

public sealed class BenchOptionsTests
{
    [Fact]
    public void Without_a_name_the_usual_measures_run() => Assert.Equal(["send", "idle"], Parse("--seconds", "5")?.Measures);

    [Fact]
    public void Named_measures_run_in_the_order_of_their_naming()
    {
        var options = Parse("long", "send", "--full", "--connections", "8", "--postgres", "/bin", "--peer");

        Assert.NotNull(options);
        Assert.Equal(["long", "send"], options.Measures);
        Assert.Equal((10, 8, true, true, "/bin"), (options.Seconds, options.Connections, options.Full, options.Peer, options.PostgresBinaries));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("--seconds")]
    [InlineData("--seconds", "0")]
    [InlineData("--seconds", "-1")]
    [InlineData("--json")]
    public void Words_that_mean_nothing_are_refused(params string[] words) => Assert.Null(Parse(words));

    private static BenchOptions? Parse(params string[] words) => BenchOptions.Parse(words, ["send", "idle", "long"], ["send", "idle"]);
}
