using System.Security.Cryptography;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Stoa.Wallet.Chain;

/// <summary>Chains the journal by hash, in blocks, behind the writers: h(n) = SHA-256(h(n−1) ‖ canonical bytes of n).</summary>
/// <remarks>
/// Numbers are given under the head's lock until commit, so everything up to <c>head.last_seq</c> has settled and a block may close
/// over it at once. A transaction-level advisory lock keeps nodes from closing the same block.
/// </remarks>
internal sealed partial class CloseChainBlocks(NpgsqlDataSource database, AnchorFile anchors, TimeProvider time, ILogger<CloseChainBlocks> log) : BackgroundService
{
    private const int BlockMax = 10_000;
    private static readonly TimeSpan every = TimeSpan.FromSeconds(5);

    public static byte[] Genesis { get; } = new byte[SHA256.HashSizeInBytes];

    public static byte[] Next(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> canonical)
    {
        Span<byte> both = new byte[hash.Length + canonical.Length];
        hash.CopyTo(both);
        canonical.CopyTo(both[hash.Length..]);
        return SHA256.HashData(both);
    }

    /// <summary>Closes one block over what has settled since the last one; false when there is nothing or another node does it.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select pg_try_advisory_xact_lock(hashtextextended('wallet:chain', 0))", transaction: transaction, cancellationToken: cancellationToken)))
        {
            return false;
        }

        var last = await connection.QuerySingleOrDefaultAsync<Block>(new CommandDefinition(
            "select number, seq_to as SeqTo, hash from wallet.chain_blocks order by number desc limit 1", transaction: transaction, cancellationToken: cancellationToken))
            ?? new Block(0, 0, Genesis);
        var rows = (await connection.QueryAsync<byte[]>(new CommandDefinition(
            "select canonical from wallet.transfers where seq > @SeqTo order by seq limit @BlockMax", new { last.SeqTo, BlockMax }, transaction,
            cancellationToken: cancellationToken))).AsList();
        if (rows.Count == 0)
        {
            return false;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into wallet.chain_blocks (number, seq_from, seq_to, previous_hash, hash, closed_at)
            values (@number, @from, @to, @previous, @hash, @now)
            """,
            new
            {
                number = last.Number + 1,
                from = last.SeqTo + 1,
                to = last.SeqTo + rows.Count,
                previous = last.Hash,
                hash = rows.Aggregate(last.Hash, (hash, canonical) => Next(hash, canonical)),
                now = time.GetUtcNow().UtcDateTime,
            }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>The newest block; null before the first.</summary>
    public async Task<ChainAnchor?> FindHeadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<(long Number, long SeqTo, byte[] Hash, DateTime ClosedAt)?>(new CommandDefinition(
            "select number, seq_to, hash, closed_at from wallet.chain_blocks order by number desc limit 1", cancellationToken: cancellationToken)) is var (number, seqTo, hash, closedAt)
            ? new(number, seqTo, Convert.ToHexStringLower(hash), new DateTimeOffset(closedAt, TimeSpan.Zero))
            : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    var closed = false;
                    while (await RunOnceAsync(stoppingToken))
                    {
                        closed = true;
                    }

                    if (closed && await FindHeadAsync(stoppingToken) is { } head)
                    {
                        await anchors.KeepAsync(head, stoppingToken);
                    }
                }
                catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or UnauthorizedAccessException)
                {
                    LogFailed(exception);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; the next start goes on from the last block.
        }
    }

    [LoggerMessage(352, LogLevel.Warning, "The ledger's chain could not be extended or anchored; tried again in five seconds.")]
    private partial void LogFailed(Exception exception);

    private sealed record Block(long Number, long SeqTo, byte[] Hash);
}
