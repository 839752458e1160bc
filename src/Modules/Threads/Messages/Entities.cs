using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Stoa.Kernel;

namespace Stoa.Threads.Messages;

/// <summary>A marked part of a text, as a person sends it.</summary>
/// <param name="Offset">In UTF-16 units, as <c>String.length</c> counts.</param>
/// <param name="Person">The id of a member, or <c>all</c>.</param>
internal sealed record TextEntity(string? Type = null, int Offset = 0, int Length = 0, string? Url = null, string? Person = null, string? Language = null);

/// <summary>Checks the marks of a text and moves them to where they stand after its normalisation.</summary>
internal static partial class Entities
{
    public const int Max = 100;
    private const int UrlMax = 2_000;
    private const string Code = "entities_invalid";

    private static readonly string[] types = ["bold", "italic", "underline", "strike", "spoiler", "code", "pre", "quote", "link", "mention"];
    private static readonly string[] schemes = ["http", "https", "mailto", "tel"];

    /// <param name="given">The text as it was sent: offsets refer to it.</param>
    /// <param name="clean">The same text as it will be stored.</param>
    /// <returns>The entities of the stored text; null where there are none.</returns>
    /// <exception cref="Hosting.Problems.ProblemException">400 <c>entities_invalid</c>.</exception>
    public static IReadOnlyList<TextEntity>? Check(IReadOnlyList<TextEntity>? entities, string given, string clean)
    {
        if (entities is null or [])
        {
            return null;
        }

        if (entities.Count > Max)
        {
            throw Wrong($"There are {entities.Count} entities; a text has at most {Max}.");
        }

        // As the clean text: what is hidden in it has its length, so places stay.
        given = CardNumbers.Mask(given);
        var checkedOnes = new TextEntity[entities.Count];
        for (var i = 0; i < entities.Count; i++)
        {
            var entity = entities[i] ?? throw Wrong($"entities[{i}] is null.");
            if (WhatIsWrong(entity, given) is { } wrong)
            {
                throw Wrong($"entities[{i}] {wrong}");
            }

            checkedOnes[i] = ReferenceEquals(given, clean) || given == clean ? entity : Move(entity, i, given, clean);
        }

        return checkedOnes;
    }

    /// <summary>Who is named; 0 stands for everybody.</summary>
    public static IReadOnlyList<long> Mentioned(IReadOnlyList<TextEntity>? entities)
    {
        var named = (entities ?? []).Where(entity => entity.Type == "mention")
            .Select(entity => entity.Person == "all" ? 0 : long.Parse(entity.Person ?? "", CultureInfo.InvariantCulture)).Distinct().ToList();
        return named.Contains(0) ? [0] : named;
    }

    public static void Write(Utf8JsonWriter json, IReadOnlyList<TextEntity>? entities)
    {
        if (entities is null)
        {
            return;
        }

        json.WriteStartArray("entities"u8);
        foreach (var entity in entities)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, entity.Type);
            json.WriteNumber("offset"u8, entity.Offset);
            json.WriteNumber("length"u8, entity.Length);
            WriteIfAny(json, "url"u8, entity.Url);
            WriteIfAny(json, "person"u8, entity.Person);
            WriteIfAny(json, "language"u8, entity.Language);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string? WhatIsWrong(TextEntity entity, string text)
    {
        if (!types.Contains(entity.Type))
        {
            return $"has the type '{entity.Type}'; known are {string.Join(", ", types)}.";
        }

        if (entity.Offset < 0 || entity.Length < 1 || entity.Offset > text.Length - entity.Length)
        {
            return $"goes from {entity.Offset} over {entity.Length} units; the text has {text.Length} (UTF-16).";
        }

        if (SplitsPair(text, entity.Offset) || SplitsPair(text, entity.Offset + entity.Length))
        {
            return "begins or ends inside a character (a surrogate pair).";
        }

        if ((entity.Url is not null) != (entity.Type == "link") || (entity.Person is not null) != (entity.Type == "mention") || (entity.Language is not null && entity.Type != "pre"))
        {
            return "has not the members of its type: 'url' with link, 'person' with mention, perhaps 'language' with pre.";
        }

        return entity switch
        {
            { Url: { } url } when !IsLink(url) => $"has an 'url' that is none of at most {UrlMax} characters beginning with {string.Join(", ", schemes)}.",
            { Person: { } person } when person != "all" && !MemberIdOf(person) => "has a 'person' that is neither the id of a member nor 'all'.",
            { Language: { } language } when !LanguageName().IsMatch(language) => "has a 'language' that is no name of 1 to 32 letters, digits, +, # or -.",
            _ => null,
        };
    }

    private static TextEntity Move(TextEntity entity, int i, string given, string clean)
    {
        var (begins, ends) = (Normal(given, entity.Offset, clean), Normal(given, entity.Offset + entity.Length, clean));
        return begins < 0 || ends <= begins
            ? throw Wrong($"entities[{i}] begins or ends inside a character that has several parts.")
            : entity with { Offset = begins, Length = ends - begins };
    }

    /// <summary>Where a place in the text stands after normalisation; -1 when it is inside what becomes one.</summary>
    private static int Normal(string given, int place, string clean)
    {
        var before = given[..place].Normalize(NormalizationForm.FormC);
        return clean.StartsWith(before, StringComparison.Ordinal) && clean.AsSpan(before.Length).SequenceEqual(given[place..].Normalize(NormalizationForm.FormC)) ? before.Length : -1;
    }

    private static bool SplitsPair(string text, int place) => place > 0 && place < text.Length && char.IsLowSurrogate(text[place]) && char.IsHighSurrogate(text[place - 1]);

    private static bool IsLink(string url) =>
        url.Length <= UrlMax && !url.AsSpan().ContainsAnyInRange('\0', ' ') && Uri.TryCreate(url, UriKind.Absolute, out var parsed) && schemes.Contains(parsed.Scheme)
        // What browsers see begins as it is written: no scheme is hidden behind what the parser forgives.
        && url.StartsWith(parsed.Scheme + ":", StringComparison.OrdinalIgnoreCase);

    private static bool MemberIdOf(string text) => WireIds.TryParse(text, out var id) && id > 0;

    private static void WriteIfAny(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static Hosting.Problems.ProblemException Wrong(string detail) => MessageProblems.Wrong(Code, detail, "Compare with docs/protocol/http.md, 'Text'.");

    [GeneratedRegex("^[A-Za-z0-9+#-]{1,32}$", RegexOptions.NonBacktracking)]
    private static partial Regex LanguageName();
}
