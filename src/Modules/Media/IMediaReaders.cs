using Stoa.Kernel;

namespace Stoa.Media;

/// <summary>Says who may read the events that use media. Media knows no threads; the Threads module implements it.</summary>
public interface IMediaReaders
{
    /// <summary>Whether the person may read at least one of these events at this moment.</summary>
    /// <param name="places">1 to 100.</param>
    ValueTask<bool> MayReadAsync(PersonId reader, IReadOnlyList<MediaPlace> places, CancellationToken cancellationToken);
}
