using Stoa.Hosting;
using Stoa.Kernel;
using Stoa.Payments.Methods;
using Stoa.Payments.Sandbox;
using Stoa.People;

namespace Stoa.Payments.Demo;

/// <summary>Gives the people of the demo world a saved card, once: its token follows from the person. Who deletes it does not get it again.</summary>
internal sealed class SeedDemoCards(IPeople people, SandboxProcessor sandbox, MethodStore methods, TimeProvider time) : IDemoSeed
{
    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        foreach (var person in await people.ListDemoAsync(cancellationToken))
        {
            if (await methods.HasEverHadAsync(person.Id, cancellationToken))
            {
                continue;
            }

            var token = new SandboxToken(DerivedId.Of("payments.demo-card/1", person.Id.ToString()).ToString("N"), "visa", "4242", 8, time.GetUtcNow().Year + 3);
            if (await sandbox.SaveAsync(token.ToString(), person.Id, cancellationToken) is { } card)
            {
                await methods.SaveAsync(person.Id, sandbox.Name, card, cancellationToken);
            }
        }
    }
}
