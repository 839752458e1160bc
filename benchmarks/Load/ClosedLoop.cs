using System.Diagnostics;
using System.Globalization;

namespace Stoa.Bench.Load;

/// <summary>Runs one loop per sender for a while and counts.</summary>
internal static class ClosedLoop
{
    /// <param name="once">One send and its answer; false when it was refused.</param>
    /// <returns>Answers per second in the measured time, how long they took, and how many were refused.</returns>
    public static async Task<(double PerSecond, Latencies Latencies, long Refused)> RunAsync(
        int senders, int seconds, Func<int, CancellationToken, ValueTask<bool>> once, CancellationToken cancellationToken)
    {
        // Long enough for a .NET server to have compiled its hot paths with what it has learnt of them.
        var warm = TimeSpan.FromSeconds(3);
        var all = TimeSpan.FromSeconds(seconds) + warm;
        var clock = Stopwatch.StartNew();
        var loops = Enumerable.Range(0, senders).Select(async sender =>
        {
            await Task.Yield();
            var latencies = new Latencies();
            var refused = 0L;
            while (clock.Elapsed is var begun && begun < all)
            {
                var accepted = await once(sender, cancellationToken);
                var ended = clock.Elapsed;
                if (begun >= warm && ended <= all)
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
