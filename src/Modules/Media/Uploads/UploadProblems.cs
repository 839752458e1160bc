using System.Globalization;
using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;

namespace Stoa.Media.Uploads;

/// <summary>What can be wrong with an upload, with stable codes. docs/protocol/media.md lists them.</summary>
internal static class UploadProblems
{
    private const string Appending = "Append to an upload";

    public static Problem NotFound { get; } = Problem.NotFound("media_not_found", "upload");

    public static Problem ClientIdTaken { get; } = new(StatusCodes.Status409Conflict, "client_id_taken", "Begin an upload",
        "Another upload of yours with another length has this clientId.", "Make a new UUID for each upload.");

    public static Problem Unfinished { get; } = new(StatusCodes.Status409Conflict, "upload_unfinished", "Look up an upload",
        "Its bytes have not all come, or are being checked just now.", "HEAD tells how many have come; PATCH sends the rest.");

    public static Problem Locked { get; } = new(StatusCodes.Status423Locked, "upload_locked", Appending,
        "Another call is appending to it, or it is being checked just now.", "End the other call, or wait; HEAD then tells where to go on.")
    { RetryAfterSeconds = 1 };

    public static Problem InUse { get; } = new(StatusCodes.Status409Conflict, "media_in_use", "Delete an upload",
        "A message uses it.", "Unsend the message: what nothing uses goes by itself.");

    public static Problem Expired { get; } = new(StatusCodes.Status410Gone, "upload_expired", Appending, "It was begun too long ago and is being forgotten.", "Begin a new upload.");

    public static Problem WrongType { get; } = new(StatusCodes.Status415UnsupportedMediaType, "wrong_media_type", Appending,
        "The body is not marked as bytes of an upload.", $"Send 'Content-Type: {Tus.BodyType}'.");

    public static Problem ChecksumUnknown { get; } = Problem.Invalid("checksum_unknown", "Upload-Checksum names no algorithm we know, or no sum in base 64.", $"Use one of {Tus.Algorithms}, a space, and the sum in base 64.");

    public static Problem ChecksumMismatch { get; } = new(Tus.ChecksumMismatch, "checksum_mismatch", Appending,
        "The bytes are not those of Upload-Checksum; none of them was kept.", "Send them again from the same offset.");

    public static Problem TooManyParts { get; } = new(StatusCodes.Status409Conflict, "too_many_parts", Appending, "It has come in too many small parts.", "Begin anew and send at least 64 KB at a time.");

    public static Problem StoreAway { get; } = new(StatusCodes.Status503ServiceUnavailable, "store_unavailable", Appending, "The store does not take bytes just now.", "HEAD tells how many were kept; go on from there in a while.")
    { RetryAfterSeconds = 5 };

    public static Problem Busy { get; } = new(StatusCodes.Status503ServiceUnavailable, "busy", Appending, "Too many uploads come in at this moment.", "Try again in a few seconds.")
    { RetryAfterSeconds = 3 };

    public static Problem TooLarge(long bytesMax) => new(StatusCodes.Status413PayloadTooLarge, "media_too_large", "Begin an upload",
        string.Create(CultureInfo.InvariantCulture, $"It has more than {bytesMax} bytes."), "Make it smaller. Videos may be larger than pictures, sound and files: declare filetype in Upload-Metadata.");

    public static Problem TooMuch(long left) => new(StatusCodes.Status413PayloadTooLarge, "beyond_length", Appending,
        string.Create(CultureInfo.InvariantCulture, $"The body is longer than the {left} bytes that are still to come."), "Send what was announced in Upload-Length.");

    public static Problem WrongOffset(long offset) => new(StatusCodes.Status409Conflict, "wrong_offset", Appending,
        string.Create(CultureInfo.InvariantCulture, $"{offset} bytes have come; Upload-Offset must say so."), "Go on from the offset that HEAD tells.");

    public static Problem Refused(string code, string detail) => new(StatusCodes.Status422UnprocessableEntity, code, "Check an upload", detail,
        "Save it anew in another program or format, or smaller, and upload that.");
}
