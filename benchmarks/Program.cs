using System.Globalization;
using Stoa.Bench;
using Stoa.Bench.Load;
using Stoa.Bench.Measures;

// ./bench [send|start]… [--seconds N] [--connections N] [--postgres BINDIR] [--json FILE]
// Each line is this run's figure, the ceiling measured in the same run, and their ratio: figures drift with the machine, ratios hold.

if (args is ["--answer-json", var port])
{
    return await JsonCeiling.ServeAsync(int.Parse(port, CultureInfo.InvariantCulture));
}

if (BenchOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine("usage: ./bench [send|start]… [--seconds N] [--connections N] [--postgres BINDIR] [--json FILE]");
    return 2;
}

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopping.Cancel();
};

var report = new Report();
await using var workshop = await Workshop.OpenAsync(options, stopping.Token);
report.Describe(workshop.Description);
foreach (var measure in options.Measures)
{
    await (measure switch
    {
        "send" => SendMeasure.RunAsync(workshop, options, report, stopping.Token),
        "start" => StartMeasure.RunAsync(workshop, report, stopping.Token),
        _ => throw new InvalidOperationException($"No measure {measure}."),
    });
}

report.Print(Console.Out);
if (options.JsonFile is { } file)
{
    await File.WriteAllTextAsync(file, report.ToJson(), stopping.Token);
}

return 0;
