using Stoa.Wallet.Chain;
using Xunit;

namespace Stoa.Wallet.Tests;

/// <summary>What was carried away is held against what is there: a ledger rewritten as a whole, with its chain, is sound in itself and found all the same.</summary>
public sealed class LedgerAnchorTests
{
    [Fact]
    public async Task A_ledger_that_was_rewritten_whole_is_found_by_an_anchor_alone()
    {
        await using var ledger = await TestLedger.CreateAsync();
        await using var rewritten = await TestLedger.CreateAsync();
        var anchor = await PayAsync(ledger, 20);
        await PayAsync(rewritten, 5);

        Assert.Empty((await rewritten.CheckAsync()).Violations);
        var report = await LedgerCheck.RunAsync(rewritten.Database, TestLedger.Soon(), [anchor]);
        Assert.Equal($"Block 1 is not what was anchored on {anchor.ClosedAt:yyyy-MM-dd}: what came before it has been rewritten.", Assert.Single(report.Violations));
        Assert.True((await LedgerCheck.RunAsync(ledger.Database, TestLedger.Soon(), [anchor])) is { Sound: true, Anchors: 1 });
    }

    [Fact]
    public async Task What_was_anchored_and_is_cut_off_is_missed()
    {
        await using var ledger = await TestLedger.CreateAsync();
        var first = await PayAsync(ledger, 20);
        var second = await PayAsync(ledger, 7);

        await ledger.ExecuteAsync("begin; set local session_replication_role = replica; delete from wallet.chain_blocks where number = 2; commit");

        var report = await LedgerCheck.RunAsync(ledger.Database, TestLedger.Soon(), [first, second]);
        Assert.Contains(report.Violations, violation => violation.StartsWith("Block 2, anchored on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_file_gets_one_anchor_a_day_and_passes_over_a_line_that_a_crash_has_cut()
    {
        await using var ledger = await TestLedger.CreateAsync();
        var first = await PayAsync(ledger, 20);
        await ledger.Anchors.KeepAsync(first, TestLedger.Soon());
        await ledger.Anchors.KeepAsync(first, TestLedger.Soon());
        await ledger.Anchors.KeepAsync(await PayAsync(ledger, 1), TestLedger.Soon());
        Assert.Equal([first], await ledger.Anchors.ReadAsync(TestLedger.Soon()));

        await File.AppendAllTextAsync(ledger.AnchorsPath, "\n{\"block\":2,\"seq", TestLedger.Soon());
        ledger.Clock.Advance(TimeSpan.FromDays(1));
        var third = await PayAsync(ledger, 2);
        await ledger.Anchors.KeepAsync(third, TestLedger.Soon());

        Assert.Equal([first, third], await ledger.Anchors.ReadAsync(TestLedger.Soon()));
    }

    /// <returns>The head after the payment.</returns>
    private static async Task<ChainAnchor> PayAsync(TestLedger ledger, long minor)
    {
        await ledger.GiveAsync(Accounts.Person(1), 100);
        await ledger.PostAsync(Transfers.Post(Accounts.Person(1), Accounts.Merchant(2), minor));
        Assert.True(await ledger.Chain.RunOnceAsync(TestLedger.Soon()));
        return Assert.IsType<ChainAnchor>(await ledger.Chain.FindHeadAsync(TestLedger.Soon()));
    }
}
