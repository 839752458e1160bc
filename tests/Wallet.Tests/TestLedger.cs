using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Stoa.Hosting.Nodes;
using Stoa.Kernel;
using Stoa.People;
using Stoa.Testing;
using Stoa.Wallet.Chain;
using Stoa.Wallet.Holds;
using Stoa.Wallet.Posting;
using Xunit;

namespace Stoa.Wallet.Tests;

/// <summary>A ledger on a database of its own. When a test ends the chain is closed and the whole ledger is checked.</summary>
internal sealed class TestLedger : IAsyncDisposable
{
    private readonly TestDatabase database;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("stoa-ledger-");
    private bool expectBroken;

    private TestLedger(TestDatabase database)
    {
        this.database = database;
        Ledger = new(database.DataSource, Clock);
        var alone = new InProcessNodeBus(new InProcessExchange(), NullLogger<InProcessNodeBus>.Instance);
        Holds = new(database.DataSource, new NodeLeases(database.DataSource, alone), Ledger, Clock, NullLogger<ReleaseExpiredHolds>.Instance);
        Anchors = new(folder.FullName, NullLogger<AnchorFile>.Instance);
        Chain = new(database.DataSource, Anchors, Clock, NullLogger<CloseChainBlocks>.Instance);
    }

    public ManualTimeProvider Clock { get; } = new();

    public PostTransfers Ledger { get; }

    public ReleaseExpiredHolds Holds { get; }

    public CloseChainBlocks Chain { get; }

    public AnchorFile Anchors { get; }

    public string AnchorsPath => Path.Combine(folder.FullName, "ledger-anchors.jsonl");

    public Npgsql.NpgsqlDataSource Database => database.DataSource;

    public static async Task<TestLedger> CreateAsync() => new(await TestDatabase.CreateAsync(new PeopleModule(), new WalletModule()));

    /// <summary>A second node on the same database.</summary>
    public PostTransfers AnotherNode() => new(database.DataSource, Clock);

    public async Task<TransferStatus> PostAsync(Transfer transfer) => Assert.Single(await Ledger.PostAsync([transfer], Soon())).Status;

    public async Task<TransferStatus[]> PostLinkedAsync(params Transfer[] transfers) => [.. (await Ledger.PostAsync(transfers, Soon())).Select(o => o.Status)];

    public async Task GiveAsync(Account person, long minor) =>
        Assert.Equal(TransferStatus.Created, await PostAsync(Transfers.Post(Accounts.Clearing(person.Currency), person, minor) with { Code = "topup" }));

    public Task<Balance> ReadAsync(Account account) => Ledger.ReadBalanceAsync(account, Soon());

    public async Task<long> PostedAsync(Account account) => (await ReadAsync(account)).Posted.AmountMinor;

    public async Task<int> ExecuteAsync(string sql)
    {
        await using var connection = await Database.OpenConnectionAsync(Soon());
        return await connection.ExecuteAsync(sql);
    }

    public async Task<T?> AskAsync<T>(string sql)
    {
        await using var connection = await Database.OpenConnectionAsync(Soon());
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    public async Task<LedgerReport> CheckAsync()
    {
        while (await Chain.RunOnceAsync(Soon()))
        {
        }

        return await LedgerCheck.RunAsync(Database, Soon());
    }

    public async Task<LedgerReport> CheckBrokenAsync()
    {
        expectBroken = true;
        return await LedgerCheck.RunAsync(Database, Soon());
    }

    public async ValueTask DisposeAsync()
    {
        if (!expectBroken)
        {
            Assert.Empty((await CheckAsync()).Violations);
        }

        await Ledger.DisposeAsync();
        await database.DisposeAsync();
        folder.Delete(recursive: true);
    }

    public static CancellationToken Soon() => TestContext.Current.CancellationToken;
}

internal static class Accounts
{
    public static Account Person(long owner) => new(AccountKind.Person, owner, Currency.Eur);

    public static Account Merchant(long owner) => new(AccountKind.Merchant, owner, Currency.Eur);

    public static Account Clearing(Currency currency) => new(AccountKind.ProcessorClearing, 1, currency);
}

internal static class Transfers
{
    public static Transfer Post(Account from, Account to, long minor) =>
        new(Guid.CreateVersion7(), TransferKind.Post, from, to, new(minor, from.Currency), "send");

    public static Transfer Hold(Account from, Account to, long minor, TimeSpan? expiresAfter = null) =>
        Post(from, to, minor) with { Kind = TransferKind.Hold, HoldExpiresAfter = expiresAfter };

    public static Transfer PostHold(Transfer hold, long? minor = null) => Resolve(hold, TransferKind.PostHold, minor);

    public static Transfer VoidHold(Transfer hold, long? minor = null) => Resolve(hold, TransferKind.VoidHold, minor);

    private static Transfer Resolve(Transfer hold, TransferKind kind, long? minor) => hold with
    {
        Id = Guid.CreateVersion7(),
        Kind = kind,
        Hold = hold.Id,
        HoldExpiresAfter = null,
        Amount = hold.Amount with { AmountMinor = minor ?? hold.Amount.AmountMinor },
    };
}
