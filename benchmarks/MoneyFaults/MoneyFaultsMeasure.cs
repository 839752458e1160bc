using System.Diagnostics;

namespace Stoa.Bench.MoneyFaults;

/// <summary>Runs of the simulator, one seed after the other on two stages side by side. A seed that fails is told with the command that repeats it.</summary>
internal static class MoneyFaultsMeasure
{
    private const int Stages = 2;
    private const int SeedsUsually = 300;

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var (first, count) = (bench.Options.Seed ?? 1, bench.Options.Seeds ?? (bench.Options.Full ? 10_000 : SeedsUsually));
        var next = first - 1;
        var (steps, faults, violated) = (0L, 0L, 0);
        var took = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Stages, count)).Select(_ => Task.Run(async () =>
        {
            await using var stage = await Stage.OpenAsync();
            for (int seed; (seed = Interlocked.Increment(ref next)) < first + count && !cancellationToken.IsCancellationRequested;)
            {
                var outcome = await stage.RunAsync(seed);
                Interlocked.Add(ref steps, outcome.Steps);
                Interlocked.Add(ref faults, outcome.Faults.Count);
                if (outcome.Violations.Count > 0)
                {
                    Interlocked.Increment(ref violated);
                    Tell(outcome, Console.Error);
                }
                else if (count == 1)
                {
                    Tell(outcome, Console.Error);
                }
            }
        }, cancellationToken)));
        var report = bench.Report;
        report.Add(new("seeds", count, "") { Note = $"from {first}; {faults} faults and jumps of the clock, {steps} steps" });
        report.Add(new("seeds with a violation", violated, "") { AtMost = 0 });
        report.Add(new("seeds in a minute", count / took.Elapsed.TotalMinutes, "") { AtLeast = 300 });
    }

    /// <summary>What was done, what is wrong, and how to see it again.</summary>
    public static void Tell(SeedOutcome outcome, TextWriter to)
    {
        lock (to)
        {
            to.WriteLine($"Seed {outcome.Seed}, {outcome.Steps} steps:");
            foreach (var fault in outcome.Faults)
            {
                to.WriteLine($"  {fault}");
            }

            foreach (var violation in outcome.Violations)
            {
                to.WriteLine($"  VIOLATION {violation}");
            }

            to.WriteLine($"  again: ./bench faults --seeds 1 --seed {outcome.Seed}");
        }
    }
}
