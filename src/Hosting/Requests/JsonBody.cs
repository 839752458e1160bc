using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;

namespace Stoa.Hosting.Requests;

/// <summary>Reads the body of a call of our own API: bounded, strict, without reflection.</summary>
/// <remarks>Give it a source-generated type of a context with <c>JsonSerializerDefaults.Strict</c>: unknown and repeated members are refused.</remarks>
public static class JsonBody
{
    /// <summary>What a body may have unless the route says more.</summary>
    public const int BytesMax = 64 * 1024;

    /// <exception cref="ProblemException">400 <c>malformed_json</c>, <c>unknown_member</c>, <c>repeated_member</c>, <c>invalid_request</c>, 413 <c>body_too_large</c>, 415 <c>wrong_media_type</c>.</exception>
    /// <param name="inspect">Sees the raw bytes before anything is made of them, and throws to refuse them.</param>
    public static async ValueTask<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, int bytesMax = BytesMax, Action<ReadOnlySequence<byte>>? inspect = null)
        where T : class
    {
        var request = context.Request;
        // Demanding the media type makes a cross-origin form post impossible: it would need a preflight that nobody answers.
        if (!request.HasJsonContentType())
        {
            throw new ProblemException(new(StatusCodes.Status415UnsupportedMediaType, "wrong_media_type", "Read the request",
                "The body must be JSON.", "Send 'Content-Type: application/json'."));
        }

        if (request.ContentLength > bytesMax)
        {
            throw TooLarge(bytesMax);
        }

        while (true)
        {
            // A connection that breaks ends this read by itself; asking for the token of its end would make one for each call.
            var result = await request.BodyReader.ReadAsync(CancellationToken.None);
            if (result.Buffer.Length > bytesMax)
            {
                request.BodyReader.AdvanceTo(result.Buffer.End);
                throw TooLarge(bytesMax);
            }

            if (!result.IsCompleted)
            {
                request.BodyReader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            try
            {
                inspect?.Invoke(result.Buffer);
                return Parse(result.Buffer, type);
            }
            finally
            {
                request.BodyReader.AdvanceTo(result.Buffer.End);
            }
        }
    }

    /// <summary>The same for JSON that is at hand.</summary>
    /// <exception cref="ProblemException">400 <c>malformed_json</c>, <c>unknown_member</c>, <c>repeated_member</c>, <c>invalid_request</c>.</exception>
    public static T Parse<T>(ReadOnlySequence<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var value = json.IsSingleSegment
                ? JsonSerializer.Deserialize(json.FirstSpan, type)
                : JsonSerializer.Deserialize(json.ToArray(), type);
            return value ?? throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw new ProblemException(JsonProblems.Of(exception));
        }
    }

    private static ProblemException TooLarge(int bytesMax) => new(ProblemServices.BodyTooLarge(bytesMax));
}
