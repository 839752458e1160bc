using System.Text.Json;
using Microsoft.Extensions.Logging;
using Stoa.Wallet.Balances;

namespace Stoa.Wallet.Chain;

/// <summary><c>ledger-anchors.jsonl</c> in the data directory: the head of the chain, once a day, outside of the database. To be backed up elsewhere.</summary>
/// <remarks>Appended to and never written anew. A line that was cut by a crash is passed over, and said.</remarks>
/// <param name="folder">The data directory.</param>
internal sealed partial class AnchorFile(string folder, ILogger<AnchorFile> log)
{
    private string Path => System.IO.Path.Combine(folder, "ledger-anchors.jsonl");

    public async Task<IReadOnlyList<ChainAnchor>> ReadAsync(CancellationToken cancellationToken)
    {
        var anchors = new List<ChainAnchor>();
        if (!File.Exists(Path))
        {
            return anchors;
        }

        foreach (var line in await File.ReadAllLinesAsync(Path, cancellationToken))
        {
            try
            {
                if (line.Length > 0 && JsonSerializer.Deserialize(line, WalletJson.Default.ChainAnchor) is { } anchor)
                {
                    anchors.Add(anchor);
                }
            }
            catch (JsonException exception)
            {
                LogCut(Path, exception);
            }
        }

        return anchors;
    }

    /// <summary>Adds the head unless its day has one.</summary>
    public async Task KeepAsync(ChainAnchor head, CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is [.., var last] && (last.Block >= head.Block || last.ClosedAt.UtcDateTime.Date >= head.ClosedAt.UtcDateTime.Date))
        {
            return;
        }

        await using var file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read);
        // A line of its own, also after one that was cut.
        await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"{(file.Position > 0 ? "\n" : "")}{head.ToLine()}"), cancellationToken);
        file.Flush(flushToDisk: true);
    }

    [LoggerMessage(353, LogLevel.Warning, "A line of {Path} is no anchor; the others are used.")]
    private partial void LogCut(string path, Exception exception);
}
