using Dapper;
using Stoa.Kernel;
using Stoa.Payments.Purchases;
using Stoa.Payments.Refunds;
using Stoa.Payments.Sandbox;

namespace Stoa.Bench.MoneyFaults;

/// <summary>Something to begin, on whichever node it comes to.</summary>
internal readonly record struct Act(string Name, Func<Node, Task> RunAsync);

/// <summary>What people do in one run: everything about it is drawn here, before it is begun.</summary>
internal sealed partial class Script(Random random, Cast cast, Surroundings around)
{
    private static readonly int[] delays = [5, 600, 86_400];
    private readonly List<Wish> buys = [];
    private readonly List<(Wish Wish, PersonId Sender)> undoable = [];
    private int secrets;

    /// <summary>Everything that has a key.</summary>
    public List<Wish> Wishes { get; } = [];

    private static CancellationToken None => CancellationToken.None;

    private PersonId Buyer => cast.People[0];

    /// <summary>The next thing that somebody does: often by several devices at once.</summary>
    public IReadOnlyList<Act> Next() => random.Next(100) switch
    {
        < 30 => Buy(),
        < 37 => Refund(),
        < 50 => Send(),
        < 57 => TakeBack(),
        < 63 => AskForIt(),
        < 74 => PayShare(),
        < 78 => EndShares(),
        < 83 => Give(),
        < 90 => TakePortions(),
        < 94 => SendByLink(),
        < 97 => Claim(),
        < 99 => AnswerBank(),
        _ => GiveUp(),
    };

    private IReadOnlyList<Act> Buy()
    {
        var (element, way) = (random.Next(Cast.Buttons), random.Next(100));
        var method = way < 35 ? "balance:EUR" : cast.Cards.ElementAt(random.Next(cast.Cards.Count)).Value.ToString();
        var other = random.Next(2) == 0 ? "balance:EUR" : method;
        return random.Next(6) switch
        {
            // Two taps on one pay sheet; two devices with a sheet each.
            0 or 1 => Twice(Buying(element, method)),
            2 => [Asking(Buying(element, method)), Asking(Buying(element, other))],
            _ => [Asking(Buying(element, method))],
        };
    }

    private Wish Buying(int element, string method)
    {
        var request = new CreatePurchase.Request(NewKey(), cast.Shop, cast.Offer, 0, method, element);
        var wish = Add($"buy {element}", async (node, wish) =>
        {
            var (row, _) = await node.Get<CreatePurchase>().RunAsync(Buyer, request, None);
            wish.Answer(row.Id);
            await node.Get<AdvancePurchase>().RunAsync(row.Id, None);
        });
        buys.Add(wish);
        return wish;
    }

    private IReadOnlyList<Act> Refund()
    {
        if (Pick(buys) is not { Id: { } purchase })
        {
            return Buy();
        }

        // Parts of it, all of it, more than it; asked for twice under one key, or at once under two.
        long?[] amounts = [null, 1_00, 4_00, 7_00, 8_00];
        Wish Refunding(long? amount)
        {
            var key = NewKey();
            return Add("refund", async (node, wish) =>
            {
                var (refund, _) = await node.Get<RefundStore>().CreateAsync(Cast.Page, purchase, key, amount, null, [(byte)(amount ?? 0)], None);
                wish.Answer(refund.Id);
                await node.Get<AdvancePurchase>().RunAsync(purchase, None);
            });
        }

        var (first, second) = (amounts[random.Next(amounts.Length)], amounts[random.Next(amounts.Length)]);
        return random.Next(3) switch
        {
            0 => Twice(Refunding(first)),
            1 => [Asking(Refunding(first)), Asking(Refunding(second))],
            _ => [Asking(Refunding(first))],
        };
    }

    /// <summary>The payer's bank asked them, and they answer.</summary>
    private IReadOnlyList<Act> AnswerBank()
    {
        var yes = random.Next(3) > 0;
        return
        [
            new(yes ? "bank: yes" : "bank: no", async _ => await Turns.FarAwayAsync(async () =>
            {
                await using var connection = await around.Direct.OpenConnectionAsync();
                var paid = await connection.QueryFirstOrDefaultAsync<string>(yes
                    ? "update payments.sandbox_payments set status = 'captured', captured_minor = amount_minor where status = 'requires_action' and challenge_expires_at > @now returning ref"
                    : "update payments.sandbox_payments set status = 'failed', failure = 'authentication_failed' where status = 'requires_action' returning ref",
                    new { now = around.Time.GetUtcNow().UtcDateTime });
                if (paid is not null)
                {
                    await SandboxEvents.PlanAsync(connection, null, paid, null, around.Time.GetUtcNow().UtcDateTime, copies: 1, None);
                }

                return 0;
            })),
        ];
    }

    private IReadOnlyList<Act> GiveUp() => Pick(buys) is not { Id: { } purchase } ? Buy() :
    [
        new("give up", async node =>
        {
            if (await node.Get<PurchaseStore>().AskToCancelAsync(purchase, None))
            {
                await node.Get<AdvancePurchase>().RunAsync(purchase, None);
            }
        }),
    ];

    private IReadOnlyList<Act> Twice(Wish wish) => random.Next(3) == 0 ? [Asking(wish), Asking(wish), Asking(wish)] : [Asking(wish), Asking(wish)];

    private static Act Asking(Wish wish) => new(wish.What, wish.AskAsync);

    private Wish Add(string what, Func<Node, Wish, Task> askAsync)
    {
        var wish = new Wish(what, askAsync);
        Wishes.Add(wish);
        return wish;
    }

    private T? Pick<T>(List<T> from) => from.Count == 0 ? default : from[random.Next(from.Count)];

    private PersonId Someone(PersonId? but = null) => cast.People.Where(person => person != but).ElementAt(random.Next(cast.People.Count - (but is null ? 0 : 1)));

    private Money Some(int most) => new(1 + random.Next(most), Currency.Eur);

    private Guid NewKey()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new(bytes);
    }
}
