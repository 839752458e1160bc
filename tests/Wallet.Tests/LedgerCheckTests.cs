using Stoa.Kernel;
using Xunit;

namespace Stoa.Wallet.Tests;

/// <summary>The check has to find what it is there for: each violation is planted by an owner of the database who took the walls down.</summary>
public sealed class LedgerCheckTests : IAsyncLifetime
{
    private TestLedger ledger = null!; // InitializeAsync runs before every test.

    public async ValueTask InitializeAsync()
    {
        ledger = await TestLedger.CreateAsync();
        await ledger.GiveAsync(Accounts.Person(1), 100);
        var hold = Transfers.Hold(Accounts.Person(1), Accounts.Merchant(2), 10);
        await ledger.PostAsync(hold);
        await ledger.PostAsync(Transfers.PostHold(hold));
        await ledger.PostAsync(Transfers.Post(Accounts.Person(1), Accounts.Merchant(2), 20));
        Assert.True(await ledger.Chain.RunOnceAsync(TestLedger.Soon()));
    }

    public ValueTask DisposeAsync() => ledger.DisposeAsync();

    [Fact]
    public async Task A_sound_ledger_is_sound()
    {
        var report = await ledger.CheckAsync();

        Assert.Empty(report.Violations);
        Assert.Equal((4, 1), (report.Transfers, report.ChainBlocks));
    }

    [Theory]
    [InlineData("update wallet.transfers set amount_minor = 21 where seq = 4", "is not what its canonical bytes say")]
    [InlineData("update wallet.transfers set reference = 'other' where seq = 4", "is not what its canonical bytes say")]
    [InlineData("update wallet.transfers set canonical = canonical || '\\x00' where seq = 4", "does not hash to what it says")]
    [InlineData("delete from wallet.transfers where seq = 4", "The head says 4 transfers, the journal has 3")]
    [InlineData("update wallet.transfers set debit_balance_after = 71 where seq = 4", "stood at")]
    [InlineData("update wallet.accounts set credits_posted = credits_posted + 1 where kind = 2", "its transfers sum to")]
    [InlineData("update wallet.accounts set credits_posted = credits_posted + 1 where kind = 2", "EUR does not sum to zero")]
    [InlineData("delete from wallet.hold_resolutions", "has ended without a row that says so")]
    [InlineData("update wallet.hold_resolutions set kind = 3", "which does not say so")]
    [InlineData("update wallet.chain_blocks set hash = sha256('x')", "does not hash to what it says")]
    [InlineData("update wallet.transfers set posted_at = posted_at - interval '1 day' where seq = 4", "was posted before the one before it")]
    [InlineData("insert into wallet.refused select id, 'ExceedsBalance', now() from wallet.transfers where seq = 4", "although its id had been refused")]
    public async Task A_planted_violation_is_found(string sql, string expected)
    {
        await ledger.ExecuteAsync($"begin; set local session_replication_role = replica; {sql}; commit");

        Assert.Contains((await ledger.CheckBrokenAsync()).Violations, v => v.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_chain_goes_on_from_its_last_block_and_hashes_the_bytes_that_were_stored()
    {
        await ledger.PostAsync(Transfers.Post(Accounts.Person(1), Accounts.Merchant(2), 1));
        Assert.True(await ledger.Chain.RunOnceAsync(TestLedger.Soon()));
        Assert.False(await ledger.Chain.RunOnceAsync(TestLedger.Soon()));

        Assert.Equal(2, (await ledger.CheckAsync()).ChainBlocks);
        Assert.Equal(5, await ledger.AskAsync<long>("select max(seq_to) from wallet.chain_blocks"));
    }
}
