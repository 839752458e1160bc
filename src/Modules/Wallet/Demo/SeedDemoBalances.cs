using Stoa.Hosting;
using Stoa.Kernel;
using Stoa.People;

namespace Stoa.Wallet.Demo;

/// <summary>Gives the people of the demo world something to spend, once: the ids of these transfers follow from the person.</summary>
internal sealed class SeedDemoBalances(ILedger ledger, IPeople people) : IDemoSeed
{
    private static readonly Money[] usual = [new(500_00, Currency.Eur)];

    private static readonly Dictionary<string, Money[]> others = new(StringComparer.Ordinal)
    {
        ["noa"] = [new(1_500_00, Currency.Of("ILS")), new(200_00, Currency.Eur)],
        ["zofia"] = [new(500_00, Currency.Eur), new(1_200_00, Currency.Of("PLN"))],
    };

    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        foreach (var person in await people.ListDemoAsync(cancellationToken))
        {
            foreach (var amount in others.GetValueOrDefault(person.Handle, usual))
            {
                var topUp = new Transfer(
                    DerivedId.Of("wallet.demo-topup/1", $"{person.Id}/{amount.Currency}"), TransferKind.Post,
                    new(AccountKind.ProcessorClearing, Owner: 1, amount.Currency), new(AccountKind.Person, person.Id.Value, amount.Currency), amount, "topup");
                var outcome = (await ledger.PostAsync([topUp], cancellationToken))[0];
                if (!outcome.Done)
                {
                    throw new InvalidOperationException($"The demo balance of {amount} for @{person.Handle} was refused: {outcome.Status}.");
                }
            }
        }
    }
}
