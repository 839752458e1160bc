using Stoa.Kernel;

namespace Stoa.Hosting.Live;

/// <summary>The people who are connected, as the modules see them.</summary>
public interface ILiveHub
{
    /// <summary>
    /// Sends one frame to every device of a person, on whatever node. Returns at once; nobody connected means nothing happens:
    /// live news is a hint, and what it tells of can be asked for over HTTP.
    /// </summary>
    /// <param name="jsonFrame">A JSON object in UTF-8 with the member <c>op</c> first (docs/protocol/live.md). Not changed afterwards.</param>
    void SendToPerson(PersonId person, ReadOnlyMemory<byte> jsonFrame);

    /// <summary>Whether a device of this person is connected to this node.</summary>
    bool IsConnected(PersonId person);
}
