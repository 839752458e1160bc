using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Live;
using Stoa.Hosting.Nodes;
using Stoa.Kernel;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Live;

/// <summary>
/// Who is here, told to those who may see it and to nobody else. A page that reloads does not flicker: leaving counts after five seconds.
/// When somebody was last here is written when they leave and, for the day the process dies, each minute while they are here.
/// </summary>
internal sealed partial class Presence : ILiveListener, IDisposable
{
    /// <summary>People to whom one person's coming is told, and whose state they are told: those they last wrote with.</summary>
    public const int PeersMax = 1_000;

    private const int AtOnce = 200;
    private const int TicksBetweenNotes = 60;
    private static readonly TimeSpan leavesAfter = TimeSpan.FromSeconds(5);

    private readonly PresenceRows rows;
    private readonly PresenceNews news;

    // Of those who were at a node that is gone: each node that is left has noticed, and tells its own sockets.
    private readonly PresenceNews newsOfLost;
    private readonly ILiveHub hub;
    private readonly TimeProvider time;
    private readonly ILogger<Presence> log;
    private readonly ITimer clock;
    // Those at this node of whom has been told that they are here. Who comes back before their leaving counts is among them still.
    private readonly ConcurrentDictionary<PersonId, byte> here = new();
    private readonly ConcurrentDictionary<PersonId, Leave> leaving = new();
    private int ticks;
    private int busy;

    public Presence(NpgsqlDataSource database, ILiveBus bus, ILiveHub hub, INodes nodes, TimeProvider time, ILogger<Presence> log)
    {
        (rows, this.hub, this.time, this.log) = (new(database), hub, time, log);
        // Who is at another node is heard of a little later than they are there: with several nodes everybody is told.
        news = new(person => nodes.AreSeveral || hub.IsConnected(person), hub.SendToPeople);
        newsOfLost = new(person => bus.Reaches([person]), (people, frame) => bus.Publish(new(people, frame)));
        hub.Lost += OnLost;
        clock = time.CreateTimer(_ => Tick(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public async Task ConnectedAsync(ILiveConnection connection, bool first, CancellationToken cancellationToken)
    {
        // Whoever comes back before they counted as gone, or is at another node as well, was here all the time: of those who were at this node
        // the list of who is here says so, even while an earlier coming of theirs is still on its way to it.
        var cameFromLost = leaving.TryRemove(connection.Person, out var leave) && !leave.OfOurs;
        var peers = (await rows.FindPeersAsync([connection.Person], evenHidden: false, cancellationToken))[connection.Person].ToArray();
        if (here.TryAdd(connection.Person, 0) && !cameFromLost && !hub.IsOnlineElsewhere(connection.Person))
        {
            news.Tell(peers, new(connection.Person, Online: true));
        }

        if (Online(peers) is { Length: > 0 } online)
        {
            connection.Send(ThreadFrames.Presence(online));
        }
    }

    // Perhaps heard after they have come back already: whether they have left is looked at when it counts.
    public void Disconnected(PersonId person) => leaving[person] = new(time.GetTimestamp(), Instant.Now(time), OfOurs: true);

    /// <summary>Of these people, those whom the reader may see.</summary>
    public async Task<IReadOnlyList<Seen>> FindAsync(PersonId reader, PersonId[] people, CancellationToken cancellationToken) =>
        [.. (await rows.FindVisibleAsync(reader, people, cancellationToken)).Select(found => IsOnline(found.Person) ? new(found.Person, true) : new Seen(found.Person, false, found.LastSeen))];

    /// <summary>This person shows their presence from now on, or does no longer: then they are gone for the others, and nobody knows since when.</summary>
    public async Task SwitchedAsync(PersonId person, bool shows, CancellationToken cancellationToken)
    {
        var peers = (await rows.FindPeersAsync([person], evenHidden: !shows, cancellationToken))[person].ToArray();
        if (!IsOnline(person))
        {
            return;
        }

        news.Tell(peers, new(person, Online: shows));
        if (shows)
        {
            foreach (var online in Online(peers))
            {
                news.Tell([person], online);
            }
        }
    }

    /// <summary>The two of a direct thread see each other from now on, or do no longer: an acceptance, a block, its end.</summary>
    public async Task TellEachOtherAsync(PersonId person, ThreadId thread, CancellationToken cancellationToken)
    {
        if (await rows.FindOtherAsync(person, thread, cancellationToken) is not { } other)
        {
            return;
        }

        var visible = (await rows.FindVisibleAsync(person, [other], cancellationToken)).Count > 0;
        news.Tell([other], new(person, visible && IsOnline(person)));
        news.Tell([person], new(other, visible && IsOnline(other)));
    }

    public void Dispose()
    {
        hub.Lost -= OnLost;
        clock.Dispose();
    }

    private bool IsOnline(PersonId person) => hub.IsOnline(person);

    private void OnLost(IReadOnlyList<PersonId> people)
    {
        var lost = new Leave(time.GetTimestamp(), Instant.Now(time), OfOurs: false);
        foreach (var person in people)
        {
            leaving.TryAdd(person, lost);
        }
    }

    private Seen[] Online(IEnumerable<PersonId> people) => [.. people.Where(IsOnline).Select(person => new Seen(person, Online: true))];

    private void Tick()
    {
        news.Flush();
        newsOfLost.Flush();
        // One at a time: a slow database makes the news late, not many.
        if (Interlocked.CompareExchange(ref busy, 1, 0) == 0)
        {
            _ = TellLeftAsync();
        }
    }

    private async Task TellLeftAsync()
    {
        try
        {
            var left = leaving.Where(leave => time.GetElapsedTime(leave.Value.Since) >= leavesAfter && leaving.TryRemove(leave) && HasLeft(leave.Key)).ToArray();
            foreach (var some in left.Chunk(AtOnce))
            {
                await rows.KeepAsync([.. some.Select(leave => (leave.Key, leave.Value.At))], CancellationToken.None);
                var peers = await rows.FindPeersAsync([.. some.Select(leave => leave.Key)], evenHidden: false, CancellationToken.None);
                foreach (var (person, leave) in some)
                {
                    (leave.OfOurs ? news : newsOfLost).Tell([.. peers[person]], new(person, Online: false, leave.At));
                    if (hub.IsConnected(person))
                    {
                        // They came back while it was told.
                        news.Tell([.. peers[person]], new(person, Online: true));
                    }
                }
            }

            if (++ticks % TicksBetweenNotes == 0)
            {
                var now = Instant.Now(time);
                foreach (var some in here.Keys.Where(hub.IsConnected).Chunk(AtOnce))
                {
                    await rows.KeepAsync([.. some.Select(person => (person, now))], CancellationToken.None);
                }
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or ObjectDisposedException)
        {
            LogNotTold(exception);
        }
        finally
        {
            Volatile.Write(ref busy, 0);
        }
    }

    /// <summary>From this node, and then whether from all.</summary>
    private bool HasLeft(PersonId person)
    {
        if (!hub.IsConnected(person))
        {
            here.TryRemove(person, out _);
        }

        return !IsOnline(person);
    }

    /// <param name="OfOurs">Their last socket was here, as against at a node that is gone.</param>
    private readonly record struct Leave(long Since, DateTimeOffset At, bool OfOurs);

    [LoggerMessage(303, LogLevel.Warning, "That somebody has left could not be told; others see it when they reconnect.")]
    private partial void LogNotTold(Exception exception);
}
