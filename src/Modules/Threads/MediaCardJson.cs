using System.Text.Json;
using Stoa.Media;

namespace Stoa.Threads;

/// <summary>How an upload stands in an event (docs/protocol/http.md, "Attachments").</summary>
public static class MediaCardJson
{
    /// <summary>Writes the member <c>media</c>.</summary>
    public static void Write(Utf8JsonWriter json, MediaCard card)
    {
        json.WriteStartObject("media"u8);
        json.WriteString("id"u8, card.Id.ToString());
        json.WriteString("type"u8, card.Type);
        json.WriteString("name"u8, card.Name);
        json.WriteNumber("bytes"u8, card.Bytes);
        if (card is { Width: { } width, Height: { } height })
        {
            json.WriteNumber("width"u8, width);
            json.WriteNumber("height"u8, height);
        }

        if (card.DurationMs is { } durationMs)
        {
            json.WriteNumber("durationMs"u8, durationMs);
        }

        json.WriteBoolean("thumbnail"u8, card.HasThumbnail);
        json.WriteEndObject();
    }
}
