using System.Text.Json;
using Stoa.Kernel;

namespace Stoa.Threads.Messages;

/// <summary>
/// What of a message stands in another conversation: text, uploads, places, contacts and the question of a poll. Not its replies, reactions
/// and votes; not the names of members of the other thread; and nothing to press, since nobody there would hear it. Pure.
/// </summary>
internal sealed class ForwardCopy
{
    private static readonly string[] attachable = ["image", "video", "audio", "file", "voice", "sticker", "location", "contact"];

    private readonly JsonElement? text;
    private readonly List<JsonElement> entities;
    private readonly List<JsonElement> attachments;
    private readonly JsonElement? poll;
    private readonly bool isPollOpen;
    private readonly JsonElement? from;

    private ForwardCopy(JsonElement body, JsonElement? state, DateTimeOffset now)
    {
        text = ChangeJson.Now(body, state, "text");
        entities = [.. Items(ChangeJson.Now(body, state, "entities")).Where(entity => entity.GetProperty("type").GetString() != "mention")];
        attachments = [.. Items(ChangeJson.Now(body, state, "attachments")).Where(attachment =>
            attachment.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && attachable.Contains(type.GetString()))];
        poll = ChangeJson.Now(body, state, "poll");
        isPollOpen = poll is { } asked && (!asked.TryGetProperty("closesAt", out var closesAt) || closesAt.GetDateTimeOffset() > now);
        if (body.TryGetProperty("forwarded", out var forwarded))
        {
            Times = forwarded.GetProperty("times").GetInt32();
            from = forwarded.TryGetProperty("from", out var name) ? name : null;
        }

        WasForwarded = Times > 0;
        Times++;
        Media = [.. attachments.Select(MediaOf).OfType<MediaId>()];
    }

    /// <summary>How often it has been passed on, this time included.</summary>
    public int Times { get; }

    public IReadOnlyList<MediaId> Media { get; }

    public bool IsEmpty => text is null && attachments.Count == 0 && poll is null;

    private bool WasForwarded { get; }

    public static ForwardCopy Of(JsonElement body, JsonElement? state, DateTimeOffset now) => new(body, state, now);

    /// <param name="authorName">Said where the copied message was no forward itself.</param>
    public byte[] Write(string? authorName) => ChangeJson.Object(json =>
    {
        if (text is { } said)
        {
            json.WritePropertyName("text"u8);
            said.WriteTo(json);
        }

        WriteAll(json, "entities"u8, entities);
        WriteAll(json, "attachments"u8, attachments);
        if (poll is { } asked)
        {
            json.WriteStartObject("poll"u8);
            foreach (var member in asked.EnumerateObject().Where(member => isPollOpen || member.Name != "closesAt"))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        json.WriteStartObject("forwarded"u8);
        json.WriteNumber("times"u8, Times);
        if ((WasForwarded ? from?.GetString() : authorName) is { } name)
        {
            json.WriteString("from"u8, name);
        }

        json.WriteEndObject();
    });

    private static void WriteAll(Utf8JsonWriter json, ReadOnlySpan<byte> name, List<JsonElement> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var item in items)
        {
            item.WriteTo(json);
        }

        json.WriteEndArray();
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement? list) => list is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : default;

    private static MediaId? MediaOf(JsonElement attachment) =>
        attachment.TryGetProperty("payload", out var payload) && payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty("media", out var media)
        && media.ValueKind == JsonValueKind.Object && media.TryGetProperty("id", out var id) && MediaId.TryParse(id.GetString(), null, out var found)
            ? found
            : null;
}
