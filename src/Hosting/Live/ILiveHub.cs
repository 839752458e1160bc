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

    /// <summary>The same frame to several people.</summary>
    void SendToPeople(IReadOnlyList<PersonId> people, ReadOnlyMemory<byte> jsonFrame);

    /// <summary>Whether a device of this person is connected to this node.</summary>
    bool IsConnected(PersonId person);

    /// <summary>Whether a device of this person is connected to another node, as far as this one has heard.</summary>
    bool IsOnlineElsewhere(PersonId person);

    /// <summary>Whether a device of this person is connected to any node, as far as this one has heard.</summary>
    bool IsOnline(PersonId person);

    /// <summary>These people were connected to a node that is gone without having said that they left. Some may be connected elsewhere.</summary>
    event Action<IReadOnlyList<PersonId>>? Lost;
}
