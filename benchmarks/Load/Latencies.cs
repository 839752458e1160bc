using System.Globalization;

namespace Stoa.Bench.Load;

/// <summary>Counts answers by how long they took: 1,024 steps of 50 µs and a last one for the rest. One writer.</summary>
internal sealed class Latencies
{
    private const double StepMicroseconds = 50;
    private readonly long[] steps = new long[1025];

    public long Count { get; private set; }

    public void Add(TimeSpan took)
    {
        steps[Math.Min(steps.Length - 1, (int)(took.TotalMicroseconds / StepMicroseconds))]++;
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

    public string Describe() => string.Create(CultureInfo.InvariantCulture, $"p50 {Percentile(0.50)} ms, p99 {Percentile(0.99)} ms");

    private string Percentile(double share)
    {
        var left = (long)Math.Ceiling(Count * share);
        for (var i = 0; i < steps.Length; i++)
        {
            left -= steps[i];
            if (left <= 0)
            {
                return i == steps.Length - 1 ? "> 51" : ((i + 1) * StepMicroseconds / 1000).ToString("0.0#", CultureInfo.InvariantCulture);
            }
        }

        return "0";
    }
}
