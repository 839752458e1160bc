using System.ComponentModel.DataAnnotations;

namespace Stoa.Media;

/// <summary>What the operator chooses about uploads. Section <c>Media</c>. The defaults are the security rules.</summary>
public sealed class MediaOptions
{
    public const string Section = "Media";

    /// <summary>The most that a picture, an audio or another file may have. Default 25 MB.</summary>
    [Range(1, 1L << 31)]
    public long BytesMax { get; set; } = 25 * 1024 * 1024;

    /// <summary>The most that a video may have. Default 100 MB. A checked upload needs as much temporary disk once more.</summary>
    [Range(1, 1L << 31)]
    public long VideoBytesMax { get; set; } = 100 * 1024 * 1024;

    /// <summary>What one person may hold, begun uploads included. Default 2 GB.</summary>
    [Range(1, 1L << 50)]
    public long BytesPerPerson { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>What one page may hold: what its bots attach and the pictures of its templates. Default 20 GB.</summary>
    [Range(1, 1L << 50)]
    public long BytesPerPage { get; set; } = 20L * 1024 * 1024 * 1024;

    /// <summary>Uploads that one person may begin per hour. Default 60. Off with <c>Stoa:Limits</c>.</summary>
    [Range(1, 1_000_000)]
    public int UploadsPerHour { get; set; } = 60;

    /// <summary>Uploads that one person may begin per day. Default 500. Off with <c>Stoa:Limits</c>.</summary>
    [Range(1, 1_000_000)]
    public int UploadsPerDay { get; set; } = 500;

    /// <summary>An upload that is not finished by then is forgotten. Default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan UploadExpiresAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>A finished upload that nothing has used by then is reclaimed. Default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan UnusedIsKeptFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long an upload stays after its last use has ended: an undo may use it again. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan ReleasedIsKeptFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Appends that this node takes at the same time; each holds a buffer of 1 MB. Default 32; more are asked to wait.</summary>
    [Range(1, 1024)]
    public int AppendsMax { get; set; } = 32;

    /// <summary>Answers of the media origin that this node sends at the same time. Default 256; more are asked to wait.</summary>
    [Range(1, 65536)]
    public int ServesMax { get; set; } = 256;

    /// <summary>How long an append waits for the next byte before what has come is kept and the connection given up. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan SilenceMax { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Where blobs lie: <c>disk</c> or <c>s3</c>. Default <c>disk</c>. Several nodes need <c>s3</c>, or a folder that all of them see.</summary>
    [RegularExpression("^(disk|s3)$")]
    public string Store { get; set; } = "disk";

    /// <summary>With <c>disk</c>: the folder. Default <c>media</c> in the data directory.</summary>
    public string? Folder { get; set; }

    /// <summary>With <c>s3</c>.</summary>
    public S3Options S3 { get; set; } = new();
}

/// <summary>An S3-compatible store. Section <c>Media:S3</c>. The bucket must exist, private.</summary>
public sealed class S3Options
{
    /// <summary>As <c>https://s3.eu-central-1.amazonaws.com</c>; the bucket is put into the path. Plain http only for a store on this machine or a private network.</summary>
    public string? Address { get; set; }

    /// <summary>As <c>eu-central-1</c>; stores without regions take any. Default <c>us-east-1</c>.</summary>
    public string Region { get; set; } = "us-east-1";

    public string? Bucket { get; set; }

    /// <summary>Put before every name, as <c>stoa/</c>. Default none.</summary>
    [RegularExpression("^([A-Za-z0-9_.-]+/)*$")]
    public string Prefix { get; set; } = "";

    public string? AccessKeyId { get; set; }

    /// <summary>From the environment (<c>Media__S3__SecretAccessKey</c>), never from a settings file.</summary>
    public string? SecretAccessKey { get; set; }

    /// <summary>Blobs from this size on are put in parts of it. Default 16 MB; at least 5 MB, as the protocol demands.</summary>
    [Range(5 * 1024 * 1024, 512 * 1024 * 1024)]
    public int PartBytes { get; set; } = 16 * 1024 * 1024;
}
