using Stoa.Kernel;

namespace Stoa.Media.Uses;

/// <summary>Until a module says who may read events, nobody but an upload's owner may.</summary>
internal sealed class NobodyElse : IMediaReaders
{
    public ValueTask<bool> MayReadAsync(PersonId reader, IReadOnlyList<MediaPlace> places, CancellationToken cancellationToken) => new(false);
}
