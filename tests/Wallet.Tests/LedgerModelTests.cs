using FsCheck;
using FsCheck.Fluent;
using Stoa.Kernel;
using Xunit;

namespace Stoa.Wallet.Tests;

/// <summary>Random scripts against the model: every answer and every balance after every step, the whole ledger after every script.</summary>
public sealed class LedgerModelTests
{
    private static readonly Currency[] currencies = [Currency.Eur, Currency.Of("JPY")];

    private static readonly Account[] accounts =
    [
        .. currencies.SelectMany(c => new Account[]
        {
            new(AccountKind.Person, 1, c), new(AccountKind.Person, 2, c), new(AccountKind.Person, 3, c), new(AccountKind.Merchant, 4, c), new(AccountKind.Suspense, 5, c), new(AccountKind.ProcessorClearing, 1, c),
        }),
    ];

    [Fact]
    public void The_ledger_answers_as_the_model_does()
    {
        var scripts = Arb.From(Gen.ArrayOf(Gen.Choose(0, int.MaxValue)), Shorten);
        var config = Config.QuickThrowOnFailure.WithMaxTest(40).WithStartSize(20).WithEndSize(90);
        Prop.ForAll(scripts, script =>
        {
            PlayAsync(script).GetAwaiter().GetResult();
            return true;
        }).Check(config);
    }

    // Regressions: scripts that once told the ledger and the model apart, or are easy to get wrong, are kept here.
    [Theory]
    [InlineData(new[] { 0, 0, 0 })]
    [InlineData(new[] { int.MaxValue, 8, 8, 9, 9, 8 })]
    public Task A_kept_script_plays_as_the_model_says(int[] script) => PlayAsync(script);

    private static async Task PlayAsync(int[] script)
    {
        await using var ledger = await TestLedger.CreateAsync();
        var model = new LedgerModel();
        var sent = new List<Transfer>();
        var history = new List<(DateTimeOffset At, (long, long)[] Balances)>();

        async Task StepAsync(params Transfer[] call)
        {
            sent.AddRange(call);
            var expected = model.Post(call, ledger.Clock.GetUtcNow());
            var actual = await ledger.PostLinkedAsync(call);
            Assert.True(expected.SequenceEqual(actual), $"{string.Join(" + ", (IEnumerable<Transfer>)call)}: expected {string.Join(", ", expected)}, was {string.Join(", ", actual)}.");
        }

        foreach (var account in accounts.Where(a => a is { Kind: AccountKind.Person, Owner: < 3 }))
        {
            await StepAsync(Transfers.Post(Accounts.Clearing(account.Currency), account, 200));
        }

        foreach (var seed in script)
        {
            var random = new Random(seed);
            switch (seed % 10)
            {
                case 0 when sent.Count > 0:
                    await StepAsync(sent[random.Next(sent.Count)]);
                    break;
                case 1 when sent.Count > 0:
                    await StepAsync(ChangeOneField(sent[random.Next(sent.Count)], random));
                    break;
                case 2:
                    ledger.Clock.Advance(TimeSpan.FromSeconds(random.Next(30)));
                    break;
                case 3:
                    model.ReleaseExpired(ledger.Clock.GetUtcNow());
                    await ledger.Holds.RunOnceAsync(TestLedger.Soon());
                    break;
                case 4:
                    await StepAsync(Draw(random, sent), Draw(random, sent), Draw(random, sent));
                    break;
                default:
                    await StepAsync(Draw(random, sent));
                    break;
            }

            var balances = new (long, long)[accounts.Length];
            for (var i = 0; i < accounts.Length; i++)
            {
                var (posted, held) = balances[i] = model.Read(accounts[i]);
                var read = await ledger.ReadAsync(accounts[i]);
                Assert.True((posted, held) == (read.Posted.AmountMinor, HeldOf(read)), $"{accounts[i]}: expected {posted} with {held} held, was {read}.");
            }

            history.RemoveAll(h => h.At == ledger.Clock.GetUtcNow());
            history.Add((ledger.Clock.GetUtcNow(), balances));
        }

        foreach (var (at, balances) in history)
        {
            for (var i = 0; i < accounts.Length; i++)
            {
                var read = await ledger.Ledger.ReadBalanceAsync(accounts[i], at, TestLedger.Soon());
                Assert.True(balances[i] == (read.Posted.AmountMinor, HeldOf(read)), $"{accounts[i]} at {at:O}: expected {balances[i]}, was {read}.");
            }
        }
    }

    private static long HeldOf(Balance balance) => balance.Held.AmountMinor;

    private static Transfer Draw(Random random, List<Transfer> sent)
    {
        var holds = sent.FindAll(t => t.Kind == TransferKind.Hold);
        if (holds.Count > 0 && random.Next(2) == 0)
        {
            var hold = holds[random.Next(holds.Count)];
            var amount = random.Next(4) == 0 ? hold.Amount.AmountMinor + random.Next(-2, 3) : hold.Amount.AmountMinor;
            return random.Next(2) == 0 ? Transfers.PostHold(hold, amount) : Transfers.VoidHold(hold, amount);
        }

        var from = accounts[random.Next(accounts.Length)];
        var to = random.Next(12) == 0 ? accounts[random.Next(accounts.Length)] : accounts.Where(a => a.Currency == from.Currency).ElementAt(random.Next(5));
        var minor = random.Next(10) == 0 ? random.Next(-1, 1) : random.Next(1, 150);
        return random.Next(2) == 0
            ? Transfers.Post(from, to, minor)
            : Transfers.Hold(from, to, minor, random.Next(2) == 0 ? TimeSpan.FromSeconds(random.Next(1, 40)) : null);
    }

    private static Transfer ChangeOneField(Transfer transfer, Random random) => random.Next(4) switch
    {
        0 => transfer with { Amount = transfer.Amount with { AmountMinor = transfer.Amount.AmountMinor + 1 } },
        1 => transfer with { Credit = transfer.Credit with { Owner = transfer.Credit.Owner + 1 } },
        2 => transfer with { Code = "correction" },
        _ => transfer with { Reference = "other" },
    };

    // First whole halves, then single steps: what is left is what it takes.
    private static IEnumerable<int[]> Shorten(int[] script)
    {
        if (script.Length > 1)
        {
            yield return script[..(script.Length / 2)];
            yield return script[(script.Length / 2)..];
        }

        for (var i = 0; i < script.Length; i++)
        {
            yield return [.. script[..i], .. script[(i + 1)..]];
        }
    }
}
