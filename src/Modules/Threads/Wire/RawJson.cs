using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stoa.Threads.Wire;

/// <summary>JSON that is written into an answer as it is: an event from the log, a page described by the module above.</summary>
[JsonConverter(typeof(RawJsonConverter))]
internal readonly record struct RawJson(ReadOnlyMemory<byte> Utf8);

internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Raw JSON is written, never read.");

    // Validated where it came in: by the database as json, or by the module that wrote it.
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}
