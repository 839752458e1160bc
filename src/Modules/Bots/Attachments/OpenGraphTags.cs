using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Stoa.Bots.Attachments;

/// <summary>What a page of the web says of itself (messenger-platform §2.4). Pure.</summary>
internal static partial class OpenGraphTags
{
    private const int LookedAtMax = 128 * 1024;
    private const int TextMax = 300;
    private static readonly string[] texts = ["og:title", "og:site_name", "og:description", "music:musician"];
    private static readonly string[] addresses = ["og:image", "og:audio"];

    /// <returns>Members named as the tags, after the colon; null when there are none.</returns>
    public static JsonObject? Read(ReadOnlySpan<byte> html)
    {
        var found = new JsonObject();
        var page = Encoding.UTF8.GetString(html[..Math.Min(html.Length, LookedAtMax)]);
        foreach (Match tag in Meta().Matches(page))
        {
            var (name, content) = (AttributeOf(tag.Value, Name()), AttributeOf(tag.Value, Content()));
            if (name is null || content is null || found.ContainsKey(Member(name)))
            {
                continue;
            }

            if (texts.Contains(name))
            {
                found[Member(name)] = content.Length > TextMax ? content[..TextMax] : content;
            }
            else if (addresses.Contains(name) && Uri.TryCreate(content, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && content.Length <= 4096)
            {
                found[Member(name)] = content;
            }
        }

        return found.Count == 0 ? null : found;
    }

    private static string Member(string name) => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private static string? AttributeOf(string tag, Regex attribute)
    {
        var match = attribute.Match(tag);
        return match.Success ? WebUtility.HtmlDecode(match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value).Trim() : null;
    }

    [GeneratedRegex("<meta\\s[^>]{0,4000}>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Meta();

    [GeneratedRegex("\\s(?:property|name)\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)')", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex("\\scontent\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)')", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Content();
}
