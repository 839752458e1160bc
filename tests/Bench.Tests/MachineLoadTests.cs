using Stoa.Bench.Load;
using Xunit;

namespace Stoa.Bench.Tests;

public sealed class MachineLoadTests
{
    [Fact]
    public void Idle_and_waiting_are_not_busy_and_guests_are_not_counted_twice() =>
        Assert.Equal(100 + 20 + 30 + 1 + 2 + 3, MachineLoad.BusyTicks("cpu  100 20 30 4000 500 1 2 3 40 5"));

    [Fact]
    public void A_process_is_read_whatever_its_name_holds()
    {
        var (parent, ticks) = ProcessTable.ReadStat("4711 (a) b (c) S 17 4711 4711 0 -1 4194304 1 2 3 4 100 20 3000 400 20 0 1 0 9 9 9");

        Assert.Equal(17, parent);
        Assert.Equal(3_520, ticks);
    }

    [Theory]
    [InlineData(2_000, 500, 10, 1.5)]
    [InlineData(2_000, 2_000, 10, 0)]
    [InlineData(1_990, 2_000, 10, 0)]
    [InlineData(2_000, 500, 0, 0)]
    public void Others_have_used_what_was_busy_and_not_ours(long busy, long ours, double seconds, double cores) =>
        Assert.Equal(cores, MachineLoad.OthersCores(busy, ours, seconds));
}
