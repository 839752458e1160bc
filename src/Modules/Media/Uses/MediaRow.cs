namespace Stoa.Media.Uses;

/// <summary>A row of <c>media.items</c> as cards and answers need it.</summary>
internal sealed record MediaRow
{
    public const string Columns =
        """
        i.id, i.owner, i.state, i.name, i.length, i.received, i.refusal_code as RefusalCode, i.refusal_detail as RefusalDetail, i.kind, i.type, i.bytes, i.width, i.height,
        i.duration_ms as DurationMs, i.waveform, i.blob, i.thumbnail, i.thumbnail_type as ThumbnailType, i.thumbnail_bytes as ThumbnailBytes, i.reclaim_at as ReclaimAt
        """;

    public long Id { get; init; }

    public long Owner { get; init; }

    public short State { get; init; }

    public string Name { get; init; } = "";

    public long Length { get; init; }

    public long Received { get; init; }

    public string? RefusalCode { get; init; }

    public string? RefusalDetail { get; init; }

    public string? Kind { get; init; }

    public string? Type { get; init; }

    public long? Bytes { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    public int? DurationMs { get; init; }

    public byte[]? Waveform { get; init; }

    public string? Blob { get; init; }

    public string? Thumbnail { get; init; }

    public string? ThumbnailType { get; init; }

    public int? ThumbnailBytes { get; init; }

    public DateTime? ReclaimAt { get; init; }

    public byte[]? ThumbnailSent { get; init; }

    public bool IsFinished => State == ItemState.Finished;

    /// <exception cref="InvalidOperationException">It is not finished.</exception>
    public MediaCard AsCard() => IsFinished && Kind is not null && Type is not null && Bytes is { } bytes
        ? new(new(Id), new(Owner), Kind, Type, Name, bytes, Width, Height, DurationMs, Thumbnail is not null, Waveform?.Select(value => (int)value).ToArray())
        : throw new InvalidOperationException($"Upload {Id} is not finished: it has no card.");
}

/// <summary>The numbers of <c>media.items.state</c>.</summary>
internal static class ItemState
{
    public const short Uploading = 0;
    public const short Finished = 1;
    public const short Refused = 2;
}
