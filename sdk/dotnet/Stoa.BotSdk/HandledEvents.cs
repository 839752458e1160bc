namespace Stoa.BotSdk;

/// <summary>Which events were handled to their end. A delivery may come again: after a crash, after an answer that got lost, replayed by hand.</summary>
public interface IHandledEvents
{
    /// <param name="id">See <see cref="BotEvent.Id"/>.</param>
    bool Contains(string id);

    /// <summary>Called after the handler has ended well and before the delivery is acknowledged.</summary>
    void Add(string id);
}

/// <summary>The newest events, in memory: a bot that starts anew may handle its last one again.</summary>
/// <param name="most">How many are kept; deliveries come in order, so a repeat is a recent one.</param>
public sealed class RecentEvents(int most = 10_000) : IHandledEvents
{
    private readonly Lock gate = new();
    private readonly HashSet<string> known = [];
    private readonly Queue<string> order = [];

    public bool Contains(string id)
    {
        lock (gate)
        {
            return known.Contains(id);
        }
    }

    public void Add(string id)
    {
        lock (gate)
        {
            if (known.Add(id))
            {
                order.Enqueue(id);
                if (order.Count > most)
                {
                    known.Remove(order.Dequeue());
                }
            }
        }
    }
}

/// <summary>The newest events, in a file of one line each: known again after a restart. One process at a time.</summary>
public sealed class HandledEventsFile : IHandledEvents, IDisposable
{
    private readonly Lock gate = new();
    private readonly RecentEvents recent;
    private readonly string path;
    private readonly int most;
    private FileStream file;
    private int lines;

    /// <param name="path">Made where it is not there.</param>
    /// <param name="most">How many events are kept; the file holds at most twice as many lines.</param>
    /// <exception cref="IOException">Another process has the file, or it cannot be written.</exception>
    public HandledEventsFile(string path, int most = 10_000)
    {
        (this.path, this.most) = (path, most);
        recent = new(most);
        var before = File.Exists(path) ? File.ReadAllLines(path) : [];
        foreach (var id in before.TakeLast(most))
        {
            recent.Add(id);
        }

        file = Rewrite(before.TakeLast(most));
    }

    public bool Contains(string id) => recent.Contains(id);

    /// <summary>Returns when the line is on disk.</summary>
    public void Add(string id)
    {
        lock (gate)
        {
            recent.Add(id);
            if (++lines > 2 * most)
            {
                file.Dispose();
                file = Rewrite(File.ReadLines(path).TakeLast(most));
            }

            file.Write(System.Text.Encoding.UTF8.GetBytes(id + "\n"));
            file.Flush(flushToDisk: true);
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>Whole or not at all: a line cut short by a crash is dropped with the old file.</summary>
    private FileStream Rewrite(IEnumerable<string> kept)
    {
        var anew = path + ".new";
        string[] all = [.. kept];
        File.WriteAllLines(anew, all);
        File.Move(anew, path, overwrite: true);
        lines = all.Length;
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }
}

/// <summary>For a bot that keeps its own account of what it has done, with its own data.</summary>
public sealed class NothingHandled : IHandledEvents
{
    public bool Contains(string id) => false;

    public void Add(string id)
    {
    }
}
