using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting;
using Stoa.Kernel;

namespace Stoa.Payments.Accounts;

/// <summary>Merchants' accounts at processors. Their secrets are sealed under the key file <c>keys/payments</c>, bound to the account.</summary>
internal sealed class AccountStore(NpgsqlDataSource database, IOptions<StoaOptions> options, TimeProvider time)
{
    private const string Columns = "id, page, processor, live, settings::text as Settings, secrets, tested_at as TestedAt, ended_at as EndedAt";

    private readonly SealedSecrets sealing = new(
        Path.Combine(options.Value.KeysPath, "payments"), "Restore it from where it was kept beside the database, or let the merchants link their accounts again.");

    /// <summary>The account that a page sells through; null: none is linked.</summary>
    public async Task<MerchantAccount?> FindForAsync(PageId page, CancellationToken cancellationToken) =>
        Read(await QueryAsync($"select {Columns} from payments.merchant_accounts where page = @value and ended_at is null", page.Value, cancellationToken));

    /// <summary>An account, unlinked since or not: what was paid through it is refunded through it.</summary>
    public async Task<MerchantAccount?> FindAsync(long id, CancellationToken cancellationToken) =>
        Read(await QueryAsync($"select {Columns} from payments.merchant_accounts where id = @value", id, cancellationToken));

    /// <summary>Links an account in the place of any other. The same processor in the same mode keeps its id: its keys are changed, and what was begun through it goes on.</summary>
    public async Task<MerchantAccount> LinkAsync(PageId page, string processor, bool live, AccountSettings settings, AccountSecrets secrets, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // One at a time for a page.
        await connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtextextended('payments:accounts', @page))", new { page = page.Value }, transaction, cancellationToken: cancellationToken));
        var id = await connection.QuerySingleOrDefaultAsync<long?>(new CommandDefinition(
            "select id from payments.merchant_accounts where page = @page and processor = @processor and live = @live and ended_at is null",
            new { page = page.Value, processor, live }, transaction, cancellationToken: cancellationToken)) ?? WireIds.New();
        var row = new
        {
            id,
            page = page.Value,
            processor,
            live,
            settings = JsonSerializer.Serialize(settings, AccountJson.Default.AccountSettings),
            secrets = sealing.Seal(id, JsonSerializer.Serialize(secrets, AccountJson.Default.AccountSecrets)),
            now = time.GetUtcNow().UtcDateTime,
        };
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update payments.merchant_accounts set ended_at = @now where page = @page and ended_at is null and id <> @id;
            insert into payments.merchant_accounts (id, page, processor, live, settings, secrets, created_at) values (@id, @page, @processor, @live, @settings::jsonb, @secrets, @now)
            on conflict (id) do update set settings = excluded.settings, secrets = excluded.secrets, tested_at = null
            """, row, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return await FindAsync(id, cancellationToken) ?? throw new InvalidOperationException($"Account {id} was linked and is not there.");
    }

    /// <returns>False when none was linked.</returns>
    public async Task<bool> UnlinkAsync(PageId page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            "update payments.merchant_accounts set ended_at = @now where page = @page and ended_at is null", new { page = page.Value, now = time.GetUtcNow().UtcDateTime },
            cancellationToken: cancellationToken)) > 0;
    }

    public async Task NoteTestedAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.merchant_accounts set tested_at = @now where id = @id", new { id, now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken));
    }

    private async Task<Row?> QueryAsync(string sql, long value, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(sql, new { value }, cancellationToken: cancellationToken));
    }

    private MerchantAccount? Read(Row? row) => row is null ? null : new(
        row.Id, new(row.Page), row.Processor, row.Live, JsonSerializer.Deserialize(row.Settings, AccountJson.Default.AccountSettings) ?? new(),
        JsonSerializer.Deserialize(sealing.Open(row.Id, row.Secrets), AccountJson.Default.AccountSecrets) ?? throw new JsonException("Secrets are an object."),
        row.TestedAt is { } tested ? new(tested, TimeSpan.Zero) : null, row.EndedAt is { } ended ? new(ended, TimeSpan.Zero) : null);

    private sealed class Row
    {
        public long Id { get; init; }

        public long Page { get; init; }

        public string Processor { get; init; } = "";

        public bool Live { get; init; }

        public string Settings { get; init; } = "";

        public byte[] Secrets { get; init; } = [];

        public DateTime? TestedAt { get; init; }

        public DateTime? EndedAt { get; init; }
    }
}
