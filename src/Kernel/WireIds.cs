using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stoa.Kernel;

/// <summary>Makes the ids that appear on the wire: random integers from 7.0 to 8.9 × 10¹⁵.</summary>
/// <remarks>They survive a client that parses numbers as doubles (below 2⁵³) and, with sixteen digits that begin with 7 or 8,
/// never look like a payment card. Random, so that one id tells nothing about the next.</remarks>
public static class WireIds
{
    public const long Least = 7_000_000_000_000_000;
    public const long Greatest = 8_900_000_000_000_000;

    public static long New()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        // The modulo bias over 2⁶⁴ is below 10⁻³: of no consequence for an id that is unique by constraint.
        return Least + (long)(BitConverter.ToUInt64(bytes) % (ulong)(Greatest - Least));
    }

    /// <summary>Reads an id as it stands on the wire: digits only, without sign, blanks or leading zero.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long id)
    {
        id = 0;
        return text.Length is > 0 and <= 19 && text[0] != '0'
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
    }
}

/// <summary>An id that is a <see cref="long"/> inside and a string of digits on the wire.</summary>
public interface IWireId<TSelf> where TSelf : struct, IWireId<TSelf>
{
    long Value { get; }

    static abstract TSelf From(long value);
}

/// <summary>A person, as the server knows them. Never shown to a business: that sees a page-scoped id.</summary>
[JsonConverter(typeof(WireIdJsonConverter<PersonId>))]
public readonly record struct PersonId(long Value) : IWireId<PersonId>, IParsable<PersonId>
{
    public static PersonId From(long value) => new(value);

    public static PersonId New() => new(WireIds.New());

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static PersonId Parse(string s, IFormatProvider? provider) => WireIdParsing.Parse<PersonId>(s);

    public static bool TryParse(string? s, IFormatProvider? provider, out PersonId result) => WireIdParsing.TryParse(s, out result);

    public static implicit operator MemberId(PersonId id) => new(id.Value);
}

/// <summary>A business's identity.</summary>
[JsonConverter(typeof(WireIdJsonConverter<PageId>))]
public readonly record struct PageId(long Value) : IWireId<PageId>, IParsable<PageId>
{
    public static PageId From(long value) => new(value);

    public static PageId New() => new(WireIds.New());

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static PageId Parse(string s, IFormatProvider? provider) => WireIdParsing.Parse<PageId>(s);

    public static bool TryParse(string? s, IFormatProvider? provider, out PageId result) => WireIdParsing.TryParse(s, out result);

    public static implicit operator MemberId(PageId id) => new(id.Value);
}

/// <summary>A developer's program with a secret.</summary>
[JsonConverter(typeof(WireIdJsonConverter<AppId>))]
public readonly record struct AppId(long Value) : IWireId<AppId>, IParsable<AppId>
{
    public static AppId From(long value) => new(value);

    public static AppId New() => new(WireIds.New());

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static AppId Parse(string s, IFormatProvider? provider) => WireIdParsing.Parse<AppId>(s);

    public static bool TryParse(string? s, IFormatProvider? provider, out AppId result) => WireIdParsing.TryParse(s, out result);
}

/// <summary>A conversation: a log of events with gap-free numbers.</summary>
[JsonConverter(typeof(WireIdJsonConverter<ThreadId>))]
public readonly record struct ThreadId(long Value) : IWireId<ThreadId>, IParsable<ThreadId>
{
    public static ThreadId From(long value) => new(value);

    public static ThreadId New() => new(WireIds.New());

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static ThreadId Parse(string s, IFormatProvider? provider) => WireIdParsing.Parse<ThreadId>(s);

    public static bool TryParse(string? s, IFormatProvider? provider, out ThreadId result) => WireIdParsing.TryParse(s, out result);
}

/// <summary>An uploaded picture, video, voice note or file.</summary>
[JsonConverter(typeof(WireIdJsonConverter<MediaId>))]
public readonly record struct MediaId(long Value) : IWireId<MediaId>, IParsable<MediaId>
{
    public static MediaId From(long value) => new(value);

    public static MediaId New() => new(WireIds.New());

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static MediaId Parse(string s, IFormatProvider? provider) => WireIdParsing.Parse<MediaId>(s);

    public static bool TryParse(string? s, IFormatProvider? provider, out MediaId result) => WireIdParsing.TryParse(s, out result);
}

/// <summary>Who takes part in a thread: a person or a page. Ids of both come from one space, so the number alone says who.</summary>
[JsonConverter(typeof(WireIdJsonConverter<MemberId>))]
public readonly record struct MemberId(long Value) : IWireId<MemberId>
{
    public static MemberId From(long value) => new(value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>For a member known to be a person.</summary>
    public PersonId AsPerson() => new(Value);

    /// <summary>For a member known to be a page.</summary>
    public PageId AsPage() => new(Value);
}

internal static class WireIdParsing
{
    public static T Parse<T>(string text) where T : struct, IWireId<T> =>
        TryParse<T>(text, out var id) ? id : throw new FormatException($"'{text}' is no id: an id has digits only.");

    public static bool TryParse<T>(string? text, out T id) where T : struct, IWireId<T>
    {
        var read = WireIds.TryParse(text, out var value);
        id = T.From(value);
        return read;
    }
}

/// <summary>Writes an id as a string of digits; reads it from a string only.</summary>
public sealed class WireIdJsonConverter<T> : JsonConverter<T> where T : struct, IWireId<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && WireIdParsing.TryParse<T>(reader.GetString(), out var id)
            ? id
            : throw new JsonException("An id is a string of digits.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        Span<byte> digits = stackalloc byte[20];
        value.Value.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        writer.WriteStringValue(digits[..length]);
    }

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireIdParsing.TryParse<T>(reader.GetString(), out var id) ? id : throw new JsonException("An id is a string of digits.");

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value.ToString(CultureInfo.InvariantCulture));
}
