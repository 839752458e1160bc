using System.Text.Json;
using Stoa.Hosting.Outbound;

namespace Stoa.Payments.Processors.Remote;

/// <summary>Calls a processor's own interface, by the guarded client. Nothing of request or answer is logged.</summary>
internal sealed class ProcessorHttp(GuardedClient client)
{
    /// <param name="request">Disposed here.</param>
    public async Task<Reply> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            // Some processors have been seen to stumble over it.
            request.Headers.ExpectContinue = false;
            if (await client.SendAsync(request, OutboundLimits.Processors, cancellationToken) is not OutboundOutcome.Answered answered)
            {
                return Reply.Lost.Instance;
            }

            try
            {
                return new Reply.Answered(answered.Status, answered.Body.Length == 0 ? default : JsonElement.Parse(answered.Body.Span));
            }
            catch (JsonException)
            {
                return Reply.Lost.Instance;
            }
        }
    }
}

/// <summary>What came of one call.</summary>
internal abstract record Reply
{
    private Reply()
    {
    }

    /// <param name="Json">Undefined for an answer without a body.</param>
    public sealed record Answered(int Status, JsonElement Json) : Reply
    {
        public bool Success => Status is >= 200 and < 300;
    }

    /// <summary>No answer, or none that can be read: the request may have been carried out.</summary>
    public sealed record Lost : Reply
    {
        public static Lost Instance { get; } = new();
    }
}

/// <summary>Reads answers whose shape is another's: what is missing is null.</summary>
internal static class Reading
{
    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) && member.ValueKind is not JsonValueKind.Null ? member : null;

    public static JsonElement? Member(this JsonElement? json, string name) => json?.Member(name);

    public static string? Text(this JsonElement json, string name) => json.Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static string? Text(this JsonElement? json, string name) => json?.Text(name);

    public static long? Number(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    public static long? Number(this JsonElement? json, string name) => json?.Number(name);

    public static bool IsTrue(this JsonElement json, string name) => json.Member(name) is { ValueKind: JsonValueKind.True };

    public static IEnumerable<JsonElement> Items(this JsonElement? json) => json is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) => json.Member(name).Items();
}
