using System.Text;
using System.Text.Json;

namespace Stoa.Threads.Search;

/// <summary>What of a message can be searched: its text, what is written on its attachments and its poll, and what kinds of things it has.</summary>
internal static class SearchedText
{
    /// <summary>Words of one message take at most this much in the index: 64 messages fit into one tsvector, which takes 1 MB. Far more than a text of 16 KB needs.</summary>
    private const int BytesMax = 15_000;

    private const int PartsMax = 200;
    private const int DepthMax = 12;

    // Members that hold what a person reads. Buttons are left out: what they say is the same under every message of a bot.
    private static readonly HashSet<string> read = new(StringComparer.Ordinal)
    {
        "text", "caption", "name", "title", "subtitle", "description", "address", "question", "options", "intro_message",
        "pnr_number", "order_number", "recipient_name", "passenger_name", "flight_number", "city",
    };

    private static readonly HashSet<string> leftOut = new(StringComparer.Ordinal) { "buttons", "quickReplies", "quick_replies", "default_action", "entities", "press", "payment", "reactions" };

    /// <param name="message">The event as it is now.</param>
    /// <returns>The message's own text first.</returns>
    public static List<string> PartsOf(JsonElement message)
    {
        var parts = new List<string>();
        if (message.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
        {
            parts.Add(Text(text));
        }

        foreach (var name in (ReadOnlySpan<string>)["poll", "attachments"])
        {
            if (message.TryGetProperty(name, out var within))
            {
                Collect(within, "", parts, 0);
            }
        }

        return parts;
    }

    /// <summary>The words that the index has of a message; those of a text too long for it are cut off alike wherever this is asked.</summary>
    public static HashSet<string> WordsOf(List<string> parts)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        var left = BytesMax;
        foreach (var part in parts)
        {
            foreach (var word in WordReader.Read(part))
            {
                if (words.Contains(word.Text))
                {
                    continue;
                }

                left -= Encoding.UTF8.GetByteCount(word.Text) + 6;
                if (left < 0)
                {
                    return words;
                }

                words.Add(word.Text);
            }
        }

        return words;
    }

    public static bool Has(JsonElement message, string thing)
    {
        if (thing == "link")
        {
            return (message.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String && HasLink(Text(text)))
                || (message.TryGetProperty("entities", out var entities) && entities.ValueKind == JsonValueKind.Array && entities.EnumerateArray().Any(entity => IsOfType(entity, "link")));
        }

        return message.TryGetProperty("attachments", out var attachments) && attachments.ValueKind == JsonValueKind.Array
            && attachments.EnumerateArray().Any(attachment => IsOfType(attachment, thing));
    }

    private static bool HasLink(string text) =>
        text.Contains("http://", StringComparison.OrdinalIgnoreCase) || text.Contains("https://", StringComparison.OrdinalIgnoreCase) || text.Contains("www.", StringComparison.OrdinalIgnoreCase);

    private static bool IsOfType(JsonElement element, string type) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var named) && named.ValueKind == JsonValueKind.String && named.ValueEquals(type);

    private static void Collect(JsonElement element, string name, List<string> parts, int depth)
    {
        if (parts.Count >= PartsMax || depth > DepthMax)
        {
            return;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.String when read.Contains(name):
                parts.Add(Text(element));
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Collect(item, name, parts, depth + 1);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    if (!leftOut.Contains(member.Name))
                    {
                        Collect(member.Value, member.Name, parts, depth + 1);
                    }
                }

                break;
        }
    }

    /// <summary>A bot's JSON may have half a surrogate pair in it, which no .NET string can be made of.</summary>
    private static string Text(JsonElement element)
    {
        try
        {
            return element.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
