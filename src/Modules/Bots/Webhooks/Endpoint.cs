namespace Stoa.Bots.Webhooks;

/// <summary>What this node knows of an app's endpoint: calls under way, and whether anybody is there.</summary>
internal sealed class Endpoint
{
    private const int DownAfterFailures = 3;

    private readonly Lock gate = new();
    private int underWay;
    private int failuresInARow;
    private bool wanted;
    private DateTimeOffset? acceptedAt;
    private int noted;

    /// <summary>Marks that it stands in the queue of those that have something to deliver.</summary>
    /// <returns>False when it stood there already.</returns>
    public bool TryNote() => Interlocked.Exchange(ref noted, 1) == 0;

    /// <summary>It was taken from the queue.</summary>
    public void Unnote() => Interlocked.Exchange(ref noted, 0);

    /// <summary>When it last acknowledged anything, as far as this node knows.</summary>
    public DateTimeOffset? AcceptedAt
    {
        get
        {
            lock (gate)
            {
                return acceptedAt;
            }
        }
    }

    /// <summary>The failure just noted was the one that made it count as down.</summary>
    public bool JustWentDown
    {
        get
        {
            lock (gate)
            {
                return failuresInARow == DownAfterFailures;
            }
        }
    }

    /// <summary>How many more lanes may begin. Where nobody answers, one at a time asks whether somebody is back.</summary>
    public int FreeOf(int most)
    {
        lock (gate)
        {
            var free = Math.Max(0, (failuresInARow >= DownAfterFailures ? 1 : most) - underWay);
            wanted |= free == 0;
            return free;
        }
    }

    /// <param name="full">There may be more than there was room for.</param>
    public void Take(int lanes, bool full)
    {
        lock (gate)
        {
            underWay += lanes;
            wanted |= full;
        }
    }

    /// <returns>Whether there may be more to begin, now that there is room.</returns>
    public bool Give()
    {
        lock (gate)
        {
            underWay--;
            var more = wanted;
            wanted = false;
            return more;
        }
    }

    /// <param name="accepted">When it acknowledged, if it did.</param>
    /// <returns>Whether it is back after having been down.</returns>
    public bool Note(bool alive, DateTimeOffset? accepted)
    {
        lock (gate)
        {
            acceptedAt = accepted ?? acceptedAt;
            var wasDown = failuresInARow >= DownAfterFailures;
            failuresInARow = alive ? 0 : failuresInARow + 1;
            return wasDown && alive;
        }
    }
}
