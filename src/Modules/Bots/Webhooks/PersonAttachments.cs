using System.Text.Json;
using System.Text.Json.Nodes;
using Stoa.Kernel;

namespace Stoa.Bots.Webhooks;

/// <summary>What a person attached, as a bot of the Messenger dialect expects it (messenger-platform §3.3). Pure.</summary>
internal static class PersonAttachments
{
    /// <summary>
    /// What bots can be shown. A contact and a poll have no form of their own in the dialect: they come as <c>fallback</c>, the form for what has none, and
    /// whole as lines of the text, which every bot reads.
    /// </summary>
    /// <param name="link">Signs a link to an upload.</param>
    /// <returns>The attachments (null without any), what was written under them, and whether something could not be shown.</returns>
    public static (JsonElement? Shown, string? Captions, bool Unsupported) Compose(JsonElement body, Func<MediaId, Uri> link)
    {
        var shown = new JsonArray();
        var captions = new List<string>();
        var unsupported = false;
        if (body.TryGetProperty("poll", out var poll) && poll.ValueKind == JsonValueKind.Object)
        {
            var question = Text(poll, "question") ?? "";
            captions.Add(string.Join('\n', [question, .. Texts(poll, "options").Select((option, i) => $"{i + 1}. {option}")]));
            shown.Add((JsonNode)Fallback(question, null));
        }

        foreach (var attachment in body.TryGetProperty("attachments", out var all) && all.ValueKind == JsonValueKind.Array ? all.EnumerateArray() : default)
        {
            var payload = attachment.GetProperty("payload");
            if (Text(payload, "caption") is { } caption)
            {
                captions.Add(caption);
            }

            if (Text(attachment, "type") == "contact")
            {
                captions.Add(string.Join('\n', [Text(payload, "name") ?? "", .. Texts(payload, "phones"), .. Texts(payload, "emails")]));
            }

            if (One(Text(attachment, "type") ?? "", payload, link) is { } one)
            {
                shown.Add(one);
            }
            else
            {
                unsupported = true;
            }
        }

        return (shown.Count == 0 ? null : JsonElement.Parse(shown.ToJsonString()), captions.Count == 0 ? null : string.Join('\n', captions), unsupported);
    }

    private static JsonObject? One(string type, JsonElement payload, Func<MediaId, Uri> link) => type switch
    {
        "location" => new JsonObject
        {
            ["title"] = Text(payload, "title"),
            ["url"] = null,
            ["type"] = "location",
            ["payload"] = new JsonObject
            {
                ["coordinates"] = new JsonObject { ["lat"] = payload.GetProperty("latitude").GetDouble(), ["long"] = payload.GetProperty("longitude").GetDouble() },
            },
        },
        "image" or "video" or "audio" or "file" or "voice" or "sticker" when Address(payload, link) is { } url => new JsonObject
        {
            ["type"] = type switch { "voice" => "audio", "sticker" => "image", _ => type },
            ["payload"] = new JsonObject { ["url"] = url },
        },
        "contact" => Fallback(Text(payload, "name"), Texts(payload, "phones").Select(phone => $"tel:{phone}").Concat(Texts(payload, "emails").Select(mail => $"mailto:{mail}")).FirstOrDefault()),
        _ => null,
    };

    private static JsonObject Fallback(string? title, string? url) =>
        new() { ["title"] = title, ["url"] = url, ["type"] = "fallback", ["payload"] = new JsonObject { ["title"] = title, ["url"] = url } };

    private static IEnumerable<string> Texts(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(text => text.GetString()).OfType<string>() : [];

    private static string? Address(JsonElement payload, Func<MediaId, Uri> link) =>
        payload.TryGetProperty("media", out var media) && MediaId.TryParse(Text(media, "id"), null, out var id) ? link(id).AbsoluteUri : Text(payload, "url");

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
