using System.Text.Json.Serialization;

namespace Stoa.Protocol.Graph;

/// <summary>An error of the Messenger dialect, as it stands in <c>{"error":{…}}</c>.</summary>
/// <param name="Message">Begins with <c>(#code) </c>, except for 190 and "unsupported request" errors.</param>
/// <param name="Type"><c>OAuthException</c> for nearly all, <c>GraphMethodException</c> for unsupported requests and wrong proofs.</param>
public sealed record GraphError(string Message, string Type, int Code)
{
    public int? ErrorSubcode { get; init; }

    /// <summary>What in the request was wrong, by its full path: <c>message[attachment][payload][elements][0][title]</c>.</summary>
    public string? ErrorData { get; init; }

    public bool? IsTransient { get; init; }

    /// <summary>What helps.</summary>
    public string? ErrorUserMsg { get; init; }

    /// <summary>Joins the answer to the server's traces; eleven characters.</summary>
    public string? FbtraceId { get; init; }

    /// <summary>An invalid parameter: code 100.</summary>
    public static GraphError Parameter(string message, int? subcode = null, string? path = null) =>
        new($"(#100) {message}", "OAuthException", 100) { ErrorSubcode = subcode, ErrorData = path };
}

/// <summary>The envelope of an error.</summary>
public sealed record GraphErrorEnvelope(GraphError Error);

/// <summary>Carries a <see cref="GraphError"/> out of the place that found it; becomes the answer.</summary>
public sealed class GraphException(GraphError error) : Exception(error.Message)
{
    public GraphError Error { get; } = error;
}

/// <summary>Writes the dialect's snake_case members and leaves absent ones out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GraphErrorEnvelope))]
[JsonSerializable(typeof(WebhookBody))]
[JsonSerializable(typeof(WebhookReferral))]
public sealed partial class GraphJson : JsonSerializerContext;
