using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Stoa.Town.Flights;

namespace Stoa.Town.Friends;

/// <summary>One simulated person's days: online, reading, typing, answering, and now and then in a tunnel.</summary>
internal sealed class FriendLife(Friend friend, Circle circle, PeopleApi api, Sessions sessions, int seed, TimeProvider time, ILogger log)
{
    /// <summary>Close code of the gateway for a session that has ended.</summary>
    private const int NotSignedIn = 4001;

    private const int HeardMost = 40;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan TypingMost = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan TypingEvery = TimeSpan.FromSeconds(3.2);

    /// <summary>Thread to the last number seen: what a new connection asks to go on from.</summary>
    private readonly Dictionary<string, long> seen = [];

    private readonly Dictionary<string, CancellationTokenSource> thinking = [];
    private readonly List<Task> answers = [];
    private int connections;

    public async Task RunAsync(CancellationToken stop)
    {
        var pause = FirstPause;
        try
        {
            while (true)
            {
                try
                {
                    var away = await OnlineAsync(stop);
                    pause = FirstPause;
                    await Task.Delay(away, time, stop);
                    continue;
                }
                catch (PeopleApiException refused) when (Circle.IsUnknown(refused))
                {
                    Circle.LogUnknown(log, friend.Handle);
                    return;
                }
                catch (Exception failure) when (failure is PeopleApiException or HttpRequestException or WebSocketException or JsonException || (failure is OperationCanceledException && !stop.IsCancellationRequested))
                {
                    Circle.LogOffline(log, friend.Handle, failure.Message);
                }
                await Task.Delay(pause, time, stop);
                pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, pause.Ticks * 2));
            }
        }
        catch (OperationCanceledException)
        {
            // The town closes.
        }
    }

    /// <returns>How long to stay away.</returns>
    private async Task<TimeSpan> OnlineAsync(CancellationToken stop)
    {
        var self = await circle.IdOfAsync(friend, stop);
        var token = await sessions.TokenAsync(friend.Handle, stop);
        var threads = await api.ThreadsAsync(token, stop);
        foreach (var thread in threads) seen.TryAdd(IdOf(thread), thread.GetProperty("lastSeq").GetInt64());

        connections++;
        using var tunnel = friend.Online is var (online, _) ? new CancellationTokenSource(Varied(online), time) : new CancellationTokenSource();
        using var connected = CancellationTokenSource.CreateLinkedTokenSource(stop, tunnel.Token);
        await using var socket = new LiveSocket();
        try
        {
            await socket.ConnectAsync(api.Live, token, seen, connected.Token);
            // What came while nobody was there is answered now.
            foreach (var thread in threads.Where(thread => WaitsForUs(thread, self))) Consider(IdOf(thread), self, socket, connected.Token);
            await foreach (var frame in socket.ReadAsync(connected.Token)) await HearAsync(frame, self, socket, connected.Token);
        }
        catch (OperationCanceledException) when (tunnel.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return Varied(friend.Online!.Value.Away); // the tunnel's token is cancelled only where there is a time to be away
        }
        finally
        {
            await connected.CancelAsync();
            await Task.WhenAll(answers);
            answers.Clear();
            foreach (var thought in thinking.Values) thought.Dispose();
            thinking.Clear();
        }
        if (socket.CloseCode == NotSignedIn) await sessions.ForgetAsync(friend.Handle, token, stop);
        return FirstPause;
    }

    private async Task HearAsync(JsonElement frame, string self, LiveSocket socket, CancellationToken cancellation)
    {
        switch (frame.GetProperty("op").GetString())
        {
            case "event":
                var thread = frame.GetProperty("thread").ToString();
                var news = frame.GetProperty("event");
                var seq = news.GetProperty("seq").GetInt64();
                seen[thread] = Math.Max(seq, seen.GetValueOrDefault(thread));
                if (news.TryGetProperty("sender", out var sender) && sender.ToString() != self)
                {
                    await socket.SendAsync(new JsonObject { ["op"] = "delivered", ["thread"] = thread, ["seq"] = seq }, cancellation);
                    if (PeopleApi.Heard(news) is not null) Consider(thread, self, socket, cancellation);
                }
                else if (thinking.Remove(thread, out var thought))
                {
                    // Own words from here or another device: whatever was being typed is out of date.
                    await thought.CancelAsync();
                }
                break;
            case "gap":
                var behind = frame.GetProperty("thread").ToString();
                seen[behind] = frame.GetProperty("to").GetInt64();
                Consider(behind, self, socket, cancellation);
                break;
        }
    }

    /// <summary>Begins to think about a thread anew; what was thought about it before is dropped, so a burst of messages gets one answer.</summary>
    private void Consider(string thread, string self, LiveSocket socket, CancellationToken cancellation)
    {
        if (thinking.Remove(thread, out var old)) old.Cancel();
        var thought = thinking[thread] = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        answers.RemoveAll(answer => answer.IsCompletedSuccessfully);
        answers.Add(AnswerAsync(thread, self, socket, thought.Token));
    }

    private async Task AnswerAsync(string thread, string self, LiveSocket socket, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Varied(friend.Think), time, cancellation);
            var heard = await HeardAsync(thread, self, cancellation);
            if (heard.Messages.Count == 0) return;
            var simulated = await circle.WroteAsync(thread, heard.Messages[^1], cancellation);
            if (Answering.Wanted(heard, friend.FirstName, simulated) is not { } message) return;
            // A newcomer is a stranger: until they are accepted they see neither ticks nor typing, and cannot be answered.
            if (heard.IsRequest) await sessions.CallAsync(friend.Handle, token => AcceptAsync(token, thread, cancellation), cancellation);

            await socket.SendAsync(new JsonObject { ["op"] = "read", ["thread"] = thread, ["seq"] = message.Seq }, cancellation);
            var before = heard.Messages.LastOrDefault(other => other.Sender == self)?.Text;
            var text = Phrasebook.Answer(friend, message.Text, await NameOfAsync(thread, message.Sender, cancellation), message.Id, seed, before);
            var typing = TimeSpan.FromSeconds(1) + text.Length * friend.PerLetter;
            for (var left = typing < TypingMost ? typing : TypingMost; left > TimeSpan.Zero; left -= TypingEvery)
            {
                await socket.SendAsync(new JsonObject { ["op"] = "typing", ["thread"] = thread, ["on"] = true }, cancellation);
                await Task.Delay(left < TypingEvery ? left : TypingEvery, time, cancellation);
            }
            await SendAsync(thread, StableId.Of("answer", friend.Handle, message.Id), text, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Something newer was said, or the connection ended: then it is thought about again.
        }
        catch (Exception failure) when (failure is PeopleApiException or HttpRequestException or JsonException)
        {
            Circle.LogOffline(log, friend.Handle, failure.Message);
        }
    }

    private async Task SendAsync(string thread, Guid id, string text, CancellationToken cancellation)
    {
        for (var pause = FirstPause; ; pause *= 2)
        {
            try
            {
                await sessions.CallAsync(friend.Handle, async token =>
                {
                    await api.SendAsync(token, thread, id, text, cancellation);
                    return true;
                }, cancellation);
                return;
            }
            catch (Exception failure) when (failure is HttpRequestException or PeopleApiException { Passes: true } && pause < LongestPause)
            {
                await Task.Delay(pause, time, cancellation);
            }
        }
    }

    private async Task<HeardThread> HeardAsync(string thread, string self, CancellationToken cancellation)
    {
        var token = await sessions.TokenAsync(friend.Handle, cancellation);
        var about = await api.ThreadAsync(token, thread, cancellation);
        var messages = await api.NewestAsync(token, thread, HeardMost, cancellation);
        var isRequest = about.TryGetProperty("request", out var request) && request.ValueKind == JsonValueKind.True;
        return new HeardThread(thread, about.GetProperty("kind").GetString() ?? "", self, [.. messages.OrderBy(message => message.Seq)], isRequest);
    }

    private async Task<bool> AcceptAsync(string token, string thread, CancellationToken cancellation)
    {
        await api.AcceptAsync(token, thread, cancellation);
        return true;
    }

    private async Task<string> NameOfAsync(string thread, string member, CancellationToken cancellation)
    {
        var about = await api.ThreadAsync(await sessions.TokenAsync(friend.Handle, cancellation), thread, cancellation);
        var name = about.GetProperty("members").EnumerateArray().Where(other => other.GetProperty("id").ToString() == member).Select(other => other.GetProperty("name").GetString()).FirstOrDefault();
        return name?.Split(' ')[0] ?? "";
    }

    private static bool WaitsForUs(JsonElement thread, string self) =>
        thread.GetProperty("kind").GetString() != "business"
        && thread.TryGetProperty("lastEvent", out var last) && last.ValueKind == JsonValueKind.Object && last.GetProperty("sender").ToString() != self;

    private static string IdOf(JsonElement thread) => thread.GetProperty("id").ToString();

    /// <summary>Six to fourteen tenths of it, by the seed.</summary>
    private TimeSpan Varied(TimeSpan span) =>
        span * ((600 + StableHash.Below(800, friend.Handle, seed.ToString(CultureInfo.InvariantCulture), connections.ToString(CultureInfo.InvariantCulture), answers.Count.ToString(CultureInfo.InvariantCulture))) / 1000.0);
}
