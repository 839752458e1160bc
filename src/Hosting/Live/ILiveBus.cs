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

/// <summary>Carries news to the sockets of every node. News of one thread handed over in order arrives in order from each node.</summary>
/// <remarks>A hint, never the truth: what a bus loses costs a look at the log.</remarks>
public interface ILiveBus
{
    /// <summary>Whether telling these people can reach anybody; false saves the writing of the frame.</summary>
    bool Reaches(IReadOnlyList<PersonId> people);

    /// <summary>Never waits.</summary>
    void Publish(LiveNews news);
}

/// <summary>The bus of a single node: straight to its own sockets.</summary>
internal sealed class InProcessLiveBus(LiveConnections connections) : ILiveBus
{
    public bool Reaches(IReadOnlyList<PersonId> people)
    {
        for (var i = 0; i < people.Count; i++)
        {
            if (connections.Of(people[i]).Length > 0)
            {
                return true;
            }
        }

        return false;
    }

    public void Publish(LiveNews news) => connections.Deliver(news);
}
