using System.Globalization;

namespace Stoa.Bench.Load;

/// <summary>What <c>/proc</c> says of every process.</summary>
internal static class ProcessTable
{
    /// <summary>USER_HZ, which Linux fixes for /proc at 100 on every architecture .NET runs on.</summary>
    public const double TicksPerSecond = 100;

    /// <param name="Ticks">Of the processor, for it and for those of its children that have ended and were waited for.</param>
    internal readonly record struct Entry(int Parent, long Ticks, bool WorksInFolder);

    /// <param name="folder">Of the workshop: its PostgreSQL works in it and is no child of ours.</param>
    public static IReadOnlyDictionary<int, Entry> Read(string folder)
    {
        var processes = new Dictionary<int, Entry>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            try
            {
                var (parent, ticks) = ReadStat(File.ReadAllText(Path.Combine(process, "stat")));
                var at = Directory.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName;
                processes[id] = new(parent, ticks, at?.StartsWith(folder, StringComparison.Ordinal) ?? false);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Gone, or somebody else's.
            }
        }

        return processes;
    }

    /// <summary>Reads a line of <c>/proc/N/stat</c>.</summary>
    internal static (int Parent, long Ticks) ReadStat(string stat)
    {
        // The name is in brackets and may hold anything.
        var words = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (int.Parse(words[1], CultureInfo.InvariantCulture), words[11..15].Sum(word => long.Parse(word, CultureInfo.InvariantCulture)));
    }
}
