using Microsoft.Extensions.Logging;
using Stoa.BotSdk;
using Stoa.Town.Airline;

namespace Stoa.Town.BotApi;

/// <summary>
/// Sends what was decided, to each person in order and one at a time, to different people side by side. A message leaves the
/// outbox when the platform has taken or definitely refused it; until then it is tried again, more and more slowly.
/// </summary>
internal sealed partial class Outbox(PersonStore store, Func<string, Outgoing, CancellationToken, Task<GraphOutcome>> send, TimeProvider time, ILogger<Outbox> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Task> lanes = [];
    private readonly HashSet<string> woken = [];

    /// <summary>Numbers up to which a typing mark is from before this start, and too old to show.</summary>
    private readonly Dictionary<string, long> stale = [];

    private CancellationToken stopping;
    private CancellationToken cuttingOff;

    /// <summary>Takes up what an earlier run left.</summary>
    /// <param name="stop">Nothing new is sent after it.</param>
    /// <param name="cutOff">A little later: a call under way by then is given up; the next run makes it again, under the same key.</param>
    public void Start(CancellationToken stop, CancellationToken cutOff)
    {
        stopping = stop;
        cuttingOff = cutOff;
        foreach (var person in store.Waiting())
        {
            lock (gate) stale[person] = store.Read(person).NextMessage - 1;
            Wake(person);
        }
    }

    /// <summary>There is something to send to this person.</summary>
    public void Wake(string person)
    {
        lock (gate)
        {
            woken.Add(person);
            if (!lanes.ContainsKey(person)) lanes[person] = DrainAsync(person);
        }
    }

    /// <summary>Ends when every lane has stopped.</summary>
    public Task StoppedAsync()
    {
        lock (gate) return Task.WhenAll(lanes.Values);
    }

    private async Task DrainAsync(string person)
    {
        await Task.Yield();
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                lock (gate)
                {
                    if (!woken.Remove(person))
                    {
                        lanes.Remove(person);
                        return;
                    }
                }
                foreach (var message in store.Read(person).Outbox)
                {
                    stopping.ThrowIfCancellationRequested();
                    await DeliverAsync(person, message);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The rest stays in the store and goes out at the next start.
        }
    }

    private async Task DeliverAsync(string person, Outgoing message)
    {
        var pause = FirstPause;
        if (message.Fleeting && message.Number <= StaleUpTo(person))
        {
            store.Sent(person, message.Number);
            return;
        }
        while (true)
        {
            switch (await send(person, message, cuttingOff))
            {
                case GraphOutcome.Refused refused:
                    LogRefused(message.Number, refused.Code, refused.Subcode, refused.Message);
                    break;
                case GraphOutcome.Later later when !message.Fleeting:
                    LogLater(message.Number, later.Reason, pause.TotalSeconds);
                    await Task.Delay(pause, time, stopping);
                    pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, pause.Ticks * 2));
                    continue;
            }
            store.Sent(person, message.Number);
            return;
        }
    }

    private long StaleUpTo(string person)
    {
        lock (gate) return stale.GetValueOrDefault(person);
    }

    [LoggerMessage(1, LogLevel.Warning, "Message {Number} was refused with {Code}/{Subcode}: {Reason}")]
    private partial void LogRefused(long number, int code, int? subcode, string reason);

    [LoggerMessage(2, LogLevel.Information, "Message {Number} could not be sent ({Reason}); next try in {Seconds} s")]
    private partial void LogLater(long number, string reason, double seconds);
}
