using System.Globalization;
using Stoa.Bench;
using Stoa.Bench.Load;
using Stoa.Bench.Measures;

// Each line of the table is this run's figure, its target, the ceiling measured in the same run, and their ratio: figures drift with the machine, ratios hold.

if (args is ["--answer-json", var port])
{
    return await JsonCeiling.ServeAsync(int.Parse(port, CultureInfo.InvariantCulture));
}

if (args is ["--relay", var relayPort])
{
    return await LiveCeiling.ServeAsync(int.Parse(relayPort, CultureInfo.InvariantCulture));
}

if (BenchOptions.Parse(args, [.. AllMeasures.List.Select(m => m.Name)], [.. AllMeasures.List.Where(m => m.Usual).Select(m => m.Name)]) is not { } options)
{
    Console.Error.WriteLine("usage: ./bench [NAME]… [--full] [--peer] [--no-ceilings] [--seconds N] [--connections N] [--seeds N [--seed S]] [--postgres BINDIR] [--json FILE]\n");
    foreach (var measure in AllMeasures.List)
    {
        Console.Error.WriteLine($"  {measure.Name,-12} {measure.Summary}{(measure.Usual ? "" : " (only when named)")}");
    }

    return 2;
}

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopping.Cancel();
};

await using var workshop = await Workshop.OpenAsync(options, stopping.Token);
var report = new Report(workshop.Description, new MachineLoad(workshop.Folder));
foreach (var name in options.Measures)
{
    Console.Error.WriteLine($"{name} …");
    report.Begin(name);
    await AllMeasures.List.First(m => m.Name == name).RunAsync(new(workshop, options, report), stopping.Token);
}

report.Print(Console.Out);
if (options.JsonFile is { } file)
{
    await File.WriteAllTextAsync(file, report.ToJson(), stopping.Token);
}

return 0;
