using System.ComponentModel.DataAnnotations;

namespace Stoa.Hosting.Nodes;

/// <summary>Another node that lives.</summary>
/// <param name="Address">Where clients reach it, as <c>https://two.chat.example.org</c>; null until it listens.</param>
public sealed record LiveNode(Guid Id, string? Address, string Version);

/// <summary>The nodes of this deployment, as the database knows them.</summary>
public interface INodes
{
    Guid Self { get; }

    /// <summary>There is, or has been since our start, another node: what others commit concerns us.</summary>
    bool AreSeveral { get; }

    /// <summary>Those that have shown themselves within the last five seconds, this one left out.</summary>
    IReadOnlyList<LiveNode> Others { get; }

    /// <summary>
    /// Asked before the first other node serves anybody: what one node alone need not keep track of is kept track of from here on.
    /// Asked again if it fails.
    /// </summary>
    void PrepareForSeveral(Func<CancellationToken, Task> prepare);

    /// <summary>Another node lives, or one is gone.</summary>
    event Action? Changed;

    /// <summary>Says where clients reach this node, unless <c>Nodes:Address</c> says otherwise.</summary>
    void Announce(string address);
}

/// <summary>Section <c>Nodes</c>.</summary>
public sealed class NodeOptions
{
    public const string Section = "Nodes";

    /// <summary>Where clients reach this node itself, as <c>https://two.chat.example.org</c>. Default: the first address it listens on, by name.</summary>
    [Url]
    public string? Address { get; set; }
}
