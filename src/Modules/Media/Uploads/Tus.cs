using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Stoa.Hosting.Problems;
using Stoa.Kernel;

namespace Stoa.Media.Uploads;

/// <summary>The words of tus 1.0.0, the protocol of resumable uploads.</summary>
internal static class Tus
{
    public const string Version = "1.0.0";
    public const string Extensions = "creation,creation-with-upload,expiration,checksum,termination";
    public const string Algorithms = "sha1,sha256";
    public const string OffsetHeader = "Upload-Offset";
    public const string LengthHeader = "Upload-Length";
    public const string ChecksumHeader = "Upload-Checksum";
    public const string MetadataHeader = "Upload-Metadata";
    public const string BodyType = "application/offset+octet-stream";
    public const int ChecksumMismatch = 460;

    private static readonly Problem wrongVersion = new(StatusCodes.Status412PreconditionFailed, "tus_version", "Read the request",
        "The call does not say that it speaks tus 1.0.0.", "Send 'Tus-Resumable: 1.0.0'.");

    public static string PathOf(MediaId media) => $"/api/media/{media}";

    /// <summary>Marks the answer, whatever it will be.</summary>
    /// <returns>Why the request is none of tus; null when it is.</returns>
    public static Problem? Greet(HttpContext context)
    {
        context.Response.Headers["Tus-Resumable"] = Version;
        if (context.Request.Headers["Tus-Resumable"] == Version)
        {
            return null;
        }

        context.Response.Headers["Tus-Version"] = Version;
        return wrongVersion;
    }

    public static bool HasBytes(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(BodyType, StringComparison.OrdinalIgnoreCase);

    public static void TellOffset(HttpContext context, long offset) =>
        context.Response.Headers[OffsetHeader] = offset.ToString(CultureInfo.InvariantCulture);

    public static void TellExpiry(HttpContext context, DateTime? expires)
    {
        if (expires is { } at)
        {
            context.Response.Headers["Upload-Expires"] = at.ToString("R", CultureInfo.InvariantCulture);
        }
    }

    /// <returns>Null for what is missing or no number from 0 on.</returns>
    public static long? Number(HttpContext context, string header) =>
        context.Request.Headers[header] is [{ } text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
