using Npgsql;
using Stoa.Kernel;
using Xunit;

namespace Stoa.Wallet.Tests;

/// <summary>The walls in the database itself, tried by somebody who goes past the program.</summary>
public sealed class LedgerSchemaTests : IAsyncLifetime
{
    private TestLedger ledger = null!; // InitializeAsync runs before every test.

    public async ValueTask InitializeAsync()
    {
        ledger = await TestLedger.CreateAsync();
        await ledger.GiveAsync(Accounts.Person(1), 100);
        var hold = Transfers.Hold(Accounts.Person(1), Accounts.Merchant(2), 10);
        await ledger.PostAsync(hold);
        await ledger.PostAsync(Transfers.PostHold(hold));
        await ledger.PostAsync(Transfers.Post(Accounts.Person(1), Accounts.Merchant(2), 1000));
        Assert.True(await ledger.Chain.RunOnceAsync(TestLedger.Soon()));
    }

    public ValueTask DisposeAsync() => ledger.DisposeAsync();

    [Theory]
    [InlineData("update wallet.transfers set amount_minor = 1", "23001")]
    [InlineData("update wallet.transfers set reference = 'x' where seq = 1", "23001")]
    [InlineData("delete from wallet.transfers where seq = 3", "23001")]
    [InlineData("truncate wallet.transfers cascade", "23001")]
    [InlineData("update wallet.hold_resolutions set kind = 3", "23001")]
    [InlineData("delete from wallet.hold_resolutions", "23001")]
    [InlineData("delete from wallet.refused", "23001")]
    [InlineData("update wallet.chain_blocks set hash = '\\x00'", "23001")]
    [InlineData("delete from wallet.chain_blocks", "23001")]
    [InlineData("delete from wallet.accounts", "23001")]
    [InlineData("truncate wallet.accounts", "23001")]
    [InlineData("update wallet.accounts set owner = 9 where owner = 1 and kind = 1", "23001")]
    [InlineData("delete from wallet.head", "23001")]
    [InlineData("insert into wallet.head values (true, 0, now())", "23505")]
    [InlineData("update wallet.accounts set debits_posted = debits_posted + 91 where kind = 1", "23514")]
    [InlineData("update wallet.accounts set debits_pending = debits_pending + 91 where kind = 1", "23514")]
    [InlineData("update wallet.accounts set credits_posted = -1 where kind = 2", "23514")]
    [InlineData("insert into wallet.hold_resolutions select hold, transfer, 3 from wallet.hold_resolutions", "23505")]
    public async Task Raw_sql_cannot(string sql, string sqlState)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ledger.ExecuteAsync(sql));
        Assert.Equal(sqlState, refusal.SqlState);
    }

    [Fact]
    public async Task An_amount_of_nothing_is_no_transfer()
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ledger.ExecuteAsync(
            """
            insert into wallet.transfers select 99, gen_random_uuid(), 99, kind, debit_owner, debit_kind, credit_owner, credit_kind, currency, 0, code, reference,
              hold, hold_expires_at, posted_at, debit_balance_after, debit_held_after, credit_balance_after, credit_held_after, canonical from wallet.transfers where seq = 1
            """));
        Assert.Equal("23514", refusal.SqlState);
    }
}
