using System.Text.Json;
using System.Text.RegularExpressions;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.People;
using Stoa.Threads.Log;

namespace Stoa.Threads.Messages;

/// <summary>An attachment as a person sends it: each type has members of its own.</summary>
/// <param name="Type"><c>location</c>, <c>contact</c>, <c>voice</c>, <c>sticker</c>; null for a picture, video, audio or file as it was uploaded.</param>
/// <param name="Waveform">Up to 100 values from 0 to 31.</param>
internal sealed record AttachmentToSend(
    string? Type = null, MediaId? Media = null, string? Caption = null, int[]? Waveform = null, double? Latitude = null, double? Longitude = null, string? Title = null,
    string? Address = null, string? Name = null, string[]? Phones = null, string[]? Emails = null, PersonId? Person = null);

/// <summary>Checks what people attach, and writes it as it is stored: <c>{type, payload}</c>.</summary>
internal static partial class Attachments
{
    public const int Max = 10;
    private const int CaptionMax = 1_024;
    private const int NameMax = 100;
    private const int AddressMax = 300;
    private const int WaysMax = 10;
    private const int WaveformMax = 100;
    private const string Code = "attachments_invalid";

    /// <returns>The same, with cleaned texts.</returns>
    /// <exception cref="ProblemException">400 <c>attachments_invalid</c>.</exception>
    public static IReadOnlyList<AttachmentToSend> Check(IReadOnlyList<AttachmentToSend> attachments)
    {
        if (attachments.Count > Max)
        {
            throw Wrong($"There are {attachments.Count} attachments; a message has at most {Max}.");
        }

        var clean = new AttachmentToSend[attachments.Count];
        for (var i = 0; i < clean.Length; i++)
        {
            clean[i] = CheckOne(attachments[i] ?? throw Wrong($"attachments[{i}] is null."), $"attachments[{i}]");
        }

        var media = clean.Where(attachment => attachment.Media is not null).Select(attachment => attachment.Media).ToList();
        return media.Distinct().Count() == media.Count ? clean : throw Wrong("One upload is attached twice.");
    }

    /// <exception cref="ProblemException">400 <c>attachments_invalid</c>: a contact is nobody's.</exception>
    public static async Task CheckPeopleAsync(IReadOnlyList<AttachmentToSend> attachments, IPeople people, CancellationToken cancellationToken)
    {
        var named = attachments.Where(attachment => attachment.Person is not null).Select(attachment => attachment.Person ?? default).Distinct().ToArray();
        if (named.Length > 0 && (await people.FindAsync(named, cancellationToken)).Count != named.Length)
        {
            throw Wrong("The 'person' of a contact is nobody here.");
        }
    }

    /// <summary>Claims the uploads for the message that is about to be stored.</summary>
    /// <returns>The cards by id, or why it cannot be.</returns>
    public static async Task<(IReadOnlyDictionary<MediaId, MediaCard> Cards, Problem? Refusal)> ClaimAsync(
        ChangeScope scope, IMedia media, IReadOnlyList<AttachmentToSend> attachments, CancellationToken cancellationToken)
    {
        MediaId[] ids = [.. attachments.Where(attachment => attachment.Media is not null).Select(attachment => attachment.Media ?? default)];
        if (ids.Length == 0)
        {
            return (new Dictionary<MediaId, MediaCard>(), null);
        }

        var claim = await media.ClaimAsync(scope.Connection, scope.Sender.AsPerson(), scope.Thread, scope.NextSeq, ids, cancellationToken);
        var cards = claim.Cards.ToDictionary(card => card.Id);
        return (cards, claim.Refused switch
        {
            [{ Why: MediaRefusal.NotFinished } unfinished, ..] => MessageProblems.Conflict("media_not_finished", "Attach an upload", $"The upload {unfinished.Id} is not finished.", "Finish it first (docs/protocol/media.md)."),
            [var missing, ..] => Problem.Invalid("media_not_found", $"There is no upload {missing.Id}, or it is not yours to send.", "Upload it again."),
            _ => null,
        });
    }

    /// <summary>What an upload would have to be for how it is attached, or null.</summary>
    public static Problem? Misused(IReadOnlyList<AttachmentToSend> attachments, IReadOnlyDictionary<MediaId, MediaCard> cards) =>
        attachments.Any(attachment => (attachment.Type, attachment.Media) switch
        {
            ("voice", { } id) => cards[id].Kind != MediaKinds.Audio,
            ("sticker", { } id) => cards[id].Kind != MediaKinds.Image,
            _ => false,
        })
            ? Problem.Invalid(Code, "A voice note is an audio, and a sticker is a picture.", "Attach it without 'type', or upload another.")
            : null;

    public static void Write(Utf8JsonWriter json, IReadOnlyList<AttachmentToSend> attachments, IReadOnlyDictionary<MediaId, MediaCard> cards)
    {
        foreach (var attachment in attachments)
        {
            var card = attachment.Media is { } id ? cards[id] : null;
            json.WriteStartObject();
            json.WriteString("type"u8, attachment.Type ?? card?.Kind);
            json.WriteStartObject("payload"u8);
            if (card is not null)
            {
                WriteCard(json, card);
                if (attachment.Type == "voice")
                {
                    WriteAll(json, "waveform"u8, attachment.Waveform ?? card.Waveform, json.WriteNumberValue);
                }
            }

            WriteIfAny(json, "caption"u8, attachment.Caption);
            if (attachment is { Latitude: { } latitude, Longitude: { } longitude })
            {
                json.WriteNumber("latitude"u8, latitude);
                json.WriteNumber("longitude"u8, longitude);
            }

            WriteIfAny(json, "title"u8, attachment.Title);
            WriteIfAny(json, "address"u8, attachment.Address);
            WriteIfAny(json, "name"u8, attachment.Name);
            WriteAll(json, "phones"u8, attachment.Phones, json.WriteStringValue);
            WriteAll(json, "emails"u8, attachment.Emails, json.WriteStringValue);
            WriteIfAny(json, "person"u8, attachment.Person?.ToString());
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    public static void WriteCard(Utf8JsonWriter json, MediaCard card) => MediaCardJson.Write(json, card);

    private static AttachmentToSend CheckOne(AttachmentToSend given, string where)
    {
        // What a type does not know must not be there: taken away what it knows, nothing is left.
        var rest = given.Type switch
        {
            null => given with { Media = null, Caption = null },
            "sticker" => given with { Type = null, Media = null, Caption = null },
            "voice" => given with { Type = null, Media = null, Caption = null, Waveform = null },
            "location" => given with { Type = null, Latitude = null, Longitude = null, Title = null, Address = null, Caption = null },
            "contact" => given with { Type = null, Name = null, Phones = null, Emails = null, Person = null, Caption = null },
            _ => throw Wrong($"{where} has the type '{given.Type}'; known are location, contact, voice, sticker, and none for an upload."),
        };
        if (rest != new AttachmentToSend())
        {
            throw Wrong($"{where} has members that its type does not have.");
        }

        if (given.Type is null or "sticker" or "voice" && given.Media is null)
        {
            throw Wrong($"{where} has no 'media'.");
        }

        if (given.Waveform is { } waveform && (waveform.Length > WaveformMax || waveform.Any(value => value is < 0 or > 31)))
        {
            throw Wrong($"{where} has a 'waveform' that is not up to {WaveformMax} values from 0 to 31.");
        }

        if (given.Type == "location" && given is not { Latitude: >= -90 and <= 90, Longitude: >= -180 and <= 180 })
        {
            throw Wrong($"{where} has no 'latitude' from -90 to 90 and 'longitude' from -180 to 180.");
        }

        if (given.Type == "contact" && given.Name is null)
        {
            throw Wrong($"{where} has no 'name'.");
        }

        return given with
        {
            Caption = Text(given.Caption, CaptionMax, where, "caption"),
            Title = Text(given.Title, NameMax, where, "title"),
            Address = Text(given.Address, AddressMax, where, "address"),
            Name = Text(given.Name, NameMax, where, "name"),
            Phones = Ways(given.Phones, Phone(), where, "phones"),
            Emails = Ways(given.Emails, Email(), where, "emails"),
        };
    }

    private static string? Text(string? text, int max, string where, string member) =>
        text is null ? null
        : MessageText.TryClean(text, out var clean) is null && clean.Length <= max ? clean
        : throw Wrong($"{where} has a '{member}' that is not 1 to {max} characters of text.");

    private static string[]? Ways(string[]? ways, Regex form, string where, string member) =>
        ways is null || (ways.Length <= WaysMax && Array.TrueForAll(ways, way => way is not null && form.IsMatch(way)))
            ? ways
            : throw Wrong($"{where} has '{member}' that are not up to {WaysMax} of the usual form.");

    private static void WriteIfAny(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteAll<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<T>? values, Action<T> write)
    {
        if (values is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            write(value);
        }

        json.WriteEndArray();
    }

    private static ProblemException Wrong(string detail) => MessageProblems.Wrong(Code, detail, "Compare with docs/protocol/http.md, 'Attachments'.");

    [GeneratedRegex(@"^[0-9+()./ *#-]{1,40}$", RegexOptions.NonBacktracking)]
    private static partial Regex Phone();

    [GeneratedRegex(@"^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]{1,189}$", RegexOptions.NonBacktracking)]
    private static partial Regex Email();
}
