using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Live;
using Stoa.Kernel;

namespace Stoa.Threads.Live;

/// <summary>Who is online, told to those they share a direct thread with and to nobody else. A page that reloads does not flicker: leaving counts after five seconds.</summary>
internal sealed partial class Presence : ILiveListener, IDisposable
{
    private const int PeersMax = 1_000;
    private static readonly TimeSpan leavesAfter = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource database;
    private readonly ILiveBus bus;
    private readonly ILiveHub hub;
    private readonly TimeProvider time;
    private readonly ILogger<Presence> log;
    private readonly ITimer clock;
    private readonly ConcurrentDictionary<PersonId, Leaving> leaving = new();

    public Presence(NpgsqlDataSource database, ILiveBus bus, ILiveHub hub, TimeProvider time, ILogger<Presence> log)
    {
        (this.database, this.bus, this.hub, this.time, this.log) = (database, bus, hub, time, log);
        hub.Lost += OnLost;
        clock = time.CreateTimer(_ => TellLeft(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public async Task ConnectedAsync(ILiveConnection connection, bool first, CancellationToken cancellationToken)
    {
        // Whoever comes back before they counted as gone, or is at another node as well, was online all the time.
        var news = !leaving.TryRemove(connection.Person, out _) && first && !hub.IsOnlineElsewhere(connection.Person);
        var peers = await FindPeersAsync(connection.Person, cancellationToken);
        if (news)
        {
            hub.SendToPeople(peers, ThreadFrames.Presence(connection.Person, online: true));
        }

        foreach (var peer in peers)
        {
            if (hub.IsOnline(peer))
            {
                connection.Send(ThreadFrames.Presence(peer, online: true));
            }
        }
    }

    public void Disconnected(PersonId person) => leaving[person] = new(time.GetTimestamp(), OfOurs: true);

    public void Dispose()
    {
        hub.Lost -= OnLost;
        clock.Dispose();
    }

    private void OnLost(IReadOnlyList<PersonId> people)
    {
        var now = time.GetTimestamp();
        foreach (var person in people)
        {
            leaving.TryAdd(person, new(now, OfOurs: false));
        }
    }

    private void TellLeft()
    {
        foreach (var (person, left) in leaving)
        {
            if (time.GetElapsedTime(left.Since) >= leavesAfter && leaving.TryRemove(new KeyValuePair<PersonId, Leaving>(person, left)) && !hub.IsOnline(person))
            {
                _ = TellLeftAsync(person, left.OfOurs);
            }
        }
    }

    private async Task TellLeftAsync(PersonId person, bool ofOurs)
    {
        try
        {
            var (peers, frame) = (await FindPeersAsync(person, CancellationToken.None), ThreadFrames.Presence(person, online: false));
            if (ofOurs)
            {
                hub.SendToPeople(peers, frame);
            }
            else
            {
                // Each node that is left has noticed, and tells its own.
                bus.Publish(new(peers, frame));
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or ObjectDisposedException)
        {
            LogNotTold(exception);
        }
    }

    private async Task<List<PersonId>> FindPeersAsync(PersonId person, CancellationToken cancellationToken)
    {
        var peers = new List<PersonId>();
        await using var command = database.CreateCommand(
            """
            (select party_b from threads.threads where kind = 1 and kind in (1, 2) and party_a = $1)
            union all
            (select party_a from threads.threads where kind = 1 and party_b = $1)
            limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PeersMax });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            peers.Add(new(reader.GetInt64(0)));
        }

        return peers;
    }

    /// <param name="OfOurs">Their last socket was here, as against at a node that is gone.</param>
    private readonly record struct Leaving(long Since, bool OfOurs);

    [LoggerMessage(303, LogLevel.Warning, "That somebody has left could not be told; others see it when they reconnect.")]
    private partial void LogNotTold(Exception exception);
}
