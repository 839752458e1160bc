using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Stoa.Payments.Processors.Remote;

/// <summary>What was sent to processors, written before it is sent. A key never goes out with another body.</summary>
internal sealed class SentRequests(NpgsqlDataSource database, TimeProvider time)
{
    /// <param name="processor">With its account: <c>stripe:7…</c>.</param>
    /// <param name="reference">Ours, to look it up by.</param>
    /// <param name="hint">Where to look.</param>
    /// <returns>What is known of this key; null: it was sent with another body.</returns>
    public async Task<SentRequest?> BeginAsync(string processor, string key, string body, string reference, string? hint, CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(body));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var first = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.sent_requests (processor, request_key, request_hash, reference, hint, sent_at)
            values (@processor, @key, @hash, @reference, @hint, @now) on conflict do nothing
            """, new { processor, key, hash, reference, hint, now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken)) == 1;
        var row = await connection.QuerySingleAsync<Row>(new CommandDefinition(
            $"select {Columns} from payments.sent_requests where processor = @processor and request_key = @key", new { processor, key }, cancellationToken: cancellationToken));
        return row.RequestHash.AsSpan().SequenceEqual(hash) ? Read(row, first) : null;
    }

    /// <summary>What was last sent under a reference of ours; null: nothing was.</summary>
    public async Task<SentRequest?> FindAsync(string processor, string reference, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition(
            $"select {Columns} from payments.sent_requests where processor = @processor and reference = @reference order by sent_at limit 1",
            new { processor, reference }, cancellationToken: cancellationToken));
        return row is null ? null : Read(row, first: false);
    }

    public async Task NoteRefAsync(string processor, string key, string processorRef, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.sent_requests set processor_ref = @processorRef where processor = @processor and request_key = @key and processor_ref is distinct from @processorRef",
            new { processor, key, processorRef }, cancellationToken: cancellationToken));
    }

    private const string Columns = "request_hash as RequestHash, hint, processor_ref as ProcessorRef, sent_at as SentAt";

    private SentRequest Read(Row row, bool first) => new(first, row.ProcessorRef, row.Hint, new(row.SentAt, TimeSpan.Zero), time.GetUtcNow() - new DateTimeOffset(row.SentAt, TimeSpan.Zero));

    private sealed record Row(byte[] RequestHash, string? Hint, string? ProcessorRef, DateTime SentAt);
}

/// <param name="IsFirst">Nothing was sent under this key before.</param>
/// <param name="Ref">The processor's id, once one came back.</param>
internal sealed record SentRequest(bool IsFirst, string? Ref, string? Hint, DateTimeOffset SentAt, TimeSpan Age);
