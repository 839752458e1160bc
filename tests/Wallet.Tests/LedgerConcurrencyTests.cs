using Npgsql;
using Stoa.Kernel;
using Xunit;

namespace Stoa.Wallet.Tests;

public sealed class LedgerConcurrencyTests : IAsyncLifetime
{
    private TestLedger ledger = null!; // InitializeAsync runs before every test.

    public async ValueTask InitializeAsync() => ledger = await TestLedger.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, await ledger.AskAsync<long>("select deadlocks from pg_stat_database where datname = current_database()"));
        await ledger.DisposeAsync();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(1000)]
    public async Task Many_writers_on_two_nodes_neither_make_nor_lose_money(int accounts)
    {
        const int writers = 32;
        const int each = 40;
        await using var other = ledger.AnotherNode();
        var people = Enumerable.Range(1, accounts).Select(i => Accounts.Person(i)).ToArray();
        foreach (var batch in people.Chunk(200))
        {
            await Task.WhenAll(batch.Select(p => ledger.GiveAsync(p, 100)));
        }

        var seed = Random.Shared.Next();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            var random = new Random(seed + writer);
            for (var i = 0; i < each; i++)
            {
                var from = people[random.Next(accounts)];
                var to = people[random.Next(accounts)];
                var through = people[random.Next(accounts)];
                var node = writer % 2 == 0 ? ledger.Ledger : other;
                // Linked pairs lock accounts in every order there is.
                await node.PostAsync(random.Next(3) == 0
                    ? [Transfers.Post(from, through, random.Next(1, 60)), Transfers.Post(through, to, random.Next(1, 60))]
                    : [Transfers.Post(from, to, random.Next(1, 60))], TestLedger.Soon());
            }
        }));

        var total = await ledger.AskAsync<long>("select sum(credits_posted - debits_posted) from wallet.accounts where kind = 1");
        Assert.True(total == accounts * 100L, $"Seed {seed}: {accounts} people with 100 each hold {total}.");
    }

    [Fact]
    public async Task Accounts_made_by_two_nodes_at_once_are_made_once()
    {
        await using var other = ledger.AnotherNode();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            (i % 2 == 0 ? ledger.Ledger : other).PostAsync([Transfers.Post(Accounts.Clearing(Currency.Eur), Accounts.Person(1 + (i % 5)), 10)], TestLedger.Soon())));

        Assert.Equal(6, await ledger.AskAsync<int>("select count(*) from wallet.accounts"));
    }

    [Fact]
    public async Task One_id_from_twenty_callers_on_two_nodes_moves_money_once()
    {
        await using var other = ledger.AnotherNode();
        await ledger.GiveAsync(Accounts.Person(1), 1000);
        var transfer = Transfers.Post(Accounts.Person(1), Accounts.Person(2), 60);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => (await (i % 2 == 0 ? ledger.Ledger : other).PostAsync([transfer], TestLedger.Soon()))[0].Status));

        Assert.Equal(1, statuses.Count(s => s == TransferStatus.Created));
        Assert.Equal(19, statuses.Count(s => s == TransferStatus.Exists));
        Assert.Equal(940, await ledger.PostedAsync(Accounts.Person(1)));
    }

    [Fact]
    public async Task One_id_with_two_contents_at_once_is_done_in_one_of_them()
    {
        await using var other = ledger.AnotherNode();
        for (var i = 0; i < 20; i++)
        {
            var one = Transfers.Post(Accounts.Clearing(Currency.Eur), Accounts.Person(1), 10);
            // Not an account in common: nothing makes them wait but the head.
            var another = one with { Debit = Accounts.Merchant(7), Credit = Accounts.Merchant(8) };

            var statuses = await Task.WhenAll(
                Task.Run(async () => (await ledger.Ledger.PostAsync([one], TestLedger.Soon()))[0].Status),
                Task.Run(async () => (await other.PostAsync([another], TestLedger.Soon()))[0].Status));

            Assert.Equal([TransferStatus.Created, TransferStatus.ExistsWithDifferentContent], statuses.Order());
        }
    }

    [Fact]
    public async Task Posting_voiding_and_expiry_of_a_hold_at_once_leave_one_winner()
    {
        await using var other = ledger.AnotherNode();
        var ana = Accounts.Person(1);
        var shop = Accounts.Merchant(2);
        await ledger.GiveAsync(ana, 10_000);
        var kinds = new Dictionary<short, int>();
        for (var i = 0; i < 30; i++)
        {
            var hold = Transfers.Hold(ana, shop, 10, TimeSpan.FromSeconds(1));
            await ledger.PostAsync(hold);
            if (i % 3 == 0)
            {
                ledger.Clock.Advance(TimeSpan.FromSeconds(1));
            }

            var attempts = await Task.WhenAll(
                Task.Run(async () => (await other.PostAsync([Transfers.PostHold(hold)], TestLedger.Soon()))[0].Done),
                Task.Run(async () => (await ledger.Ledger.PostAsync([Transfers.VoidHold(hold)], TestLedger.Soon()))[0].Done),
                Task.Run(async () =>
                {
                    await ledger.Ledger.ExpireAsync([hold.Id], TestLedger.Soon());
                    return false;
                }));

            var ended = await ledger.AskAsync<short>($"select kind from wallet.hold_resolutions where hold = '{hold.Id}'");
            kinds[ended] = kinds.GetValueOrDefault(ended) + 1;
            Assert.Equal(i % 3 == 0 ? 0 : 1, attempts.Count(done => done));
            Assert.Equal(i % 3 == 0, ended == 4);
        }

        Assert.Equal(10, kinds[4]);
        Assert.Equal(0, (await ledger.ReadAsync(ana)).Held.AmountMinor);
    }

    [Fact]
    public async Task A_batch_that_lost_a_race_for_locks_is_run_again_and_never_refused()
    {
        await ledger.GiveAsync(Accounts.Person(1), 100);
        // The server itself answers 40001 to the first insert: what two nodes under a stricter isolation would see.
        await ledger.ExecuteAsync(
            """
            create sequence wallet.fault;
            create function wallet.fail_once() returns trigger language plpgsql as $$
            begin
              if nextval('wallet.fault') = 1 then raise exception 'injected' using errcode = 'serialization_failure'; end if;
              return new;
            end $$;
            create trigger fault before insert on wallet.transfers for each row execute function wallet.fail_once();
            """);

        Assert.Equal(TransferStatus.Created, await ledger.PostAsync(Transfers.Post(Accounts.Person(1), Accounts.Person(2), 10)));
        Assert.Equal(10, await ledger.PostedAsync(Accounts.Person(2)));
    }

    [Fact]
    public async Task A_caller_who_goes_away_does_not_undo_what_was_handed_over()
    {
        await ledger.GiveAsync(Accounts.Person(1), 100);
        var transfer = Transfers.Post(Accounts.Person(1), Accounts.Person(2), 10);
        using var leaving = new CancellationTokenSource();
        var answer = ledger.Ledger.PostAsync([transfer], leaving.Token);
        await leaving.CancelAsync();

        try
        {
            await answer;
        }
        catch (OperationCanceledException)
        {
            // Went away before the answer; which of the two happened does not matter.
        }

        Assert.Equal(TransferStatus.Exists, await ledger.PostAsync(transfer));
    }

    [Fact]
    public async Task A_connection_lost_before_the_commit_leaves_nothing_and_the_next_call_works()
    {
        await ledger.GiveAsync(Accounts.Person(1), 100);
        await using (var blocker = await ledger.Database.OpenConnectionAsync(TestLedger.Soon()))
        await using (var block = await blocker.BeginTransactionAsync(TestLedger.Soon()))
        {
            await using var command = new NpgsqlCommand("select from wallet.head for update", blocker, block);
            await command.ExecuteNonQueryAsync(TestLedger.Soon());
            var waiting = ledger.PostAsync(Transfers.Post(Accounts.Person(1), Accounts.Person(2), 10));
            var killed = 0;
            // A lane gives a lost connection one more try: that one is cut as well.
            while (!waiting.IsCompleted)
            {
                killed += await ledger.AskAsync<int>(
                    "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
            }

            Assert.True(killed >= 2, $"{killed} connections were cut: the test has tested too little.");
            // Whether it had committed is asked by its id.
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => waiting);
        }

        Assert.Equal(TransferStatus.Created, await ledger.PostAsync(Transfers.Post(Accounts.Person(1), Accounts.Person(2), 20)));
        Assert.Equal(80, await ledger.PostedAsync(Accounts.Person(1)));
    }
}
