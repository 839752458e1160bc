using System.Globalization;

namespace Stoa.Bench.Load;

/// <summary>Who used the processor for what was measured. Where a figure drifts with the machine's other work, these hardly do.</summary>
/// <param name="folder">Of the workshop.</param>
/// <param name="server">Number of the server's process.</param>
internal sealed class ProcessorTime(string folder, int server)
{
    private (long Server, long Postgres, long Generator) begun;
    private (long Server, long Postgres, long Generator) used;

    public void Begin() => begun = Read();

    public void End()
    {
        var now = Read();
        used = (now.Server - begun.Server, now.Postgres - begun.Postgres, now.Generator - begun.Generator);
    }

    /// <param name="count">What was done between <see cref="Begin"/> and <see cref="End"/>.</param>
    public string Describe(long count)
    {
        double Each(long ticks) => ticks / ProcessTable.TicksPerSecond * 1_000_000 / Math.Max(1, count);
        return string.Create(CultureInfo.InvariantCulture, $"processor each: server {Each(used.Server):0.0} µs, PostgreSQL {Each(used.Postgres):0.0} µs, generator {Each(used.Generator):0.0} µs");
    }

    private (long Server, long Postgres, long Generator) Read()
    {
        var processes = ProcessTable.Read(folder);
        long Of(int id) => processes.TryGetValue(id, out var process) ? process.Ticks : 0;
        return (Of(server), processes.Where(p => p.Key != server && p.Key != Environment.ProcessId && p.Value.WorksInFolder).Sum(p => p.Value.Ticks), Of(Environment.ProcessId));
    }
}
