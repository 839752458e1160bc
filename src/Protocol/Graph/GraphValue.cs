using System.Globalization;
using System.Text.Json;

namespace Stoa.Protocol.Graph;

/// <summary>
/// A value of a request together with where it stands, so that every complaint names the place. Reads as the dialect reads:
/// ids as string or number, booleans as words, enumerations in any case, JSON <c>null</c> as absent, unknown members ignored.
/// </summary>
/// <remarks>Each reading method throws a <see cref="GraphException"/> with code 100 for a value of the wrong kind.</remarks>
public readonly struct GraphValue
{
    private readonly JsonElement element;
    private readonly int shownFrom;

    public GraphValue(JsonElement element, string path)
        : this(element, path, 0)
    {
    }

    private GraphValue(JsonElement element, string path, int shownFrom) => (this.element, Path, this.shownFrom) = (element, path, shownFrom);

    /// <summary>The full path, <c>message[attachment][payload][elements][0][title]</c>.</summary>
    public string Path { get; }

    /// <summary>Neither missing nor <c>null</c>.</summary>
    public bool Exists => element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>As it was sent.</summary>
    public JsonElement Raw => element;

    // The platform calls the inside of a template's payload so in its messages.
    private string Shown => shownFrom == 0 ? Path : string.Concat("name_placeholder", Path.AsSpan(shownFrom));

    /// <summary>A member of this object; absent when this is absent.</summary>
    public GraphValue this[string name]
    {
        get
        {
            var path = Path.Length == 0 ? name : $"{Path}[{name}]";
            return Exists && Members().element.TryGetProperty(name, out var member) ? new(member, path, shownFrom) : new(default, path, shownFrom);
        }
    }

    /// <summary>The same value, called <c>name_placeholder</c> in messages.</summary>
    public GraphValue AsTemplate() => new(element, Path, Path.Length);

    public GraphException Wrong(string message, int? subcode = null) => new(GraphError.Parameter(message, subcode, Path));

    public GraphValue Required() => Exists ? this : throw Wrong($"The parameter {Shown} is required");

    public GraphValue Members() => Required().element.ValueKind == JsonValueKind.Object ? this : throw Wrong($"Param {Shown} must be an object.");

    /// <summary>The items of a required array.</summary>
    public IReadOnlyList<GraphValue> List(int least, int most)
    {
        if (Required().element.ValueKind != JsonValueKind.Array)
        {
            throw Wrong($"Param {Shown} must be an array.");
        }

        var count = element.GetArrayLength();
        if (count == 0 && least > 0)
        {
            throw Wrong($"param {Shown} must be non-empty.");
        }

        if (count < least || count > most)
        {
            throw Wrong(least == most ? $"Param {Shown} must have exactly {most} items." : $"Param {Shown} must have {least} to {most} items.");
        }

        var items = new GraphValue[count];
        for (var i = 0; i < count; i++)
        {
            items[i] = new(element[i], $"{Path}[{i}]", shownFrom);
        }

        return items;
    }

    /// <summary>The items of an optional array.</summary>
    public IReadOnlyList<GraphValue> ListOrNone(int most) => Exists ? List(0, most) : [];

    /// <summary>A required text that is not empty.</summary>
    /// <param name="most">Unicode characters.</param>
    public string Text(int most) => TextOrNull(most) is { Length: > 0 } text ? text : throw (Exists ? Wrong($"param {Shown} must be non-empty.") : Wrong($"The parameter {Shown} is required"));

    public string? TextOrNull(int most)
    {
        if (!Exists)
        {
            return null;
        }

        return element.ValueKind == JsonValueKind.String ? Measured(element.GetString()!, most) : throw Wrong($"Param {Shown} must be a string."); // A string's text is not null.
    }

    /// <summary>A text that may stand as a number: payloads and ids.</summary>
    public string? TextOrNumber(int most) => element.ValueKind == JsonValueKind.Number ? Measured(element.GetRawText(), most) : TextOrNull(most);

    public bool Flag(bool otherwise = false) => element.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => otherwise,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number or JsonValueKind.String when element.ToString() is var word =>
            word is "1" || word.Equals("true", StringComparison.OrdinalIgnoreCase) ? true
            : word is "0" or "" || word.Equals("false", StringComparison.OrdinalIgnoreCase) ? false
            : throw Wrong($"Param {Shown} must be a boolean"),
        _ => throw Wrong($"Param {Shown} must be a boolean"),
    };

    /// <summary>One of the words, in any case.</summary>
    /// <returns>The word as listed; null when absent.</returns>
    public string? OneOf(params ReadOnlySpan<string> words)
    {
        if (!Exists)
        {
            return null;
        }

        var text = TextOrNull(100);
        foreach (var word in words)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return word;
            }
        }

        throw Wrong($"Param {Shown} must be one of {{{string.Join(", ", words!)}}} - got \"{text}\".");
    }

    /// <summary>An absolute http or https address.</summary>
    public string? UrlOrNull()
    {
        var text = TextOrNull(4096);
        return text is null || IsUrl(text) ? text : throw Wrong($"{Shown} should represent a valid URL");
    }

    public string Url() => Required().UrlOrNull()!; // Required just said that it is there.

    /// <summary>A decimal number, as JSON number or string: <c>29.62</c>, <c>"14003"</c>, <c>".07"</c>, <c>-20</c>.</summary>
    public string? AmountOrNull()
    {
        if (!Exists)
        {
            return null;
        }

        var text = element.ValueKind switch
        {
            JsonValueKind.Number => element.GetRawText(),
            JsonValueKind.String => element.GetString(),
            _ => null,
        };
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? text
            : throw Wrong($"Param {Shown} must be a number.");
    }

    public string Amount() => Required().AmountOrNull()!; // Required just said that it is there.

    /// <summary>A local time without zone, <c>2016-01-02T19:45</c>, with or without seconds.</summary>
    public string? LocalTimeOrNull()
    {
        var text = TextOrNull(40);
        return text is null || DateTime.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? text
            : throw Wrong($"Param {Shown} must be a local time as 2016-01-02T19:45.");
    }

    public string LocalTime() => Required().LocalTimeOrNull()!; // Required just said that it is there.

    /// <summary>How many Unicode characters a text has: a surrogate pair is one.</summary>
    public static int CountCharacters(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    private static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && text.StartsWith("http", StringComparison.OrdinalIgnoreCase);

    private string Measured(string text, int most) =>
        text.Length <= most || CountCharacters(text) <= most ? text : throw Wrong($"Length of param {Shown} must be less than or equal to {most}");
}
