using System.Globalization;
using System.Numerics;

namespace Stoa.Bench.Load;

/// <summary>Counts answers by how long they took, from 1 µs to minutes, exact to 1 part in 64. One writer.</summary>
internal sealed class Latencies
{
    // Below 128 µs a step is 1 µs; each further doubling has 64 steps.
    private const int StepsPerDoubling = 64;
    private const int Doublings = 28;
    private readonly long[] steps = new long[StepsPerDoubling * (Doublings + 2)];

    public long Count { get; private set; }

    public void Add(TimeSpan took)
    {
        steps[StepOf((long)took.TotalMicroseconds)]++;
        Count++;
    }

    public void AddAll(Latencies other)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] += other.steps[i];
        }

        Count += other.Count;
    }

    /// <summary>The time within which this share of the answers came, in milliseconds: the upper end of its step. 0 when there were none.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public double PercentileMs(double share)
    {
        var left = (long)Math.Ceiling(Count * share);
        for (var i = 0; i < steps.Length && left > 0; i++)
        {
            left -= steps[i];
            if (left <= 0)
            {
                return EndOf(i) / 1000.0;
            }
        }

        return 0;
    }

    public string Describe() => string.Create(CultureInfo.InvariantCulture, $"p50 {PercentileMs(0.50):0.0#} ms, p95 {PercentileMs(0.95):0.0#} ms, p99 {PercentileMs(0.99):0.0#} ms");

    private int StepOf(long microseconds)
    {
        if (microseconds < 2 * StepsPerDoubling)
        {
            return (int)Math.Max(0, microseconds);
        }

        var doubling = BitOperations.Log2((ulong)microseconds) - BitOperations.Log2(StepsPerDoubling);
        return (int)Math.Min(steps.Length - 1, (doubling * StepsPerDoubling) + (microseconds >> doubling));
    }

    /// <summary>The first microsecond that is no longer in the step.</summary>
    private static long EndOf(int step)
    {
        if (step < 2 * StepsPerDoubling)
        {
            return step + 1;
        }

        var doubling = (step / StepsPerDoubling) - 1;
        return ((long)(step - (doubling * StepsPerDoubling)) + 1) << doubling;
    }
}
