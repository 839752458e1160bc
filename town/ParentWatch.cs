namespace Stoa.Town;

/// <summary>Notices when the process that started the town is gone, so that no town is left behind.</summary>
internal static class ParentWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Ends when the process has ended, or another has taken over its number.</summary>
    public static async Task GoneAsync(int pid, TimeProvider time, CancellationToken cancellation)
    {
        var born = BirthOf(pid);
        while (born is not null && BirthOf(pid) == born) await Task.Delay(Interval, time, cancellation);
    }

    /// <summary>Start time in clock ticks, field 22 of /proc/PID/stat; the name before it may hold spaces and brackets.</summary>
    private static string? BirthOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : fields[19];
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
