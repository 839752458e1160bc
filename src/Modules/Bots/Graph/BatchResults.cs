using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Graph;

/// <summary>What the named calls of a batch answered, for those after them: <c>{result=name:$.data.0.id}</c>.</summary>
internal sealed class BatchResults
{
    private const string Opening = "{result=";

    private readonly Dictionary<string, (int Status, JsonElement Body)> named = new(StringComparer.Ordinal);

    public bool Succeeded(string name) => named.TryGetValue(name, out var result) && result.Status == StatusCodes.Status200OK;

    public void Note(string? name, int status, string body)
    {
        if (name is not null && LenientJson.TryParse(body, out var json))
        {
            named[name] = (status, json);
        }
    }

    /// <returns>The part with what it refers to put in; null when it refers to a call that failed or has not been.</returns>
    public BatchPart? Fill(BatchPart part)
    {
        var url = Fill(part.RelativeUrl);
        var body = part.Body is null ? "" : Fill(part.Body);
        return url is null || body is null ? null : part with { RelativeUrl = url, Body = part.Body is null ? null : body };
    }

    private string? Fill(string text)
    {
        var filled = new StringBuilder();
        var at = 0;
        while (text.IndexOf(Opening, at, StringComparison.Ordinal) is >= 0 and var start && text.IndexOf('}', start) is >= 0 and var end)
        {
            var reference = text[(start + Opening.Length)..end];
            var colon = reference.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? reference : reference[..colon];
            if (!Succeeded(name))
            {
                return null;
            }

            filled.Append(text, at, start - at).Append(Uri.EscapeDataString(string.Join(',', Select(named[name].Body, colon < 0 ? "$" : reference[(colon + 1)..]))));
            at = end + 1;
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Of JSONPath what batches use: members, places, and <c>*</c>.</summary>
    private static IEnumerable<string> Select(JsonElement body, string path)
    {
        IEnumerable<JsonElement> found = [body];
        foreach (var step in path.TrimStart('$').Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            found = found.SelectMany(element => Step(element, step)).ToList();
        }

        return found.Select(element => element.ValueKind == JsonValueKind.String ? element.GetString() ?? "" : element.GetRawText());
    }

    private static IEnumerable<JsonElement> Step(JsonElement element, string step) => element.ValueKind switch
    {
        JsonValueKind.Array when step == "*" => element.EnumerateArray(),
        JsonValueKind.Array when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < element.GetArrayLength() => [element[place]],
        JsonValueKind.Object when step == "*" => element.EnumerateObject().Select(member => member.Value),
        JsonValueKind.Object when element.TryGetProperty(step, out var member) => [member],
        _ => [],
    };
}
