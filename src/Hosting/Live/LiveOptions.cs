using System.ComponentModel.DataAnnotations;

namespace Stoa.Hosting.Live;

/// <summary>Section <c>Live</c>.</summary>
public sealed class LiveOptions
{
    public const string Section = "Live";

    /// <summary>Seconds within which the first frame must come. Default 10.</summary>
    [Range(1, 600)]
    public int HelloSeconds { get; set; } = 10;

    /// <summary>Seconds of silence after which a device counts as gone; clients ping at least each 60. Default 90.</summary>
    [Range(1, 3_600)]
    public int SilenceSeconds { get; set; } = 90;

    /// <summary>Bytes in a frame from a client. Default 32 KB.</summary>
    [Range(1_024, 1_048_576)]
    public int FrameBytesMax { get; set; } = 32 * 1024;

    /// <summary>Frames from one device in ten seconds; beyond it 4009. Default 200. Not applied with limits off.</summary>
    [Range(1, 1_000_000)]
    public int FramesPerTenSeconds { get; set; } = 200;

    /// <summary>Frames that may wait for a device that reads slowly; beyond it 4008: it comes back and resumes. Default 1,024.</summary>
    [Range(1, 1_000_000)]
    public int QueueFramesMax { get; set; } = 1_024;

    /// <summary>Bytes that may wait for a device that reads slowly. Default 1 MB.</summary>
    [Range(1_024, 1_073_741_824)]
    public int QueueBytesMax { get; set; } = 1024 * 1024;

    /// <summary>Sockets on this node; beyond it 4009. About 14 KB each. Default 20,000.</summary>
    [Range(1, 10_000_000)]
    public int ConnectionsMax { get; set; } = 20_000;

    /// <summary>Sockets of one person on this node; the oldest gives way. Default 20.</summary>
    [Range(1, 10_000)]
    public int ConnectionsPerPersonMax { get; set; } = 20;
}
