using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Stoa.Hosting.Postgres;

/// <summary>The process that runs in a cluster: found by what it leaves on disk, ended by signals.</summary>
internal sealed partial class Postmaster(string cluster, string socketFolder, ILogger log)
{
    private const int Interrupt = 2;
    private const int Quit = 3;

    private readonly string pidFile = Path.Combine(cluster, "postmaster.pid");

    /// <summary>The process number of the postmaster that runs in this cluster, or null.</summary>
    public int? Find()
    {
        var process = ReadPidFile();
        return process is { } id && WorksHere(id) ? id : null;
    }

    /// <summary>Ends the postmaster: open transactions are rolled back, everything committed is on disk. Returns when it is gone.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Find() is not { } postmaster)
        {
            return;
        }

        _ = Kill(postmaster, Interrupt);
        var patience = DateTime.UtcNow.AddSeconds(20);
        while (Find() == postmaster)
        {
            await Task.Delay(PostgresCluster.LookAgainAfter, cancellationToken);
            if (DateTime.UtcNow > patience)
            {
                // Ends without a checkpoint; the next start replays the log. Nothing committed is lost.
                LogStopForced(postmaster);
                StopAtOnce();
                patience = DateTime.MaxValue;
            }
        }
    }

    /// <summary>Ends the postmaster without waiting for anything.</summary>
    public void StopAtOnce()
    {
        if (Find() is { } postmaster)
        {
            _ = Kill(postmaster, Quit);
        }
    }

    /// <summary>
    /// After a power cut or a kill the files that name a postmaster outlive it, and its number may belong to somebody else by now:
    /// PostgreSQL would refuse to start. Removed only when no process works in the cluster any more.
    /// </summary>
    public async Task RemoveStaleLocksAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // Elsewhere PostgreSQL's own check has to do.
        }

        var patience = DateTime.UtcNow + PostgresCluster.ComesToLifeWithin;
        while (File.Exists(pidFile) && FindAnyProcessHere() is { } process)
        {
            if (DateTime.UtcNow > patience)
            {
                throw new PostgresStartException($"The postmaster of {cluster} is gone, but its process {process} still works there.",
                    $"Wait for it to end, or end it: kill {process}");
            }

            await Task.Delay(PostgresCluster.LookAgainAfter, cancellationToken);
        }

        File.Delete(pidFile);
        if (Directory.Exists(socketFolder))
        {
            File.Delete(Path.Combine(socketFolder, PostgresCluster.SocketName + ".lock"));
        }
    }

    private int? FindAnyProcessHere()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture, out var id) && WorksHere(id))
            {
                return id;
            }
        }

        return null;
    }

    private int? ReadPidFile()
    {
        try
        {
            using var reader = new StreamReader(new FileStream(pidFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return int.TryParse(reader.ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null;
        }
        catch (IOException)
        {
            return null; // Not there.
        }
    }

    /// <summary>PostgreSQL's processes change into the cluster's folder: that tells ours from a stranger with the same number.</summary>
    private bool WorksHere(int process)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Kill(process, 0) == 0;
        }

        try
        {
            return new FileInfo($"/proc/{process}/cwd").LinkTarget == RealPath(cluster);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // Gone, or another user's.
        }
    }

    private static string RealPath(string path)
    {
        var parent = Path.GetDirectoryName(path);
        if (parent is null)
        {
            return path;
        }

        var here = new DirectoryInfo(Path.Combine(RealPath(parent), Path.GetFileName(path)));
        return here.ResolveLinkTarget(returnFinalTarget: true)?.FullName is { } target ? RealPath(target) : here.FullName;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    [LoggerMessage(113, LogLevel.Warning, "PostgreSQL (process {Postmaster}) did not stop in time and is ended at once; the next start replays its log.")]
    private partial void LogStopForced(int postmaster);
}
