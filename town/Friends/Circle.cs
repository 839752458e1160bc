using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Stoa.Town.Friends;

/// <summary>All simulated people together: they open the world, live side by side, and know each other's words.</summary>
internal sealed partial class Circle(
    IReadOnlyList<Friend> friends, PeopleApi api, Sessions sessions, int seed, TimeProvider time, ILogger<Circle> log)
{
    private readonly ConcurrentDictionary<string, Friend> byId = [];

    /// <summary>Says what is in the inboxes at first sight. A world that is not the demo world has no such people, and stays as it is.</summary>
    public async Task OpenWorldAsync(CancellationToken cancellation)
    {
        Dictionary<(string, string), string> threads = [];
        try
        {
            foreach (var friend in friends) await IdOfAsync(friend, cancellation);
            for (var i = sessions.Opened; i < Openings.All.Count; i++)
            {
                var opening = Openings.All[i];
                var pair = (opening.From, opening.To);
                if (!threads.TryGetValue(pair, out var thread))
                {
                    threads[pair] = thread = await sessions.CallAsync(opening.From, token => api.OpenAsync(token, opening.To, cancellation), cancellation);
                    // They are friends: what was said between them stands in the inbox, not among the requests of strangers.
                    await sessions.CallAsync(opening.To, token => AcceptAsync(token, thread, cancellation), cancellation);
                }
                var id = StableId.Of("opening", opening.From, opening.To, opening.Text);
                await sessions.CallAsync(opening.From, token => SendAsync(token, thread, id, opening.Text, cancellation), cancellation);
            }
            await sessions.SaidAsync(Openings.All.Count, cancellation);
        }
        catch (Exception failure) when (failure is PeopleApiException or HttpRequestException)
        {
            LogNotOpened(failure.Message);
        }
    }

    /// <summary>Ends when all have gone offline.</summary>
    public Task LiveAsync(CancellationToken cancellation) =>
        Task.WhenAll(friends.Select(friend => new FriendLife(friend, this, api, sessions, seed, time, log).RunAsync(cancellation)));

    public async Task<string> IdOfAsync(Friend friend, CancellationToken cancellation)
    {
        var id = await sessions.CallAsync(friend.Handle, token => api.MyIdAsync(token, cancellation), cancellation);
        byId[id] = friend;
        return id;
    }

    /// <summary>
    /// Whether the simulation wrote this message. Its sender alone sees the client id that tells, so the sender is asked:
    /// a newcomer may be signed in as one of them and deserves an answer.
    /// </summary>
    public async Task<bool> WroteAsync(string thread, HeardMessage message, CancellationToken cancellation)
    {
        if (!byId.TryGetValue(message.Sender, out var friend)) return false;
        var own = await sessions.CallAsync(friend.Handle, token => api.MessageAsync(token, thread, message.Seq, cancellation), cancellation);
        return own is null || StableId.IsOurs(own.ClientId);
    }

    private async Task<bool> AcceptAsync(string token, string thread, CancellationToken cancellation)
    {
        await api.AcceptAsync(token, thread, cancellation);
        return true;
    }

    private async Task<bool> SendAsync(string token, string thread, Guid id, string text, CancellationToken cancellation)
    {
        await api.SendAsync(token, thread, id, text, cancellation);
        return true;
    }

    [LoggerMessage(1, LogLevel.Warning, "The opening conversations were not written: {Reason}")]
    private partial void LogNotOpened(string reason);

    [LoggerMessage(2, LogLevel.Information, "{Handle} is offline: {Reason}")]
    public static partial void LogOffline(ILogger log, string handle, string reason);

    [LoggerMessage(3, LogLevel.Warning, "{Handle} is no demo person here and stays away")]
    public static partial void LogUnknown(ILogger log, string handle);

    /// <summary>Whether the server says that there is no such demo person or no demo world.</summary>
    public static bool IsUnknown(PeopleApiException failure) => failure.Status is HttpStatusCode.NotFound or HttpStatusCode.Forbidden;
}
