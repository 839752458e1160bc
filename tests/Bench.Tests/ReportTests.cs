using System.Text.Json;
using Stoa.Bench.Load;
using Xunit;

namespace Stoa.Bench.Tests;

public sealed class ReportTests
{
    [Theory]
    [InlineData(100.0, 100.0, null, null, null, true)]
    [InlineData(99.0, 100.0, null, null, null, false)]
    [InlineData(8.0, null, 8.0, null, null, true)]
    [InlineData(9.0, null, 8.0, null, null, false)]
    [InlineData(20.0, null, null, 100.0, 0.2, true)]
    [InlineData(19.0, null, null, 100.0, 0.2, false)]
    [InlineData(120.0, 100.0, null, 1_000.0, 0.2, false)]
    [InlineData(120.0, null, null, null, 0.2, false)]
    [InlineData(120.0, null, null, 1_000.0, null, null)]
    public void A_target_is_met_or_missed_or_not_there(double value, double? atLeast, double? atMost, double? ceiling, double? ratio, bool? met) =>
        Assert.Equal(met, new Figure("x", value, "/s") { AtLeast = atLeast, AtMost = atMost, Ceiling = ceiling, RatioAtLeast = ratio }.Met);

    [Fact]
    public void The_table_and_the_file_have_figure_target_ceiling_and_ratio_of_each_line()
    {
        var report = new Report("two cores", new MachineLoad("/nowhere"));
        report.Begin("send");
        report.Add(new("sends", 12_500, "/s") { AtLeast = 12_000, Ceiling = 50_000, RatioAtLeast = 0.2, Note = "p50 1 ms" });
        using var table = new StringWriter();

        report.Print(table);
        var line = JsonElement.Parse(report.ToJson()).GetProperty("lines")[0];

        Assert.Matches(@"\| send +\| sends +\| +12,500 /s \| +≥ 12,000 \| +50,000 \| +0\.25 \| ≥ 0\.20 \| yes \| +[0-9.]+ \| p50 1 ms", table.ToString());
        Assert.Equal("send", line.GetProperty("measure").GetString());
        Assert.Equal(0.25, line.GetProperty("ratio").GetDouble());
        Assert.True(line.GetProperty("met").GetBoolean());
        Assert.True(line.TryGetProperty("othersCores", out _));
    }
}
