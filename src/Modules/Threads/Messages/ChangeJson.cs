using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Stoa.Threads.Messages;

/// <summary>Bodies and states of events, as bytes.</summary>
internal static class ChangeJson
{
    private static readonly JsonWriterOptions compact = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An object with what <paramref name="members"/> writes into it.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> members)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(output, compact))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>An event's member as it is now: that of its state, else that of its body; null when it has none.</summary>
    public static JsonElement? Now(Log.ScopeTarget target, string member) => Now(target.Body, target.State, member);

    /// <inheritdoc cref="Now(Log.ScopeTarget, string)"/>
    public static JsonElement? Now(JsonElement body, JsonElement? state, string member) =>
        state is { } since && since.TryGetProperty(member, out var changed) ? NotNull(changed)
        : body.TryGetProperty(member, out var original) ? NotNull(original)
        : null;

    private static JsonElement? NotNull(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : element;
}
