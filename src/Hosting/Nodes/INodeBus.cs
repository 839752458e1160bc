namespace Stoa.Hosting.Nodes;

/// <summary>News from another node.</summary>
/// <param name="Node">Who sent it. Its messages come in the order in which it published them.</param>
public readonly record struct NodeNews(Guid Node, ReadOnlyMemory<byte> Body);

/// <summary>Why news of other nodes may be missing.</summary>
public enum MissReason
{
    /// <summary>A node is heard for the first time: what it published before was not for us to hear.</summary>
    NewNode,

    /// <summary>A node's numbers have a hole.</summary>
    Gap,

    /// <summary>A node that was heard is no longer: it has died, or the road between us is cut.</summary>
    Silent,

    /// <summary>A node has said that it leaves.</summary>
    Left,

    /// <summary>We were cut off and hear again.</summary>
    Reconnected,

    /// <summary>Told again each second for as long as a node that lives is not heard.</summary>
    Blind,
}

/// <summary>Something that other nodes said may not have come.</summary>
/// <param name="Node">Whose news; null: anybody's.</param>
public readonly record struct NodeMiss(Guid? Node, MissReason Reason);

/// <summary>Carries small messages between the nodes of one deployment: at most once, each node's in its order.</summary>
/// <remarks>
/// A hint, never the truth. What a bus may lose it says: whoever needs the truth subscribes to <see cref="Missed"/> as well and looks
/// into the database. Handlers are called one at a time for each node, on the bus's own thread, and must return at once.
/// </remarks>
public interface INodeBus
{
    /// <summary>This process, until it ends. A restart is another node.</summary>
    Guid Self { get; }

    /// <summary>What is published leaves this process, and what others publish arrives, as far as this node can know.</summary>
    bool IsOpen { get; }

    /// <summary>Begins to hear and to be heard. Called once, when everybody in this process has subscribed.</summary>
    void Start();

    /// <summary>Tells every other node. Never waits and never fails: what does not fit is dropped, and the others notice by the number it had.</summary>
    /// <param name="topic">A written name such as <c>threads.events</c>, at most 255 bytes.</param>
    /// <param name="body">Begins with a version of its own if its shape may change. Not changed afterwards.</param>
    void Publish(string topic, ReadOnlyMemory<byte> body);

    /// <summary>Hears what other nodes publish under this topic; one's own is not heard.</summary>
    IDisposable Subscribe(string topic, Action<NodeNews> handle);

    /// <summary>Told before any later news of that node.</summary>
    event Action<NodeMiss>? Missed;

    /// <summary>Tells everybody in this process who listens to <see cref="Missed"/>.</summary>
    void Miss(NodeMiss miss);

    /// <summary>Whether this node was heard within the last seconds.</summary>
    bool Hears(Guid node);
}
