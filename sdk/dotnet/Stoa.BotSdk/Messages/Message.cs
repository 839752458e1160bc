using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Stoa.BotSdk;

/// <summary>What a bot says: a text of at most 2,000 characters, or one attachment; with at most 13 quick replies.</summary>
public sealed record Message
{
    public string? Text { get; init; }

    public Attachment? Attachment { get; init; }

    /// <summary>Null rather than empty when there are none.</summary>
    public IReadOnlyList<QuickReply>? QuickReplies { get; init; }

    /// <summary>Comes back in the echo only; at most 1,000 characters.</summary>
    public string? Metadata { get; init; }

    public static implicit operator Message(string text) => FromText(text);

    public static implicit operator Message(Template template) => FromTemplate(template);

    public static Message FromText(string text) => new() { Text = text };

    public static Message FromTemplate(Template template) => new() { Attachment = new TemplateAttachment(template) };

    /// <summary>A picture, sound, video or file that the server fetches from a public address.</summary>
    /// <param name="type"><c>image</c>, <c>audio</c>, <c>video</c> or <c>file</c>.</param>
    public static Message FromMedia(string type, Uri address) => new() { Attachment = new MediaAttachment(type, new(address.AbsoluteUri, null)) };

    public Message With(params IEnumerable<QuickReply> replies) => this with { QuickReplies = replies.ToArray() is { Length: > 0 } some ? some : null };

    /// <summary>As the platform reads it.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, MessageJson.Default.Message)!.AsObject(); // A message is an object, never null.
}

[JsonDerivedType(typeof(TemplateAttachment))]
[JsonDerivedType(typeof(MediaAttachment))]
public abstract record Attachment(string Type);

public sealed record TemplateAttachment(Template Payload) : Attachment("template");

/// <param name="Type"><c>image</c>, <c>audio</c>, <c>video</c> or <c>file</c>.</param>
public sealed record MediaAttachment(string Type, MediaPayload Payload) : Attachment(Type);

/// <summary>Exactly one of the two: a public address, or what was saved before.</summary>
public sealed record MediaPayload(string? Url, string? AttachmentId);

/// <summary>A suggested answer that vanishes when anything is answered.</summary>
/// <param name="ContentType"><c>text</c>, <c>location</c>, <c>user_phone_number</c> or <c>user_email</c>.</param>
/// <param name="Title">At most 20 characters.</param>
/// <param name="Payload">At most 1,000 characters.</param>
public sealed record QuickReply(string ContentType, string? Title, string? Payload)
{
    public string? ImageUrl { get; init; }

    public QuickReply(string title, string payload)
        : this("text", title, payload)
    {
    }

    public static QuickReply Location { get; } = new("location", null, null);

    public static QuickReply Email { get; } = new("user_email", null, null);

    public static QuickReply Phone { get; } = new("user_phone_number", null, null);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Message))]
internal sealed partial class MessageJson : JsonSerializerContext;
