using System.Globalization;

namespace Stoa.Bench.Load;

/// <summary>How much of the processor others used while a measure ran: from <c>/proc</c>, all that was busy less what the bench and its programs used.</summary>
/// <param name="folder">Of the workshop: a PostgreSQL works in it and is no child of ours.</param>
internal sealed class MachineLoad(string folder)
{
    // USER_HZ, which Linux fixes for /proc at 100 on every architecture .NET runs on.
    private const double TicksPerSecond = 100;

    private (long Busy, long Ours) begun;
    private long begunAt;

    public void Begin() => (begun, begunAt) = (Read(), Environment.TickCount64);

    /// <returns>Cores, on average since <see cref="Begin"/>; 0 where there is no <c>/proc</c>.</returns>
    public double ReadOthersCores()
    {
        var (busy, ours) = Read();
        var seconds = (Environment.TickCount64 - begunAt) / 1000.0;
        return seconds <= 0 ? 0 : Math.Max(0, (busy - begun.Busy - (ours - begun.Ours)) / TicksPerSecond / seconds);
    }

    /// <summary>Ticks that were not idle, stolen ones included, of the line <c>cpu  user nice system idle iowait irq softirq steal …</c>.</summary>
    internal static long BusyTicks(string cpuLine)
    {
        var ticks = cpuLine.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return ticks.Sum() - ticks[3] - ticks[4];
    }

    /// <summary>Parent, and the ticks of a process and of those of its children that have ended and were waited for, of its line in <c>/proc/N/stat</c>.</summary>
    internal static (int Parent, long Ticks) ReadStat(string stat)
    {
        // The name is in brackets and may hold anything.
        var words = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (int.Parse(words[1], CultureInfo.InvariantCulture), words[11..15].Sum(word => long.Parse(word, CultureInfo.InvariantCulture)));
    }

    private (long Busy, long Ours) Read()
    {
        if (!File.Exists("/proc/stat"))
        {
            return (0, 0);
        }

        var processes = new Dictionary<int, (int Parent, long Ticks, bool WorksHere)>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            try
            {
                var (parent, ticks) = ReadStat(File.ReadAllText(Path.Combine(process, "stat")));
                var worksHere = Directory.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName.StartsWith(folder, StringComparison.Ordinal) ?? false;
                processes[id] = (parent, ticks, worksHere);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Gone, or somebody else's.
            }
        }

        return (BusyTicks(File.ReadLines("/proc/stat").First()), processes.Where(p => IsOurs(p.Key, processes)).Sum(p => p.Value.Ticks));
    }

    private static bool IsOurs(int id, Dictionary<int, (int Parent, long Ticks, bool WorksHere)> processes)
    {
        while (processes.TryGetValue(id, out var process))
        {
            if (id == Environment.ProcessId || process.WorksHere)
            {
                return true;
            }

            id = process.Parent;
        }

        return false;
    }
}
