using Stoa.Kernel;
using Xunit;

namespace Stoa.Wallet.Tests;

public sealed class PostTransfersTests : IAsyncLifetime
{
    private static readonly Account ana = Accounts.Person(11);
    private static readonly Account ben = Accounts.Person(22);
    private static readonly Account shop = Accounts.Merchant(33);
    private TestLedger ledger = null!; // InitializeAsync runs before every test.

    public async ValueTask InitializeAsync() => ledger = await TestLedger.CreateAsync();

    public ValueTask DisposeAsync() => ledger.DisposeAsync();

    [Fact]
    public async Task A_transfer_moves_money_and_both_sides_say_so()
    {
        await ledger.GiveAsync(ana, 500_00);

        Assert.Equal(TransferStatus.Created, await ledger.PostAsync(Transfers.Post(ana, ben, 42_50)));

        Assert.Equal(457_50, await ledger.PostedAsync(ana));
        Assert.Equal(42_50, await ledger.PostedAsync(ben));
        Assert.Equal(500_00, await ledger.PostedAsync(Accounts.Clearing(Currency.Eur)));
    }

    [Fact]
    public async Task Posting_twice_with_one_id_moves_money_once()
    {
        await ledger.GiveAsync(ana, 100);
        var transfer = Transfers.Post(ana, ben, 60);

        Assert.Equal(TransferStatus.Created, await ledger.PostAsync(transfer));
        Assert.Equal(TransferStatus.Exists, await ledger.PostAsync(transfer));

        Assert.Equal(40, await ledger.PostedAsync(ana));
        Assert.Equal(new TransferOutcome(transfer.Id, TransferStatus.Exists), await ledger.Ledger.FindAsync(transfer.Id, TestLedger.Soon()));
    }

    [Fact]
    public async Task One_id_twice_in_one_call_moves_money_once()
    {
        await ledger.GiveAsync(ana, 100);
        var transfer = Transfers.Post(ana, ben, 60);

        Assert.Equal([TransferStatus.Created, TransferStatus.Exists], await ledger.PostLinkedAsync(transfer, transfer));
        Assert.Equal(40, await ledger.PostedAsync(ana));
    }

    [Fact]
    public async Task One_id_twice_in_one_batch_moves_money_once()
    {
        await ledger.GiveAsync(ana, 100);
        var transfer = Transfers.Post(ana, ben, 60);

        // Handed over without a pause between them: the lane's writer is still busy with the one that was there first.
        var statuses = (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ledger.PostAsync(transfer)))).Order().ToArray();

        Assert.Equal([TransferStatus.Created, .. Enumerable.Repeat(TransferStatus.Exists, 19)], statuses);
        Assert.Equal(40, await ledger.PostedAsync(ana));
    }

    public static TheoryData<string, Func<Transfer, Transfer>> ChangedContents => new()
    {
        { "kind", t => t with { Kind = TransferKind.Hold } },
        { "debit", t => t with { Debit = ben } },
        { "credit", t => t with { Credit = ben } },
        { "amount", t => t with { Amount = t.Amount with { AmountMinor = 11 } } },
        { "currency", t => t with { Debit = t.Debit with { Currency = Currency.Usd }, Credit = t.Credit with { Currency = Currency.Usd }, Amount = new(10, Currency.Usd) } },
        { "code", t => t with { Code = "refund" } },
        { "reference", t => t with { Reference = "another" } },
    };

    [Theory]
    [MemberData(nameof(ChangedContents))]
    public async Task The_same_id_with_other_content_is_refused(string field, Func<Transfer, Transfer> change)
    {
        await ledger.GiveAsync(ana, 100);
        var transfer = Transfers.Post(ana, shop, 10);
        await ledger.PostAsync(transfer);

        Assert.True(await ledger.PostAsync(change(transfer)) == TransferStatus.ExistsWithDifferentContent, $"Another {field} passed as the same content.");
        Assert.Equal(90, await ledger.PostedAsync(ana));
    }

    [Fact]
    public async Task A_refused_id_stays_refused_when_the_money_has_come()
    {
        var transfer = Transfers.Post(ana, ben, 60);
        Assert.Equal(TransferStatus.ExceedsBalance, await ledger.PostAsync(transfer));
        await ledger.GiveAsync(ana, 100);

        Assert.Equal(TransferStatus.IdAlreadyFailed, await ledger.PostAsync(transfer));
        Assert.Equal(new TransferOutcome(transfer.Id, TransferStatus.IdAlreadyFailed), await ledger.Ledger.FindAsync(transfer.Id, TestLedger.Soon()));
        Assert.Equal(TransferStatus.Created, await ledger.PostAsync(transfer with { Id = Guid.CreateVersion7() }));
    }

    [Fact]
    public async Task An_id_never_seen_is_not_found() => Assert.Null(await ledger.Ledger.FindAsync(Guid.CreateVersion7(), TestLedger.Soon()));

    [Fact]
    public async Task The_first_reason_in_the_order_of_the_statuses_is_the_answer()
    {
        await ledger.GiveAsync(ana, 100);
        var hold = Transfers.Hold(ana, shop, 50, TimeSpan.FromMinutes(1));
        await ledger.PostAsync(hold);
        var usd = ana with { Currency = Currency.Usd };
        var unknown = Transfers.Hold(ana, shop, 10);

        var table = new (Transfer Transfer, TransferStatus Expected)[]
        {
            // Each row is wrong in every way below the one it is refused for, as far as that can be.
            (hold with { Amount = new(0, Currency.Usd), Credit = ana }, TransferStatus.ExistsWithDifferentContent),
            (Transfers.Post(ana, usd, 0), TransferStatus.AmountMustBePositive),
            (Transfers.Post(ana, ana, -5), TransferStatus.AmountMustBePositive),
            (Transfers.Post(ana, usd, 1000), TransferStatus.CurrenciesDiffer),
            (Transfers.Post(ana, ben, 1000) with { Amount = new(1000, Currency.Usd) }, TransferStatus.CurrenciesDiffer),
            (Transfers.Post(ana, ana, 1000), TransferStatus.AccountsMustDiffer),
            (Transfers.PostHold(unknown, 1000), TransferStatus.HoldNotFound),
            (Transfers.PostHold(hold, 1000) with { Credit = ben }, TransferStatus.HoldNotFound),
            (Transfers.PostHold(hold, 51), TransferStatus.ExceedsHold),
            (Transfers.VoidHold(hold, 51), TransferStatus.ExceedsHold),
            (Transfers.VoidHold(hold, 49), TransferStatus.VoidMustBeWhole),
            (Transfers.Post(ana, ben, long.MaxValue), TransferStatus.Overflows),
            (Transfers.Post(ana, ben, 51), TransferStatus.ExceedsBalance),
            (Transfers.Post(ana, ben, 50), TransferStatus.Created),
        };

        foreach (var (transfer, expected) in table)
        {
            Assert.Equal(expected, await ledger.PostAsync(transfer));
        }
    }

    [Fact]
    public async Task A_hold_keeps_money_from_being_spent_until_it_is_given_back()
    {
        await ledger.GiveAsync(ana, 100);
        var hold = Transfers.Hold(ana, shop, 70);
        await ledger.PostAsync(hold);

        var held = await ledger.ReadAsync(ana);
        Assert.Equal((100, 70, 30), (held.Posted.AmountMinor, held.Held.AmountMinor, held.Available.AmountMinor));
        Assert.Equal(0, await ledger.PostedAsync(shop));
        Assert.Equal(TransferStatus.ExceedsBalance, await ledger.PostAsync(Transfers.Post(ana, ben, 31)));

        Assert.Equal(TransferStatus.Created, await ledger.PostAsync(Transfers.VoidHold(hold)));
        Assert.Equal(100, (await ledger.ReadAsync(ana)).Available.AmountMinor);
        Assert.Equal(TransferStatus.HoldAlreadyVoided, await ledger.PostAsync(Transfers.PostHold(hold)));
    }

    [Fact]
    public async Task A_part_of_a_hold_can_be_posted_and_the_rest_returns()
    {
        await ledger.GiveAsync(ana, 100);
        var hold = Transfers.Hold(ana, shop, 70);
        await ledger.PostAsync(hold);

        Assert.Equal(TransferStatus.Created, await ledger.PostAsync(Transfers.PostHold(hold, 45)));

        Assert.Equal(55, (await ledger.ReadAsync(ana)).Available.AmountMinor);
        Assert.Equal(45, await ledger.PostedAsync(shop));
        Assert.Equal(TransferStatus.HoldAlreadyPosted, await ledger.PostAsync(Transfers.VoidHold(hold)));
    }

    [Fact]
    public async Task Money_that_is_only_held_for_somebody_cannot_be_spent_by_them()
    {
        await ledger.GiveAsync(ana, 100);
        await ledger.PostAsync(Transfers.Hold(ana, ben, 70));

        Assert.Equal(TransferStatus.ExceedsBalance, await ledger.PostAsync(Transfers.Post(ben, shop, 1)));
    }

    [Fact]
    public async Task A_hold_cannot_be_posted_once_its_time_is_over_even_before_it_is_released()
    {
        await ledger.GiveAsync(ana, 100);
        var hold = Transfers.Hold(ana, shop, 70, TimeSpan.FromMinutes(10));
        await ledger.PostAsync(hold);
        ledger.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(TransferStatus.HoldExpired, await ledger.PostAsync(Transfers.PostHold(hold)));
        Assert.Equal(70, (await ledger.ReadAsync(ana)).Held.AmountMinor);

        Assert.Equal(1, await ledger.Holds.RunOnceAsync(TestLedger.Soon()));
        Assert.Equal(0, (await ledger.ReadAsync(ana)).Held.AmountMinor);
        Assert.Equal(TransferStatus.HoldExpired, await ledger.PostAsync(Transfers.VoidHold(hold)));
        Assert.Equal(0, await ledger.Holds.RunOnceAsync(TestLedger.Soon()));
    }

    [Fact]
    public async Task A_hold_can_be_posted_in_the_last_microsecond_of_its_time()
    {
        await ledger.GiveAsync(ana, 100);
        var hold = Transfers.Hold(ana, shop, 70, TimeSpan.FromMinutes(10));
        await ledger.PostAsync(hold);
        ledger.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMicroseconds(1));

        Assert.Equal(TransferStatus.Created, await ledger.PostAsync(Transfers.PostHold(hold)));
    }

    [Fact]
    public async Task Linked_transfers_happen_all_or_none()
    {
        await ledger.GiveAsync(ana, 100);
        var first = Transfers.Post(ana, ben, 60);
        var second = Transfers.Post(ben, shop, 61);
        var third = Transfers.Post(ana, shop, 1);

        Assert.Equal([TransferStatus.LinkedFailed, TransferStatus.ExceedsBalance, TransferStatus.LinkedFailed], await ledger.PostLinkedAsync(first, second, third));
        Assert.Equal(100, await ledger.PostedAsync(ana));

        // The leg that was refused stays so; the others may be used again.
        Assert.Equal([TransferStatus.LinkedFailed, TransferStatus.IdAlreadyFailed], await ledger.PostLinkedAsync(first, second));
        Assert.Equal([TransferStatus.Created, TransferStatus.Created], await ledger.PostLinkedAsync(first, Transfers.Post(ben, shop, 60)));
        Assert.Equal(60, await ledger.PostedAsync(shop));
    }

    [Fact]
    public async Task Linked_transfers_sent_again_answer_as_done()
    {
        await ledger.GiveAsync(ana, 100);
        Transfer[] both = [Transfers.Post(ana, ben, 60), Transfers.Post(ben, shop, 60)];

        Assert.Equal([TransferStatus.Created, TransferStatus.Created], await ledger.PostLinkedAsync(both));
        Assert.Equal([TransferStatus.Exists, TransferStatus.Exists], await ledger.PostLinkedAsync(both));
    }

    [Fact]
    public async Task A_hold_may_be_placed_and_posted_in_one_call()
    {
        await ledger.GiveAsync(ana, 100);
        var hold = Transfers.Hold(ana, shop, 70, TimeSpan.FromMinutes(1));

        Assert.Equal([TransferStatus.Created, TransferStatus.Created], await ledger.PostLinkedAsync(hold, Transfers.PostHold(hold)));
        ledger.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await ledger.Holds.RunOnceAsync(TestLedger.Soon()));
    }

    [Fact]
    public async Task A_hold_and_its_end_are_undone_when_a_later_leg_is_refused()
    {
        await ledger.GiveAsync(ana, 100);
        var hold = Transfers.Hold(ana, shop, 70);
        await ledger.PostAsync(hold);
        var end = Transfers.VoidHold(hold);

        Assert.Equal([TransferStatus.LinkedFailed, TransferStatus.ExceedsBalance], await ledger.PostLinkedAsync(end, Transfers.Post(ana, ben, 101)));
        Assert.Equal(70, (await ledger.ReadAsync(ana)).Held.AmountMinor);
        Assert.Equal(TransferStatus.Created, await ledger.PostAsync(end));
    }

    [Fact]
    public async Task The_balance_of_any_moment_can_be_asked_for()
    {
        var start = ledger.Clock.GetUtcNow();
        await ledger.GiveAsync(ana, 100);
        ledger.Clock.Advance(TimeSpan.FromHours(1));
        var hold = Transfers.Hold(ana, shop, 30);
        await ledger.PostAsync(hold);
        ledger.Clock.Advance(TimeSpan.FromHours(1));
        await ledger.PostAsync(Transfers.PostHold(hold, 20));

        async Task<(long, long)> AtAsync(TimeSpan after) =>
            await ledger.Ledger.ReadBalanceAsync(ana, start + after, TestLedger.Soon()) is var b ? (b.Posted.AmountMinor, b.Held.AmountMinor) : default;
        Assert.Equal((0, 0), await AtAsync(TimeSpan.FromSeconds(-1)));
        Assert.Equal((100, 0), await AtAsync(TimeSpan.Zero));
        Assert.Equal((100, 0), await AtAsync(TimeSpan.FromMinutes(59)));
        Assert.Equal((100, 30), await AtAsync(TimeSpan.FromHours(1)));
        Assert.Equal((80, 0), await AtAsync(TimeSpan.FromHours(2)));
        Assert.Equal((80, 0), await AtAsync(TimeSpan.FromDays(9)));
    }

    [Fact]
    public async Task The_time_of_the_ledger_never_runs_backwards()
    {
        await ledger.GiveAsync(ana, 100);
        await ledger.ExecuteAsync("update wallet.head set last_posted_at = last_posted_at + interval '1 hour'");

        await ledger.PostAsync(Transfers.Post(ana, ben, 1));

        Assert.Equal(ledger.Clock.GetUtcNow() + TimeSpan.FromHours(1), new DateTimeOffset(await ledger.AskAsync<DateTime>("select max(posted_at) from wallet.transfers"), TimeSpan.Zero));
    }

    [Fact]
    public async Task Every_balance_of_a_person_is_listed_by_currency()
    {
        await ledger.GiveAsync(ana with { Currency = Currency.Usd }, 7);
        await ledger.GiveAsync(ana, 100);

        Assert.Equal([new Money(100, Currency.Eur), new Money(7, Currency.Usd)], (await ledger.Ledger.ReadBalancesAsync(new(11), TestLedger.Soon())).Select(b => b.Posted));
    }

    [Theory]
    [InlineData(TransferKind.PostHold)]
    [InlineData(TransferKind.VoidHold)]
    public async Task Ending_a_hold_without_naming_one_is_a_bug_of_the_caller(TransferKind kind) =>
        await Assert.ThrowsAsync<ArgumentException>(() => ledger.PostAsync(Transfers.Post(ana, ben, 1) with { Kind = kind }));

    [Fact]
    public async Task A_reference_of_any_letters_is_kept_as_it_was()
    {
        await ledger.GiveAsync(ana, 100);
        var transfer = Transfers.Post(ana, ben, 1) with { Reference = "שלום 🎫 \\u0000 a\tb" };

        Assert.Equal(TransferStatus.Created, await ledger.PostAsync(transfer));
        Assert.Equal(TransferStatus.Exists, await ledger.PostAsync(transfer));
    }
}
