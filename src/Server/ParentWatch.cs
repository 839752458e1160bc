namespace Stoa.Server;

/// <summary>Stops the server when the process that started it has ended, so that nothing is left behind even when that was killed.</summary>
internal sealed partial class ParentWatch(int parent, IHostApplicationLifetime lifetime, ILogger<ParentWatch> log) : BackgroundService
{
    private static readonly TimeSpan looksEvery = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The moment it began tells it from another process that takes over its number.
        var born = BirthOf(parent);
        while (born is not null && BirthOf(parent) == born)
        {
            await Task.Delay(looksEvery, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }

        LogGone(parent);
        lifetime.StopApplication();
    }

    /// <summary>Field 22 of <c>/proc/PID/stat</c>; the name before it may hold spaces and brackets. Null when it is gone or only waits to be reaped.</summary>
    private static string? BirthOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : fields[19];
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LoggerMessage(10, LogLevel.Warning, "The process {Parent} that started the server is gone; stopping.")]
    private partial void LogGone(int parent);
}
