using System.Buffers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Live;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Log;
using Stoa.Threads.Membership;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Live;

internal readonly record struct CommittedEvent(PendingEvent Event, AppendResult Result);

internal sealed record ThreadOpened(ThreadId Thread, IReadOnlyList<PersonId> People);

internal sealed record MarkersMoved(ThreadId Thread, MemberId Member, long Read, long Delivered);

internal sealed record TypingShown(ThreadId Thread, MemberId Member, bool On);

/// <summary>
/// Tells members' devices what has been committed, in the order of the commits. One reader behind a bounded queue: it never waits for
/// a socket, only for the database when it does not know a thread's members, and a writer that is too far ahead waits for it.
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

    public Fanout(Members members, ThreadViews views, ILiveBus bus, TimeProvider time, ILogger<Fanout> log)
    {
        (this.members, this.views, this.bus, this.time, this.log) = (members, views, bus, time, log);
        telling = TellAllAsync(stopping.Token);
    }

    /// <summary>Heard of every event that its sender wrote, before its frame goes out: ends the sender's typing.</summary>
    public event Action<ThreadId, MemberId>? Sent;

    public ValueTask TellAsync(IReadOnlyList<CommittedEvent> events, CancellationToken cancellationToken) =>
        events.Count == 0 ? default : WriteAsync(events, cancellationToken);

    /// <summary>What a change leads to, after its event.</summary>
    public async ValueTask TellAsync(IReadOnlyList<object> changes, CancellationToken cancellationToken)
    {
        foreach (var change in changes)
        {
            await WriteAsync(change, cancellationToken);
        }
    }

    public ValueTask TellAsync(ThreadOpened opened, CancellationToken cancellationToken) => WriteAsync(opened, cancellationToken);

    public ValueTask TellAsync(MarkersMoved moved, CancellationToken cancellationToken) => WriteAsync(moved, cancellationToken);

    public ValueTask TellAsync(TypingShown shown, CancellationToken cancellationToken) => WriteAsync(shown, cancellationToken);

    public async ValueTask DisposeAsync()
    {
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
            await foreach (var what in news.Reader.ReadAllAsync(cancellationToken))
            {
                await TellOneAsync(what, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops; sockets are closed and come back to the log.
        }
    }

    private async Task TellOneAsync(object what, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await (what switch
                {
                    IReadOnlyList<CommittedEvent> events => TellEventsAsync(events, cancellationToken),
                    ThreadOpened opened => TellOpenedAsync(opened, cancellationToken),
                    MarkersMoved moved => TellMovedAsync(moved, cancellationToken),
                    TypingShown shown => TellTypingAsync(shown, cancellationToken),
                    _ => throw new InvalidOperationException($"{what.GetType().Name} is no news."),
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

    private async Task TellEventsAsync(IReadOnlyList<CommittedEvent> events, CancellationToken cancellationToken)
    {
        var unknown = events.Where(e => members.Peek(e.Event.What.Thread) is not { } list || list.Version < e.Result.MembersVersion)
            .Select(e => e.Event.What.Thread.Value).Distinct().ToArray();
        if (unknown.Length > 0)
        {
            await members.LoadAsync(unknown, cancellationToken);
        }

        foreach (var (pending, result) in events)
        {
            var (what, thread) = (pending.What, pending.What.Thread);
            Sent?.Invoke(thread, what.Sender);
            if (members.Peek(thread) is not { } list || !bus.Reaches(list.People))
            {
                continue;
            }

            var kind = EventKind.Name(pending.Kind);
            var author = what.Sender.AsPerson();
            var people = list.People;
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
    }

    private async Task TellOpenedAsync(ThreadOpened opened, CancellationToken cancellationToken)
    {
        foreach (var person in opened.People)
        {
            if (bus.Reaches([person]) && await views.FindAsync(person, opened.Thread, cancellationToken) is { } view)
            {
                bus.Publish(new([person], ThreadFrames.Thread(view)));
            }
        }
    }

    private async Task TellMovedAsync(MarkersMoved moved, CancellationToken cancellationToken)
    {
        if (await members.FindAsync(moved.Thread, cancellationToken) is { } list && bus.Reaches(list.People))
        {
            bus.Publish(new(list.People, ThreadFrames.Receipt(moved)));
        }
    }

    private async Task TellTypingAsync(TypingShown shown, CancellationToken cancellationToken)
    {
        if (await members.FindAsync(shown.Thread, cancellationToken) is { } list)
        {
            var others = list.People.Where(person => person != shown.Member).ToArray();
            if (bus.Reaches(others))
            {
                bus.Publish(new(others, ThreadFrames.Typing(shown)));
            }
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
