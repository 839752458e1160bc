using System.Text.Json;
using System.Text.Json.Nodes;
using Stoa.Kernel;

namespace Stoa.Bots.Webhooks;

/// <summary>What the page itself sent, as its echo tells it (messenger-platform §3.5). Pure.</summary>
internal static class PageAttachments
{
    /// <param name="link">Signs a link to an upload.</param>
    /// <returns>The attachments (null without any), and the text of a button template, which stands in the message.</returns>
    public static (JsonElement? Shown, string? Text) Compose(JsonElement body, Func<MediaId, Uri> link)
    {
        var shown = new JsonArray();
        string? said = null;
        foreach (var attachment in body.TryGetProperty("attachments", out var all) && all.ValueKind == JsonValueKind.Array ? all.EnumerateArray() : default)
        {
            var payload = JsonNode.Parse(attachment.GetProperty("payload").GetRawText()) as JsonObject ?? [];
            var type = attachment.GetProperty("type").GetString();
            if (type != "template")
            {
                shown.Add((JsonNode)Media(type, attachment.GetProperty("payload"), link));
                continue;
            }

            var title = Text(payload, "title") ?? Text((payload["elements"] as JsonArray)?.FirstOrDefault() as JsonObject, "title") ?? "";
            if (Text(payload, "template_type") == "button")
            {
                (said, title) = (Text(payload, "text"), "");
                payload.Remove("text");
            }

            shown.Add((JsonNode)new JsonObject { ["title"] = title, ["url"] = null, ["type"] = "template", ["payload"] = payload });
        }

        return (shown.Count == 0 ? null : JsonElement.Parse(shown.ToJsonString()), said);
    }

    private static JsonObject Media(string? type, JsonElement payload, Func<MediaId, Uri> link)
    {
        var content = new JsonObject();
        if (payload.TryGetProperty("media", out var media) && MediaId.TryParse(media.GetProperty("id").GetString(), null, out var id))
        {
            content["url"] = link(id).AbsoluteUri;
        }
        else if (payload.TryGetProperty("url", out var url))
        {
            // Of before the server kept what pages send.
            content["url"] = url.GetString();
        }

        return new() { ["type"] = type, ["payload"] = content };
    }

    private static string? Text(JsonObject? parent, string name) => parent?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
