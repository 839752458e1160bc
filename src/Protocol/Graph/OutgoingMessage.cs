using Stoa.Protocol.Graph.Templates;

namespace Stoa.Protocol.Graph;

/// <summary>The message of a send.</summary>
/// <param name="Attachments">In their order.</param>
/// <param name="QuickReplies">As they were sent.</param>
/// <param name="Metadata">Comes back in the echo only.</param>
/// <param name="ReplyTo">The id of the message that this one answers.</param>
public sealed record OutgoingMessage(
    string? Text, IReadOnlyList<OutgoingAttachment> Attachments, IReadOnlyList<QuickReply> QuickReplies, string? Metadata, string? ReplyTo)
{
    public const int TextMax = 2000;
    public const int AttachmentsMax = 30;
    public const int QuickRepliesMax = 13;

    /// <summary><c>REGULAR</c>, <c>SILENT_PUSH</c> or <c>NO_PUSH</c>.</summary>
    public string Notification { get; init; } = "REGULAR";

    /// <summary>The template among the attachments; null for text and media.</summary>
    public Template? Template => Attachments is [{ Template: { } template }] ? template : null;

    /// <param name="hasFile">A file came with the request: the attachment needs no address then.</param>
    public static OutgoingMessage Read(GraphValue message, GraphValue replyTo, bool hasFile)
    {
        var text = message.Members()["text"].TextOrNull(TextMax);
        if (message["attachment"].Exists && message["attachments"].Exists)
        {
            throw message["attachments"].Wrong("Use either attachment or attachments, not both.");
        }

        IReadOnlyList<OutgoingAttachment> attachments = message["attachment"].Exists
            ? [OutgoingAttachment.Read(message["attachment"], hasFile)]
            : [.. message["attachments"].ListOrNone(AttachmentsMax).Select(OutgoingAttachment.ReadPicture)];
        if (string.IsNullOrEmpty(text) && attachments.Count == 0)
        {
            throw message.Wrong("Message cannot be empty, must provide valid attachment or text", 2018034);
        }

        if (!string.IsNullOrEmpty(text) && attachments.Count > 0)
        {
            throw message["text"].Wrong("Cannot send text and attachment in one message: send two.");
        }

        var replies = message["quick_replies"].ListOrNone(QuickRepliesMax).Select(QuickReply.Read).ToArray();
        var metadata = message["metadata"].TextOrNumber(1000);
        return new(string.IsNullOrEmpty(text) ? null : text, attachments, replies, metadata, replyTo.Exists ? replyTo["mid"].Text(200) : null);
    }
}

/// <summary>One attachment of a send: a template, or a picture, audio, video or file by address, by saved id, or as the file of the request.</summary>
/// <param name="Value">As it was sent, <c>{type, payload}</c>.</param>
/// <param name="Type"><c>template</c>, <c>image</c>, <c>audio</c>, <c>video</c> or <c>file</c>.</param>
/// <param name="Reusable">The sender wants an id to send it again by.</param>
public sealed record OutgoingAttachment(GraphValue Value, string Type, Template? Template, string? Url, string? AttachmentId, bool Reusable)
{
    /// <summary>Neither an address nor an id: the file of the request.</summary>
    public bool IsUpload => Template is null && Url is null && AttachmentId is null;

    /// <exception cref="GraphException">By path.</exception>
    public static OutgoingAttachment Read(GraphValue attachment, bool hasFile)
    {
        var type = attachment.Members()["type"].Required().OneOf("template", "image", "audio", "video", "file")!; // Required just said that it is there.
        var payload = attachment["payload"];
        if (type == "template")
        {
            return new(attachment, type, Template.Read(payload.Members()), null, null, false);
        }

        if (payload.Exists || !hasFile)
        {
            payload.Members();
        }

        return ReadMedia(attachment, type, payload, hasFile);
    }

    internal static OutgoingAttachment ReadPicture(GraphValue attachment)
    {
        _ = attachment.Members()["type"].Required().OneOf("image");
        return ReadMedia(attachment, "image", attachment["payload"].Members(), hasFile: false);
    }

    private static OutgoingAttachment ReadMedia(GraphValue attachment, string type, GraphValue payload, bool hasFile)
    {
        var id = payload["attachment_id"].TextOrNumber(40);
        if (id is { Length: > 0 } && payload["url"].Exists)
        {
            throw payload["url"].Wrong("Use either url or attachment_id, not both.");
        }

        var url = id is { Length: > 0 } || (hasFile && !payload["url"].Exists) ? null : payload["url"].Url();
        return new(attachment, type, null, url, id is { Length: > 0 } ? id : null, payload["is_reusable"].Flag());
    }
}

/// <summary>A suggested answer (messenger-platform §2.16).</summary>
/// <param name="Value">As it was sent.</param>
/// <param name="Kind"><c>text</c>, <c>location</c>, <c>user_phone_number</c> or <c>user_email</c>.</param>
public sealed record QuickReply(GraphValue Value, string Kind, string? ImageUrl)
{
    internal static QuickReply Read(GraphValue reply)
    {
        var kind = reply.Members()["content_type"].OneOf("text", "user_phone_number", "user_email", "location") ?? "text";
        if (kind != "text")
        {
            return new(reply, kind, null);
        }

        _ = reply["title"].TextOrNumber(Button.TitleMax) is { Length: > 0 } title ? title : throw reply["title"].Wrong($"The parameter {reply["title"].Path} is required");
        var payload = reply["payload"].TextOrNumber(Button.PayloadMax);
        return payload is null || (payload.Length == 0 && !reply["image_url"].Exists)
            ? throw reply["payload"].Wrong($"The parameter {reply["payload"].Path} is required")
            : new(reply, kind, reply["image_url"].UrlOrNull());
    }
}
