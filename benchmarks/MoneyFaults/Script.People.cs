using Stoa.Kernel;
using Stoa.Payments.BetweenPeople;

namespace Stoa.Bench.MoneyFaults;

/// <summary>The half that is about money between people.</summary>
internal sealed partial class Script
{
    private readonly List<(Wish Wish, PersonId Asker, ThreadId Thread, PersonId[] Asked, Dictionary<PersonId, long> Shares)> bills = [];
    private readonly List<(Wish Wish, PersonId Giver)> gifts = [];
    private readonly List<(string Secret, PersonId Sender)> links = [];

    private IReadOnlyList<Act> Send()
    {
        var from = Someone();
        var to = Someone(but: from);
        int? delay = random.Next(3) == 0 ? delays[random.Next(delays.Length)] : null;
        var wish = Sending(from, new(NewKey(), cast.Direct[(from, to)], Some(25_00), to, Cast.Name, FirstPaymentConfirmed: true, SendInSeconds: delay));
        undoable.Add((wish, from));
        return random.Next(3) == 0 ? Twice(wish) : [Asking(wish)];
    }

    private Wish Sending(PersonId from, SendMoney.Request request) => Add(request.Paying is null ? "send" : "pay share", async (node, wish) =>
        wish.Answer((await node.Get<SendMoney>().RunAsync(from, request, None)).View.Id));

    private IReadOnlyList<Act> SendByLink()
    {
        var from = Someone();
        // 22 characters of the link's alphabet; the real ones are drawn by the client.
        var secret = $"secret-of-the-link-{secrets++:0000}";
        var request = new SendByLink.Request(NewKey(), secret, Some(20_00));
        var wish = Add("send by link", async (node, wish) => wish.Answer((await node.Get<SendByLink>().RunAsync(from, request, None)).View.Id));
        links.Add((secret, from));
        undoable.Add((wish, from));
        return random.Next(2) == 0 ? Twice(wish) : [Asking(wish)];
    }

    /// <summary>As the routes of a link do: one or two people take it at the same time.</summary>
    private IReadOnlyList<Act> Claim()
    {
        if (Pick(links) is not ({ } secret, var sender))
        {
            return SendByLink();
        }

        return [.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => Someone(but: sender)).Distinct().Select(person => new Act("claim link", async node =>
        {
            var store = node.Get<MoneyStore>();
            if (await store.FindByClaimAsync(Payments.BetweenPeople.SendByLink.HashOf(secret), None) is not { } row)
            {
                return;
            }

            if (row.Receiver is null && row.State == SendingState.Unclaimed)
            {
                row = await store.ClaimAsync(row, person, None);
            }

            if (row.Receiver == person)
            {
                await node.Get<AdvanceMoney>().TransferAsync(row, None);
            }
        }))];
    }

    /// <summary>As the route of taking back does.</summary>
    private IReadOnlyList<Act> TakeBack() => Pick(undoable) is not ({ Id: { } id }, _) ? Send() :
    [
        new("take back", async node =>
        {
            var row = await node.Get<MoneyStore>().FindTransferAsync(id, None);
            if (row is { State: SendingState.Waiting })
            {
                row = await node.Get<AdvanceMoney>().TakeBackAsync(row, None);
            }

            if (row is { State: SendingState.Unclaimed })
            {
                await node.Get<AdvanceMoney>().GiveBackAsync(row, None);
            }
        }),
    ];

    private IReadOnlyList<Act> AskForIt()
    {
        var asker = Someone();
        var split = random.Next(2) == 0;
        PersonId[] asked = split ? [.. cast.People.Where(person => person != asker)] : [Someone(but: asker)];
        var thread = split ? cast.Group : cast.Direct[(asker, asked[0])];
        var request = new AskForMoney.Request(NewKey(), thread, new(4 + random.Next(30_00), Currency.Eur), null, split ? new(asked) : null);
        var shares = new Dictionary<PersonId, long>();
        var wish = Add("ask", async (node, wish) =>
        {
            var (view, _) = await node.Get<AskForMoney>().RunAsync(asker, request, None);
            lock (shares)
            {
                view.Shares?.ToList().ForEach(share => shares[share.Person.Id] = share.Amount.AmountMinor);
            }

            wish.Answer(view.Id);
        });
        bills.Add((wish, asker, thread, asked, shares));
        return random.Next(3) == 0 ? Twice(wish) : [Asking(wish)];
    }

    /// <summary>Often by two devices with a sheet each, which must pay it once.</summary>
    private IReadOnlyList<Act> PayShare()
    {
        if (Pick(bills) is not { Wish.Id: { } bill } asked)
        {
            return AskForIt();
        }

        var payer = asked.Asked[random.Next(asked.Asked.Length)];
        Wish Paying() => Sending(payer, new(NewKey(), asked.Thread, new(asked.Shares[payer], Currency.Eur), asked.Asker, Cast.Name, FirstPaymentConfirmed: true, Paying: bill));
        return random.Next(2) == 0 ? [Asking(Paying()), Asking(Paying())] : [Asking(Paying())];
    }

    private IReadOnlyList<Act> EndShares()
    {
        if (Pick(bills) is not { Wish.Id: { } id } asked)
        {
            return AskForIt();
        }

        PersonId? payer = random.Next(2) == 0 ? asked.Asked[0] : null;
        return
        [
            new(payer is null ? "withdraw request" : "decline", async node =>
            {
                if (await node.Get<MoneyStore>().FindBillAsync(id, None) is { } bill)
                {
                    await node.Get<MoneyStore>().EndSharesAsync(bill, payer, payer is null ? ShareAct.Cancel : ShareAct.Decline, None);
                }
            }),
        ];
    }

    private IReadOnlyList<Act> Give()
    {
        var giver = Someone();
        var request = new GiveToGroup.Request(NewKey(), cast.Group, new(3 + random.Next(20_00), Currency.Eur), 1 + random.Next(3), Random: random.Next(2) == 0);
        var wish = Add("give", async (node, wish) => wish.Answer((await node.Get<GiveToGroup>().RunAsync(giver, request, None)).View.Id));
        gifts.Add((wish, giver));
        return random.Next(2) == 0 ? Twice(wish) : [Asking(wish)];
    }

    /// <summary>As the route of taking does; all members tap at once, some of them twice.</summary>
    private IReadOnlyList<Act> TakePortions()
    {
        if (Pick(gifts) is not ({ Id: { } id }, var giver))
        {
            return Give();
        }

        return [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Someone(but: giver)).Select(person => new Act("take portion", async node =>
        {
            if (await node.Get<GiftStore>().FindAsync(id, None) is { } gift)
            {
                gift = await node.Get<GiftStore>().TakeAsync(gift, person, None);
                if (gift.Portions.Any(portion => portion.Claimer == person))
                {
                    await node.Get<AdvanceGift>().RunAsync(gift, None);
                }
            }
        }))];
    }
}
