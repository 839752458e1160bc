using System.Diagnostics;
using Stoa.Kernel;
using Stoa.Threads.Membership;

namespace Stoa.Threads.Live;

/// <summary>
/// Looks at the ends of the logs that people here watch, when news of other nodes may have been lost. In steps, so that news goes on in
/// between; and not more often than four times a second, whatever is lost.
/// </summary>
internal sealed class CatchUp(ThreadEnds ends, WatchedThreads watched, Members members)
{
    private const int PeopleInStep = 200;
    private const int ThreadsOfOneMax = 5_000;
    private static readonly long rests = Stopwatch.Frequency / 4;

    private readonly Queue<PersonId[]> left = new();
    private volatile bool wanted;
    private long restsUntil;

    /// <summary>Something may have been lost. From any thread.</summary>
    public void Want() => wanted = true;

    /// <summary>When the next step is due, in ticks of the stopwatch; null when nothing is wanted.</summary>
    public long? DueAt => left.Count > 0 ? 0 : wanted ? restsUntil : null;

    /// <summary>Looks for some of the people. What is missing is known to <see cref="WatchedThreads.TakeLate"/> afterwards.</summary>
    /// <returns>Threads they have become members of without our hearing of it.</returns>
    public async Task<List<(PersonId Person, ThreadId Thread)>> StepAsync(CancellationToken cancellationToken)
    {
        if (left.Count == 0)
        {
            // What is lost from here on asks for another round.
            wanted = false;
            members.ForgetAll();
            foreach (var chunk in watched.People.Chunk(PeopleInStep))
            {
                left.Enqueue(chunk);
            }
        }

        try
        {
            var unknown = left.TryDequeue(out var people) ? watched.Compare(await ends.FindAsync(people, ThreadsOfOneMax, cancellationToken)) : [];
            if (left.Count == 0)
            {
                restsUntil = Stopwatch.GetTimestamp() + rests;
            }

            return unknown;
        }
        catch
        {
            left.Clear();
            wanted = true;
            throw;
        }
    }
}
