using Stoa.Kernel;

namespace Stoa.Hosting.Live;

/// <summary>One frame on its way to people's devices.</summary>
/// <param name="To">Everybody to be told; who is not connected is told nothing.</param>
/// <param name="Frame">A JSON object in UTF-8, written once for all of them.</param>
public sealed record LiveNews(IReadOnlyList<PersonId> To, ReadOnlyMemory<byte> Frame)
{
    /// <summary>Gets <see cref="AuthorFrame"/> in place of <see cref="Frame"/>: what only the sender may see.</summary>
    public PersonId Author { get; init; }

    public ReadOnlyMemory<byte> AuthorFrame { get; init; }

    /// <summary>With <see cref="Seq"/>: the place in a thread's log, so that a device that has replayed past it is not told twice. Seq 0 is no place.</summary>
    public ThreadId Thread { get; init; }

    public long Seq { get; init; }
}

/// <summary>Carries news to the sockets of this node, in the order in which it was handed over. What all nodes' sockets shall get goes through <see cref="ILiveHub"/>.</summary>
public interface ILiveBus
{
    /// <summary>Whether telling these people can reach anybody here; false saves the writing of the frame.</summary>
    bool Reaches(IReadOnlyList<PersonId> people);

    /// <summary>Never waits.</summary>
    void Publish(LiveNews news);
}

/// <summary>Straight to the sockets.</summary>
internal sealed class LiveBus(LiveConnections connections) : ILiveBus
{
    public bool Reaches(IReadOnlyList<PersonId> people)
    {
        for (var i = 0; i < people.Count; i++)
        {
            if (connections.IsConnected(people[i]))
            {
                return true;
            }
        }

        return false;
    }

    public void Publish(LiveNews news) => connections.Deliver(news);
}
