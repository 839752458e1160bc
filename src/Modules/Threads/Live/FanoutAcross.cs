using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Stoa.Hosting.Live;
using Stoa.Hosting.Nodes;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Live;

/// <summary>Events to be told, in the order in which one node committed them.</summary>
internal sealed record EventBatch(IReadOnlyList<CommittedEvent> Events, bool IsOurs)
{
    /// <summary>How many of them stand in their threads' sequences: not once more when the telling is tried again.</summary>
    public int Taken { get; set; }
}

internal sealed record HappenedElsewhere(ThreadHappening What);

/// <summary>The part between nodes: what is committed here is told to the others, what they tell enters the queue, and what is lost on the way is read from the log.</summary>
internal sealed partial class Fanout
{
    private const string EventsTopic = "threads.events";
    private const string HappeningsTopic = "threads.happening";
    private const int MendedAtOnce = 50;

    /// <summary>Events of one thread that are told one by one; more are announced as a gap, as in a replay.</summary>
    private const int MissingMax = 200;

    private static readonly object wake = new();

    private readonly WatchedThreads watched;
    private readonly CatchUp catchUp;
    private readonly ThreadEnds ends;
    private readonly EventFrames frames;
    private readonly INodeBus others;
    private readonly INodes nodes;
    private readonly IDisposable[] subscriptions;
    private Task<bool>? readable;

    private IDisposable[] ListenToOthers()
    {
        others.Missed += OnMissed;
        watched.FellLate += () => news.Writer.TryWrite(wake);
        return
        [
            others.Subscribe(EventsTopic, news => Enter(EventBytes.Read(news.Body) is { } events ? new EventBatch(events, IsOurs: false) : null)),
            others.Subscribe(HappeningsTopic, news => Enter(Read(news.Body.Span))),
        ];
    }

    private void OnMissed(NodeMiss miss) => Enter(null);

    /// <summary>Never waits: what does not fit, or is not understood, is looked up.</summary>
    private void Enter(object? what)
    {
        if (what is null || !news.Writer.TryWrite(what))
        {
            catchUp.Want();
            news.Writer.TryWrite(wake);
        }
    }

    private static HappenedElsewhere? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ThreadsJson.Default.ThreadHappening) is { } what ? new(what) : null;
        }
        catch (JsonException)
        {
            // Of a newer program.
            return null;
        }
    }

    private void TellOthers(object what)
    {
        if (!nodes.AreSeveral)
        {
            return;
        }

        switch (what)
        {
            case IReadOnlyList<CommittedEvent> events:
                foreach (var bytes in EventBytes.Write(events))
                {
                    others.Publish(EventsTopic, bytes);
                }

                break;
            case ThreadHappening happening:
                others.Publish(HappeningsTopic, JsonSerializer.SerializeToUtf8Bytes(happening, ThreadsJson.Default.ThreadHappening));
                break;
            default:
                break;
        }
    }

    /// <summary>Of a thread that nobody here watches nobody here needs to hear; a new one is told of by its opening.</summary>
    private Task TellElsewhereAsync(ThreadHappening happening, CancellationToken cancellationToken) =>
        happening is ThreadOpened or MembersLeft or PersonalNews || watched.Has(happening.Thread) ? TellHappeningAsync(happening, cancellationToken) : Task.CompletedTask;

    /// <summary>An event of ours in a thread that is not watched: somebody here may have become a member of it just now.</summary>
    private async Task EnterAsync(CommittedEvent told, CancellationToken cancellationToken)
    {
        await LoadMembersAsync([told], cancellationToken);
        if (members.Peek(told.Event.What.Thread) is { } list && bus.Reaches(list.People))
        {
            await watched.AddAsync(told.Event.What.Thread, [.. list.People.Where(person => bus.Reaches([person]))], told.Result.Seq, cancellationToken);
        }
    }

    /// <summary>Waits for news, or until something is late.</summary>
    /// <returns>False when there will be none.</returns>
    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (FindDue() is not { } due)
        {
            var more = readable is { } asked ? await asked : await news.Reader.WaitToReadAsync(cancellationToken);
            readable = null;
            return more;
        }

        readable ??= news.Reader.WaitToReadAsync(cancellationToken).AsTask();
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        if (left > TimeSpan.Zero)
        {
            await Task.WhenAny(readable, Task.Delay(left + TimeSpan.FromMilliseconds(1), cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (readable.IsCompleted)
        {
            var more = await readable;
            readable = null;
            return more;
        }

        await MendAsync(cancellationToken);
        return true;
    }

    private long? FindDue()
    {
        if (!watched.IsOn)
        {
            return null;
        }

        var (late, look) = (watched.NextLate, catchUp.DueAt);
        return late is { } a && look is { } b ? Math.Min(a, b) : late ?? look;
    }

    /// <summary>Tells from the log what should have come and did not, and takes a step in looking for what we do not know of.</summary>
    private async Task MendAsync(CancellationToken cancellationToken)
    {
        if (FindDue() is not { } due || due > Stopwatch.GetTimestamp())
        {
            return;
        }

        try
        {
            await TellReadyAsync(cancellationToken);
            foreach (var missing in watched.TakeLate(MendedAtOnce))
            {
                await TellMissingAsync(missing, cancellationToken);
                watched.Mended(missing, ready);
                await TellReadyAsync(cancellationToken);
            }

            if (catchUp.DueAt is { } look && look <= Stopwatch.GetTimestamp())
            {
                foreach (var unknown in (await catchUp.StepAsync(cancellationToken)).GroupBy(found => found.Thread, found => found.Person))
                {
                    await TellOpenedAsync(new(unknown.Key, [.. unknown]), cancellationToken);
                }
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            LogWaiting(exception);
            await Task.Delay(againAfter, cancellationToken);
        }
    }

    private async Task TellMissingAsync(Missing missing, CancellationToken cancellationToken)
    {
        var (thread, after, upTo) = missing;
        members.Forget(thread);
        await members.LoadAsync([thread.Value], cancellationToken);
        var people = members.Peek(thread)?.People.Where(person => bus.Reaches([person])).ToArray() ?? [];
        if (upTo - after > MissingMax)
        {
            if (people.Length > 0)
            {
                bus.Publish(new(people, ThreadFrames.Gap(thread, after + 1, upTo)));
            }

            return;
        }

        // All are read before any is told: tried again after a failure, nobody is told twice.
        var found = new List<LiveNews>();
        foreach (var person in people)
        {
            found.AddRange((await frames.ReadAsync(person, thread, after, upTo, sinceJoined: true, cancellationToken)).Select(read => new LiveNews([person], read.Frame) { Thread = thread, Seq = read.Seq }));
        }

        found.ForEach(bus.Publish);
    }
}
