using System.Globalization;

namespace Stoa.Bench.Load;

/// <summary>How much of the processor others used while a measure ran: from <c>/proc</c>, all that was busy less what the bench and its programs used.</summary>
/// <param name="folder">Of the workshop: a PostgreSQL works in it and is no child of ours.</param>
internal sealed class MachineLoad(string folder)
{
    private (long Busy, long Ours) begun;
    private long begunAt;

    public void Begin() => (begun, begunAt) = (Read(), Environment.TickCount64);

    /// <returns>Cores, on average since <see cref="Begin"/>; 0 where there is no <c>/proc</c>.</returns>
    public double ReadOthersCores()
    {
        var (busy, ours) = Read();
        return OthersCores(busy - begun.Busy, ours - begun.Ours, (Environment.TickCount64 - begunAt) / 1000.0);
    }

    /// <param name="busy">Ticks of all.</param>
    /// <param name="ours">Those of them that were ours; our children's count when they end, so it can come out higher.</param>
    internal static double OthersCores(long busy, long ours, double seconds) => seconds <= 0 ? 0 : Math.Max(0, (busy - ours) / ProcessTable.TicksPerSecond / seconds);

    /// <summary>Ticks that were not idle, stolen ones included, of the line <c>cpu  user nice system idle iowait irq softirq steal …</c>.</summary>
    internal static long BusyTicks(string cpuLine)
    {
        var ticks = cpuLine.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return ticks.Sum() - ticks[3] - ticks[4];
    }

    private (long Busy, long Ours) Read()
    {
        if (!File.Exists("/proc/stat"))
        {
            return (0, 0);
        }

        var processes = ProcessTable.Read(folder);
        return (BusyTicks(File.ReadLines("/proc/stat").First()), processes.Where(p => IsOurs(p.Key, processes)).Sum(p => p.Value.Ticks));
    }

    private static bool IsOurs(int id, IReadOnlyDictionary<int, ProcessTable.Entry> processes)
    {
        while (processes.TryGetValue(id, out var process))
        {
            if (id == Environment.ProcessId || process.WorksInFolder)
            {
                return true;
            }

            id = process.Parent;
        }

        return false;
    }
}
