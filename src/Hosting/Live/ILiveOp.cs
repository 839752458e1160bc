using Stoa.Kernel;

namespace Stoa.Hosting.Live;

/// <summary>A signed-in device, as the operations of modules see it.</summary>
public interface ILiveConnection
{
    PersonId Person { get; }

    /// <summary>Queues a JSON frame for this device alone. Never waits: a device that does not read is closed with 4008.</summary>
    void Send(ReadOnlyMemory<byte> jsonFrame);
}

/// <summary>What the gateway does with one kind of frame from a client. A module registers its own.</summary>
public interface ILiveOp
{
    /// <summary>The value of the frame's member <c>op</c>.</summary>
    string Op { get; }

    /// <summary>Handles one frame. The connection's next frame is not read before the task ends: what takes long answers later with <see cref="ILiveConnection.Send"/>.</summary>
    /// <param name="frame">The whole frame; valid until the task ends.</param>
    /// <exception cref="Problems.ProblemException">Becomes an <c>error</c> frame; the socket stays open.</exception>
    ValueTask HandleAsync(ILiveConnection connection, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken);
}

/// <summary>Brings a device up to date between <c>ready</c> and live news, which is held back meanwhile.</summary>
public interface ILiveReplay
{
    /// <param name="resume">The last event the device has, by thread.</param>
    Task ReplayAsync(IReplayTarget device, IReadOnlyDictionary<ThreadId, long> resume, CancellationToken cancellationToken);
}

/// <summary>A device that is being brought up to date.</summary>
public interface IReplayTarget
{
    PersonId Person { get; }

    /// <summary>Sends one frame, waiting for a device that reads slowly.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> jsonFrame, CancellationToken cancellationToken);

    /// <summary>Live news of this thread up to this number has been told, or announced as a gap, and is not told again.</summary>
    void Replayed(ThreadId thread, long through);
}

/// <summary>Keeps track of what the devices of a person are told, from before <c>ready</c> to the end of the socket.</summary>
public interface ILiveWatch
{
    /// <summary>Asked once for each device, when news already reaches it and before <c>ready</c> is sent: what is committed from then on is told.</summary>
    /// <returns>Disposed of when the device is gone.</returns>
    ValueTask<IDisposable> BeginAsync(PersonId person, CancellationToken cancellationToken);
}

/// <summary>Hears of people coming and going on this node.</summary>
public interface ILiveListener
{
    /// <param name="first">No other device of theirs was connected here.</param>
    Task ConnectedAsync(ILiveConnection connection, bool first, CancellationToken cancellationToken);

    /// <summary>The last device of this person here is gone.</summary>
    void Disconnected(PersonId person);
}
