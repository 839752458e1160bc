using System.Buffers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Live;
using Stoa.Hosting.Nodes;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Log;
using Stoa.Threads.Membership;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Live;

internal readonly record struct CommittedEvent(PendingEvent Event, AppendResult Result);

/// <summary>
/// Tells the devices of this node what has been committed here and elsewhere, each thread's events in the order of their numbers. One reader behind a
/// bounded queue: it never waits for a socket, only for the database when it does not know a thread's members or must look up what is missing, and a
/// writer that is too far ahead waits for it.
/// </summary>
internal sealed partial class Fanout : IAsyncDisposable
{
    private const int WaitingMax = 1_024;
    private static readonly TimeSpan againAfter = TimeSpan.FromSeconds(1);

    private readonly Members members;
    private readonly ThreadViews views;
    private readonly ILiveBus bus;
    private readonly TimeProvider time;
    private readonly ILogger<Fanout> log;
    private readonly Channel<object> news = Channel.CreateBounded<object>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });
    private readonly CancellationTokenSource stopping = new();
    private readonly Task telling;

    // In order, and not told yet: what was taken is told, whatever fails in between.
    private readonly List<CommittedEvent> ready = [];

    public Fanout(
        Members members, ThreadViews views, ILiveBus bus, WatchedThreads watched, CatchUp catchUp, ThreadEnds ends, EventFrames frames, INodeBus others, INodes nodes,
        TimeProvider time, ILogger<Fanout> log)
    {
        (this.members, this.views, this.bus, this.time, this.log) = (members, views, bus, time, log);
        (this.watched, this.catchUp, this.ends, this.frames, this.others, this.nodes) = (watched, catchUp, ends, frames, others, nodes);
        subscriptions = ListenToOthers();
        telling = TellAllAsync(stopping.Token);
    }

    /// <summary>Heard of every event that its sender wrote, before its frame goes out: ends the sender's typing.</summary>
    public event Action<ThreadId, MemberId>? Sent;

    public ValueTask TellAsync(IReadOnlyList<CommittedEvent> events, CancellationToken cancellationToken) =>
        events.Count == 0 ? default : WriteAsync(events, cancellationToken);

    /// <summary>What a change leads to, after its event.</summary>
    public async ValueTask TellAsync(IReadOnlyList<ThreadHappening> changes, CancellationToken cancellationToken)
    {
        foreach (var change in changes)
        {
            await WriteAsync(change, cancellationToken);
        }
    }

    public ValueTask TellAsync(ThreadHappening happening, CancellationToken cancellationToken) => WriteAsync(happening, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(subscriptions, subscription => subscription.Dispose());
        news.Writer.TryComplete();
        await stopping.CancelAsync();
        await telling;
        stopping.Dispose();
    }

    private ValueTask WriteAsync(object what, CancellationToken cancellationToken) =>
        // Refused only by a server that has stopped telling: the log has it, and devices come back to the log.
        news.Writer.TryWrite(what) || telling.IsCompleted ? default : WaitAsync(what, cancellationToken);

    private async ValueTask WaitAsync(object what, CancellationToken cancellationToken)
    {
        try
        {
            await news.Writer.WriteAsync(what, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            // As above.
        }
    }

    private async Task TellAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                while (news.Reader.TryRead(out var what))
                {
                    await TellOneAsync(what, cancellationToken);
                    await MendAsync(cancellationToken);
                }
            }
            while (await WaitAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops; sockets are closed and come back to the log.
        }
    }

    private async Task TellOneAsync(object what, CancellationToken cancellationToken)
    {
        TellOthers(what);
        var batch = what switch
        {
            IReadOnlyList<CommittedEvent> events => new EventBatch(events, IsOurs: true),
            EventBatch elsewhere => elsewhere,
            _ => null,
        };
        while (true)
        {
            try
            {
                await (what switch
                {
                    _ when batch is not null => TellEventsAsync(batch, cancellationToken),
                    HappenedElsewhere elsewhere => TellElsewhereAsync(elsewhere.What, cancellationToken),
                    ThreadHappening happening => TellHappeningAsync(happening, cancellationToken),
                    _ => Task.CompletedTask,
                });
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                // Whom to tell is in the database. Skipping would make devices miss an event without knowing; the bounded queue makes writers wait.
                LogWaiting(exception);
                await Task.Delay(againAfter, time, cancellationToken);
            }
        }
    }

    private Task TellHappeningAsync(ThreadHappening happening, CancellationToken cancellationToken) => happening switch
    {
        ThreadOpened opened => TellOpenedAsync(opened, cancellationToken),
        MembersLeft left => TellLeft(left),
        PersonalNews personal => TellPersonalAsync(personal, cancellationToken),
        _ => throw new InvalidOperationException($"{happening.GetType().Name} is no news."),
    };

    private async Task TellEventsAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        while (batch.Taken < batch.Events.Count)
        {
            var told = batch.Events[batch.Taken];
            Sent?.Invoke(told.Event.What.Thread, told.Event.What.Sender);
            if (!watched.IsOn)
            {
                ready.Add(told);
            }
            else if (!watched.Take(told, batch.IsOurs, ready) && batch.IsOurs)
            {
                await EnterAsync(told, cancellationToken);
                watched.Take(told, batch.IsOurs, ready);
            }

            batch.Taken++;
        }

        await TellReadyAsync(cancellationToken);
    }

    private async Task TellReadyAsync(CancellationToken cancellationToken)
    {
        await LoadMembersAsync(ready, cancellationToken);
        var starts = await FindStartsAsync(cancellationToken);
        foreach (var (pending, result) in ready)
        {
            var (what, thread) = (pending.What, pending.What.Thread);
            if (members.Peek(thread) is not { } list || !bus.Reaches(list.People))
            {
                continue;
            }

            var kind = EventKind.Name(pending.Kind);
            var author = what.Sender.AsPerson();
            var people = starts.TryGetValue(thread, out var since) ? [.. list.People.Where(person => !since.Exists(start => start.Person == person && start.JoinedSeq > result.Seq))] : list.People;
            if (pending.Of is { UnseenBy.Count: > 0 } of)
            {
                var unseenBy = people.Where(person => of.UnseenBy.Contains(person.Value)).ToArray();
                people = people.Except(unseenBy).ToArray();
                if (bus.Reaches(unseenBy))
                {
                    bus.Publish(new(unseenBy, Frame(thread, what with { Body = EventView.OnlyOf(of.Seq) }, kind, result, null)) { Thread = thread, Seq = result.Seq });
                }
            }

            bus.Publish(new(people, Frame(thread, what, kind, result, null))
            {
                Thread = thread,
                Seq = result.Seq,
                Author = author,
                // Written only when it is for somebody: the sender's own devices alone see the client id.
                AuthorFrame = bus.Reaches([author]) ? Frame(thread, what, kind, result, what.ClientId) : default,
            });
        }

        ready.Clear();
    }

    /// <summary>Of groups that have changed since what is told of them: who came in after it is not told.</summary>
    private async Task<Dictionary<ThreadId, List<ThreadStart>>> FindStartsAsync(CancellationToken cancellationToken)
    {
        var starts = new Dictionary<ThreadId, List<ThreadStart>>();
        foreach (var (pending, result) in ready)
        {
            var thread = pending.What.Thread;
            if (members.Peek(thread) is { } list && list.Version > result.MembersVersion && !starts.ContainsKey(thread) && bus.Reaches(list.People))
            {
                starts[thread] = await ends.FindStartsAsync(thread, list.People, cancellationToken);
            }
        }

        return starts;
    }

    private async Task LoadMembersAsync(IReadOnlyList<CommittedEvent> events, CancellationToken cancellationToken)
    {
        var unknown = events.Where(e => members.Peek(e.Event.What.Thread) is not { } list || list.Version < e.Result.MembersVersion)
            .Select(e => e.Event.What.Thread.Value).Distinct().ToArray();
        if (unknown.Length > 0)
        {
            await members.LoadAsync(unknown, cancellationToken);
        }
    }

    private async Task TellOpenedAsync(ThreadOpened opened, CancellationToken cancellationToken)
    {
        if (watched.IsOn)
        {
            await watched.AddAsync(opened.Thread, [.. opened.People.Where(person => bus.Reaches([person]))], 0, cancellationToken);
        }

        foreach (var person in opened.People)
        {
            if (bus.Reaches([person]) && await views.FindListedAsync(person, opened.Thread, cancellationToken) is { } view)
            {
                bus.Publish(new([person], ThreadFrames.Thread(view)));
            }
        }
    }

    private Task TellLeft(MembersLeft left)
    {
        if (bus.Reaches(left.People))
        {
            bus.Publish(new(left.People, ThreadFrames.Left(left.Thread)));
        }

        return Task.CompletedTask;
    }

    private async Task TellPersonalAsync(PersonalNews news, CancellationToken cancellationToken)
    {
        var to = news.To;
        if (news.MembersOnly)
        {
            to = await members.FindAsync(news.Thread, 0, cancellationToken) is { } list ? [.. to.Where(person => list.Has(person))] : [];
        }

        if (bus.Reaches(to))
        {
            bus.Publish(new(to, news.Frame));
        }
    }

    private static ReadOnlyMemory<byte> Frame(ThreadId thread, NewEvent what, string kind, AppendResult result, Guid? clientId)
    {
        var output = new ArrayBufferWriter<byte>(320 + what.Body.Length);
        ThreadFrames.BeginEvent(output, thread);
        var body = result.ExpiresAt is null ? what.Body.Span : EventView.Compose(what.Body.ToArray(), null, null, result.ExpiresAt);
        EventJson.Write(output, thread, result.Seq, what.Sender, clientId, kind, result.At, body);
        output.Write("}"u8);
        return output.WrittenMemory;
    }

    [LoggerMessage(301, LogLevel.Warning, "The members of a thread could not be read; live news waits and tries again.")]
    private partial void LogWaiting(Exception exception);
}
