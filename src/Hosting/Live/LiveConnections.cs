using System.Collections.Concurrent;
using System.Collections.Immutable;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;

namespace Stoa.Hosting.Live;

/// <summary>The sockets of this node, by person.</summary>
internal sealed class LiveConnections : IDisposable
{
    private readonly ConcurrentDictionary<LiveConnection, byte> all = new();
    private readonly ConcurrentDictionary<long, ImmutableArray<LiveConnection>> byPerson = new();
    private readonly SessionEnds ends;
    private readonly ITimer clock;
    private int count;

    public LiveConnections(SessionEnds ends, TimeProvider time)
    {
        this.ends = ends;
        ends.Ended += CloseSession;
        clock = time.CreateTimer(_ => CheckTime(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>A person's first socket has come, or their last has gone.</summary>
    public event Action<PersonId>? PersonChanged;

    /// <summary>Who has a socket here, greeted.</summary>
    public IEnumerable<PersonId> People => byPerson.Select(pair => new PersonId(pair.Key));

    /// <summary>Open sockets, greeted or not.</summary>
    public int Count => Volatile.Read(ref count);

    /// <returns>False when the node has as many as it admits; the connection is kept track of all the same until it has left.</returns>
    public bool TryOpen(LiveConnection connection, int most)
    {
        all[connection] = 0;
        return Interlocked.Increment(ref count) <= most;
    }

    /// <summary>From here on the person's news reaches the connection.</summary>
    /// <returns>Whether it is the person's only one here.</returns>
    public bool Join(LiveConnection connection, int mostPerPerson)
    {
        var now = byPerson.AddOrUpdate(connection.Person.Value,
            static (_, added) => [added], static (_, others, added) => others.Add(added), connection);
        if (now.Length > mostPerPerson)
        {
            now[0].Close(LiveClose.TooMany);
        }

        if (now.Length == 1)
        {
            PersonChanged?.Invoke(connection.Person);
        }

        return now.Length == 1;
    }

    /// <returns>Whether it was the person's last one here.</returns>
    public bool Leave(LiveConnection connection)
    {
        if (all.TryRemove(connection, out _))
        {
            Interlocked.Decrement(ref count);
        }

        while (connection.IsKnown && byPerson.TryGetValue(connection.Person.Value, out var now) && now.Contains(connection))
        {
            var rest = now.Remove(connection);
            var person = connection.Person.Value;
            if (rest.IsEmpty
                ? byPerson.TryRemove(new KeyValuePair<long, ImmutableArray<LiveConnection>>(person, now))
                : byPerson.TryUpdate(person, rest, now))
            {
                if (rest.IsEmpty)
                {
                    PersonChanged?.Invoke(connection.Person);
                }

                return rest.IsEmpty;
            }
        }

        return false;
    }

    public ImmutableArray<LiveConnection> Of(PersonId person) => byPerson.GetValueOrDefault(person.Value, []);

    public void Deliver(LiveNews news)
    {
        for (var i = 0; i < news.To.Count; i++)
        {
            var person = news.To[i];
            var frame = person == news.Author && news.AuthorFrame.Length > 0 ? news.AuthorFrame : news.Frame;
            foreach (var connection in Of(person))
            {
                connection.Offer(frame, news.Thread, news.Seq);
            }
        }
    }

    public bool IsConnected(PersonId person) => !Of(person).IsEmpty;

    public void CloseAll(LiveClose why)
    {
        foreach (var connection in all.Keys)
        {
            connection.Close(why);
        }
    }

    public void Dispose()
    {
        ends.Ended -= CloseSession;
        clock.Dispose();
    }

    private void CloseSession(Guid session)
    {
        foreach (var connection in all.Keys)
        {
            if (connection.IsKnown && connection.Session == session)
            {
                connection.Close(LiveClose.NotSignedIn);
            }
        }
    }

    private void CheckTime()
    {
        foreach (var connection in all.Keys)
        {
            connection.CheckTime();
        }
    }
}
