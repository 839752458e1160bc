using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Stoa.Bench;

/// <summary>A program that answers at a port of this machine. Disposed of, it has ended: the next measure has the machine to itself.</summary>
/// <param name="Database">Its connection string; empty for one that has none.</param>
internal sealed partial record ServerUnderMeasure(Process Process, int Port, string Database) : IAsyncDisposable
{
    private static readonly TimeSpan endsWithin = TimeSpan.FromSeconds(20);

    public IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, Port);

    /// <summary>Bytes of the process in memory now.</summary>
    public long ReadResident() =>
        long.Parse(Resident().Match(File.ReadAllText($"/proc/{Process.Id}/status")).Groups["kb"].ValueSpan, CultureInfo.InvariantCulture) * 1024;

    public async ValueTask DisposeAsync()
    {
        if (Process.HasExited)
        {
            return;
        }

        // The server stops at SIGTERM, the bare ones when their input ends.
        using (Process.Start("kill", ["-TERM", Process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
        }

        Process.StandardInput.Close();
        using var patience = new CancellationTokenSource(endsWithin);
        try
        {
            await Process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Process.Kill(entireProcessTree: true);
            await Process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [GeneratedRegex(@"^VmRSS:\s+(?<kb>[0-9]+) kB", RegexOptions.Multiline)]
    private static partial Regex Resident();
}
