using Stoa.Media.Uses;

namespace Stoa.Media.Uploads;

/// <summary>An upload as those who append to it need it.</summary>
internal sealed record UploadRow(long Id, long Owner, short State, long Length, long Received, int Parts, bool IsTaken, string? RefusalCode, string? RefusalDetail, DateTime? ReclaimAt)
{
    public const string Columns =
        """
        id, owner, state, length, received, parts, (writer is not null and writer_until > clock_timestamp()) as IsTaken,
        refusal_code as RefusalCode, refusal_detail as RefusalDetail, reclaim_at as ReclaimAt
        """;

    public bool IsUploading => State == ItemState.Uploading;

    public bool IsRefused => State == ItemState.Refused;

    /// <summary>All bytes have come; they may still have to be checked.</summary>
    public bool IsComplete => Received == Length;
}

/// <summary>Bytes of an upload that lie in the store.</summary>
internal readonly record struct StoredPart(long Start, int Bytes, string Blob);
