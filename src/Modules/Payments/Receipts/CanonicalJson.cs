using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Stoa.Payments.Receipts;

/// <summary>JSON in the one form of RFC 8785, so that whoever has the object has the bytes that were signed: members sorted by UTF-16 code units, nothing between them, the shortest escapes.</summary>
/// <remarks>Numbers are integers that a double holds exactly (±2⁵³ − 1): nothing else stands in a receipt, and how fractions are written need not be settled.</remarks>
internal static class CanonicalJson
{
    private const long SafeMax = (1L << 53) - 1;

    /// <exception cref="FormatException">A fraction, a number beyond ±2⁵³ − 1, or half of a surrogate pair.</exception>
    public static byte[] Write(JsonElement value)
    {
        var text = new StringBuilder();
        Write(text, value);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(text.ToString());
        }
        catch (EncoderFallbackException exception)
        {
            throw new FormatException("A text holds half of a character.", exception);
        }
    }

    private static void Write(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal);
                WriteAll(text, '{', members, '}', member =>
                {
                    Write(text, member.Name);
                    text.Append(':');
                    Write(text, member.Value);
                });
                break;

            case JsonValueKind.Array:
                WriteAll(text, '[', value.EnumerateArray(), ']', item => Write(text, item));
                break;

            case JsonValueKind.String:
                Write(text, value.GetString() ?? "");
                break;

            case JsonValueKind.Number:
                text.Append(value.TryGetInt64(out var number) && number is >= -SafeMax and <= SafeMax
                    ? number.ToString(CultureInfo.InvariantCulture)
                    : throw new FormatException($"{value.GetRawText()} is no integer that every reader holds exactly."));
                break;

            default:
                text.Append(value.ValueKind switch { JsonValueKind.True => "true", JsonValueKind.False => "false", _ => "null" });
                break;
        }
    }

    private static void WriteAll<T>(StringBuilder text, char opens, IEnumerable<T> all, char closes, Action<T> write)
    {
        text.Append(opens);
        var first = true;
        foreach (var one in all)
        {
            if (!first)
            {
                text.Append(',');
            }

            first = false;
            write(one);
        }

        text.Append(closes);
    }

    private static void Write(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var unit in value)
        {
            _ = unit switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => text.Append(unit),
            };
        }

        text.Append('"');
    }
}
