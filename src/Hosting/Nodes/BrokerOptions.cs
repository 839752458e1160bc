using System.ComponentModel.DataAnnotations;

namespace Stoa.Hosting.Nodes;

/// <summary>Section <c>Broker</c>: what carries live news between nodes.</summary>
public sealed class BrokerOptions
{
    public const string Section = "Broker";

    /// <summary><c>amqp://user:password@host:5672/vhost</c>, or <c>amqps://</c>. Default none: a single node needs no broker, several without one see each other's news within a second.</summary>
    public string? Uri { get; set; }

    /// <summary>The fanout exchange of this deployment; deployments that share a virtual host need different ones. Default <c>stoa.nodes</c>.</summary>
    [Required]
    public string Exchange { get; set; } = "stoa.nodes";

    /// <summary>Messages that may wait to be published; more are dropped, and the other nodes look them up. Default 4,096.</summary>
    [Range(16, 1_000_000)]
    public int OutgoingMax { get; set; } = 4_096;

    /// <summary>Messages that may wait for this node at the broker; the oldest are dropped. Default 20,000.</summary>
    [Range(16, 10_000_000)]
    public int IncomingMax { get; set; } = 20_000;

    /// <summary>Bytes that may wait for this node at the broker. Default 64 MB.</summary>
    [Range(65_536, int.MaxValue)]
    public int IncomingBytesMax { get; set; } = 64 * 1024 * 1024;
}
