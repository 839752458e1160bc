using Stoa.Hosting.Live;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Markers;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Live;

/// <summary>The client's <c>read</c> and <c>delivered</c>.</summary>
internal sealed record MarkerFrame(string? Op = null, ThreadId Thread = default, long Seq = 0);

/// <summary>Moves this person's marker; what is not above the stored one changes nothing.</summary>
internal sealed class MarkerOp(string op, MarkerLane markers) : ILiveOp
{
    public string Op => op;

    public async ValueTask HandleAsync(ILiveConnection connection, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var marker = Frames.Read(frame.Span, ThreadsJson.Default.MarkerFrame);
        var mark = op == "read" ? new Mark(marker.Thread, connection.Person, marker.Seq, 0) : new Mark(marker.Thread, connection.Person, 0, marker.Seq);
        if (!await markers.MoveAsync(mark, cancellationToken))
        {
            throw new ProblemException(ThreadProblems.NotFound);
        }
    }
}
