using System.ComponentModel.DataAnnotations;

namespace Stoa.Threads;

/// <summary>Section <c>Threads</c>.</summary>
public sealed class ThreadsOptions
{
    public const string Section = "Threads";

    /// <summary>Messages one person may send in ten seconds, over all devices of this node. Default 30. Not applied with limits off.</summary>
    [Range(1, 1_000_000)]
    public int SendsPerTenSeconds { get; set; } = 30;

    /// <summary>Messages in one commit at most. Default 512; measured batches were never larger.</summary>
    [Range(1, 4_096)]
    public int BatchMax { get; set; } = 512;

    /// <summary>Messages that may wait for their commit; beyond it senders are told to come back (503). Default 16,384.</summary>
    [Range(1, 1_000_000)]
    public int QueueMax { get; set; } = 16_384;

    /// <summary>People in a group, the one who makes it included. Default 50.</summary>
    [Range(2, 256)]
    public int GroupMax { get; set; } = 50;
}
