using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Stoa.Protocol.Graph;

/// <summary>Reads JSON as the dialect's callers write it: comments and trailing commas pass, and strings may stand in single quotes.</summary>
public static class LenientJson
{
    private static readonly JsonDocumentOptions options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 32 };

    /// <returns>False when the text is no JSON in either spelling.</returns>
    public static bool TryParse(string text, out JsonElement value) =>
        TryParseStrictly(text, out value) || (text.Contains('\'', StringComparison.Ordinal) && TryParseStrictly(WithDoubleQuotes(text), out value));

    public static bool TryParse(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out JsonElement? value)
    {
        value = null;
        try
        {
            using var document = JsonDocument.Parse(utf8, options);
            value = document.RootElement.Clone();
            return true;
        }
        catch (JsonException)
        {
            if (utf8.Span.Contains((byte)'\'') && TryParse(Encoding.UTF8.GetString(utf8.Span), out var lenient))
            {
                value = lenient;
            }

            return value is not null;
        }
    }

    /// <summary>
    /// Finds what no store and no renderer takes: a string with half of a surrogate pair, or with U+0000.
    /// </summary>
    /// <returns>The path of the first one, or null.</returns>
    public static string? FindBadText(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                try
                {
                    return value.GetString() is { } text && text.Contains('\0', StringComparison.Ordinal) ? path : null;
                }
                catch (InvalidOperationException)
                {
                    return path;
                }

            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    string name;
                    try
                    {
                        name = member.Name;
                    }
                    catch (InvalidOperationException)
                    {
                        return path;
                    }

                    if (name.Contains('\0', StringComparison.Ordinal))
                    {
                        return path;
                    }

                    if (FindBadText(member.Value, path.Length == 0 ? name : $"{path}[{name}]") is { } bad)
                    {
                        return bad;
                    }
                }

                return null;

            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    if (FindBadText(item, $"{path}[{index++}]") is { } bad)
                    {
                        return bad;
                    }
                }

                return null;

            default:
                return null;
        }
    }

    private static bool TryParseStrictly(string text, out JsonElement value)
    {
        try
        {
            using var document = JsonDocument.Parse(text, options);
            value = document.RootElement.Clone();
            return true;
        }
        catch (JsonException)
        {
            value = default;
            return false;
        }
    }

    private static string WithDoubleQuotes(string text)
    {
        var result = new StringBuilder(text.Length + 8);
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\0' && i + 1 < text.Length)
            {
                // \' is no JSON escape; inside double quotes it needs none.
                var next = text[++i];
                _ = next == '\'' ? result.Append('\'') : result.Append('\\').Append(next);
            }
            else if (quote == '\0' && c is '\'' or '"')
            {
                (quote, _) = (c, result.Append('"'));
            }
            else if (c == quote && quote != '\0')
            {
                (quote, _) = ('\0', result.Append('"'));
            }
            else
            {
                _ = c == '"' ? result.Append("\\\"") : result.Append(c);
            }
        }

        return result.ToString();
    }
}
