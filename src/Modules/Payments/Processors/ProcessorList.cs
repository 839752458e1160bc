namespace Stoa.Payments.Processors;

/// <summary>The processors of this server, by the name that stored rows carry.</summary>
internal sealed class ProcessorList(IEnumerable<IProcessor> processors)
{
    private readonly Dictionary<string, IProcessor> byName = processors.ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">A stored row names a processor that this server does not have any more.</exception>
    public ValueTask<IProcessor> FindAsync(string? name, CancellationToken cancellationToken) => new(Find(name));

    /// <exception cref="InvalidOperationException">A stored row names a processor that this server does not have any more.</exception>
    public IProcessor Find(string? name) =>
        name is not null && byName.TryGetValue(name, out var processor) ? processor : throw new InvalidOperationException($"This server has no processor '{name}'.");
}
