using System.Globalization;
using Stoa.Kernel;
using Stoa.Payments.Accounts;
using Stoa.Payments.Sandbox;

namespace Stoa.Payments.Processors;

/// <summary>The processors of this server, by the name that stored rows carry: <c>sandbox</c>, or <c>stripe:7…</c> with a merchant's account.</summary>
internal sealed class ProcessorList(IEnumerable<IProcessor> builtIn, AccountStore accounts, Connectors connectors)
{
    private readonly Dictionary<string, IProcessor> byName = builtIn.ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">A stored row names a processor that this server does not have any more.</exception>
    public async ValueTask<IProcessor> FindAsync(string? name, CancellationToken cancellationToken)
    {
        if (name is not null && byName.TryGetValue(name, out var processor))
        {
            return processor;
        }

        return name?.Split(':') is [var kind, var id] && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && await FindLinkedAsync(kind, number, cancellationToken) is { } linked
                ? linked
                : throw new InvalidOperationException($"This server has no processor '{name}'.");
    }

    /// <summary>What a merchant sells through: the account that it has linked, or the sandbox.</summary>
    public async Task<IProcessor> FindForAsync(PageId merchant, CancellationToken cancellationToken) =>
        await accounts.FindForAsync(merchant, cancellationToken) is { } account ? connectors.Create(account) : byName[SandboxProcessor.ProcessorName];

    /// <summary>A merchant's account at a processor, unlinked since or not; null: there is none of that kind and number.</summary>
    public async Task<IProcessor?> FindLinkedAsync(string kind, long account, CancellationToken cancellationToken) =>
        await accounts.FindAsync(account, cancellationToken) is { } found && found.Processor == kind ? connectors.Create(found) : null;
}
