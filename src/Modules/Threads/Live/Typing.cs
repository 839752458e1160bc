using System.Collections.Concurrent;
using Stoa.Hosting.Live;
using Stoa.Kernel;
using Stoa.Threads.Membership;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Live;

/// <summary>The client's <c>typing</c>.</summary>
internal sealed record TypingFrame(string? Op = null, ThreadId Thread = default, bool On = true);

/// <summary>Who is writing where. Ends with <c>on: false</c>, with a message, or by itself after 20 seconds.</summary>
internal sealed class Typing : ILiveOp, IDisposable
{
    private const int WritingMax = 50_000;
    private static readonly TimeSpan lasts = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan toldAgainAfter = TimeSpan.FromSeconds(2);

    private readonly Members members;
    private readonly Fanout fanout;
    private readonly TimeProvider time;
    private readonly ITimer clock;
    private readonly ConcurrentDictionary<(ThreadId Thread, MemberId Member), long> writing = new();

    public Typing(Members members, Fanout fanout, TimeProvider time)
    {
        (this.members, this.fanout, this.time) = (members, fanout, time);
        fanout.Sent += Forget;
        clock = time.CreateTimer(_ => EndOld(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public string Op => "typing";

    public ValueTask HandleAsync(ILiveConnection connection, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var typing = Frames.Read(frame.Span, ThreadsJson.Default.TypingFrame);
        return ShowAsync(typing.Thread, connection.Person, typing.On, cancellationToken);
    }

    /// <summary>Tells the others, unless they have been told within two seconds; of a stranger to the thread nothing is told.</summary>
    public async ValueTask ShowAsync(ThreadId thread, MemberId member, bool on, CancellationToken cancellationToken)
    {
        if (await members.FindCurrentAsync(thread, cancellationToken) is not { } list || !list.Has(member))
        {
            return;
        }

        var key = (thread, member);
        var now = time.GetTimestamp();
        if (!on)
        {
            if (writing.TryRemove(key, out _))
            {
                await fanout.TellAsync(new TypingShown(thread, member, false), cancellationToken);
            }
        }
        else if (!writing.TryGetValue(key, out var since) || time.GetElapsedTime(since, now) >= toldAgainAfter)
        {
            if (writing.Count < WritingMax)
            {
                writing[key] = now;
            }

            await fanout.TellAsync(new TypingShown(thread, member, true), cancellationToken);
        }
    }

    public void Dispose()
    {
        fanout.Sent -= Forget;
        clock.Dispose();
    }

    // The message itself tells that its writer has done: no frame.
    private void Forget(ThreadId thread, MemberId member)
    {
        if (!writing.IsEmpty)
        {
            writing.TryRemove((thread, member), out _);
        }
    }

    private void EndOld()
    {
        foreach (var (key, since) in writing)
        {
            if (time.GetElapsedTime(since) > lasts && writing.TryRemove(new KeyValuePair<(ThreadId, MemberId), long>(key, since)))
            {
                _ = fanout.TellAsync(new TypingShown(key.Thread, key.Member, false), CancellationToken.None).AsTask();
            }
        }
    }
}
