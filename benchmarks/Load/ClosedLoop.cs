using System.Diagnostics;
using System.Globalization;

namespace Stoa.Bench.Load;

/// <summary>Runs one loop per sender for a while and counts.</summary>
internal static class ClosedLoop
{
    // A .NET server compiles what is hot twice or thrice, the last time with what it has learnt of it. On a busy machine that takes longer than on
    // an idle one, so it is warm after this many answers and not after a time.
    private const int WarmAnswers = 60_000;
    private static readonly TimeSpan warmAtLeast = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan warmAtMost = TimeSpan.FromSeconds(20);

    /// <param name="once">One send and its answer; false when it was refused.</param>
    /// <param name="warmAnswers">Fewer than usual where each takes longer.</param>
    /// <param name="meter">Begun and ended with the measured time.</param>
    /// <returns>Answers per second in the measured time, how long they took, and how many were refused.</returns>
    public static async Task<(double PerSecond, Latencies Latencies, long Refused)> RunAsync(
        int senders, int seconds, Func<int, CancellationToken, ValueTask<bool>> once, CancellationToken cancellationToken, ProcessorTime? meter = null, int warmAnswers = WarmAnswers)
    {
        var answers = 0L;
        var clock = Stopwatch.StartNew();
        var (from, to) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        var loops = Enumerable.Range(0, senders).Select(async sender =>
        {
            await Task.Yield();
            var latencies = new Latencies();
            var refused = 0L;
            while (clock.Elapsed is var begun && begun < to)
            {
                var accepted = await once(sender, cancellationToken);
                var ended = clock.Elapsed;
                if (begun < from)
                {
                    Interlocked.Increment(ref answers);
                }
                else if (ended <= to)
                {
                    if (accepted)
                    {
                        latencies.Add(ended - begun);
                    }
                    else
                    {
                        refused++;
                    }
                }
            }

            return (latencies, refused);
        }).ToList();
        while (clock.Elapsed < warmAtLeast || (clock.Elapsed < warmAtMost && Interlocked.Read(ref answers) < warmAnswers))
        {
            await Task.Delay(50, cancellationToken);
        }

        (from, to) = (clock.Elapsed, clock.Elapsed + TimeSpan.FromSeconds(seconds));
        meter?.Begin();
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        meter?.End();
        var total = new Latencies();
        var refusals = 0L;
        foreach (var (latencies, refused) in await Task.WhenAll(loops))
        {
            total.AddAll(latencies);
            refusals += refused;
        }

        return (total.Count / (double)seconds, total, refusals);
    }

    public static string Thousands(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
