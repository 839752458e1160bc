using Stoa.Protocol.Graph.Templates;

namespace Stoa.Protocol.Graph;

/// <summary>A request of the Send API (messenger-platform §1), read and checked.</summary>
/// <param name="Recipient">The page-scoped id, digits only.</param>
/// <param name="Message">Exactly one of this and <paramref name="Action"/> is set.</param>
/// <param name="Type"><c>RESPONSE</c> when the request does not say.</param>
public sealed record SendRequest(string Recipient, OutgoingMessage? Message, SenderAction? Action, string Type, string? Tag)
{
    /// <summary>Every tag that the platform has had. What each allows is the server's policy.</summary>
    private static readonly string[] tags =
    [
        "ACCOUNT_UPDATE", "APPLICATION_UPDATE", "APPOINTMENT_UPDATE", "COMMUNITY_ALERT", "CONFIRMED_EVENT_REMINDER", "CONFIRMED_EVENT_UPDATE",
        "CUSTOMER_FEEDBACK", "FEATURE_FUNCTIONALITY_UPDATE", "GAME_EVENT", "HUMAN_AGENT", "ISSUE_RESOLUTION", "NON_PROMOTIONAL_SUBSCRIPTION",
        "PAIRING_UPDATE", "PAYMENT_UPDATE", "PERSONAL_FINANCE_UPDATE", "POST_PURCHASE_UPDATE", "RESERVATION_UPDATE", "SHIPPING_UPDATE",
        "TICKET_UPDATE", "TRANSPORTATION_UPDATE",
    ];

    /// <exception cref="GraphException">By precedence: recipient, what to send, how to send it, then the message from the outside in.</exception>
    public static SendRequest Read(GraphValue request)
    {
        var recipient = ReadRecipient(request["recipient"]);
        if (request["message"].Exists && request["sender_action"].Exists)
        {
            throw request["sender_action"].Wrong("Must send either message or state, not both", 2018014);
        }

        if (!request["message"].Exists && !request["sender_action"].Exists)
        {
            throw request["message"].Wrong("Must send either message or state", 2018015);
        }

        var action = request["sender_action"].OneOf("typing_on", "typing_off", "mark_seen") switch
        {
            "typing_on" => SenderAction.TypingOn,
            "typing_off" => SenderAction.TypingOff,
            "mark_seen" => SenderAction.MarkSeen,
            _ => (SenderAction?)null,
        };
        if (action is not null)
        {
            // Clients add messaging_type and notification_type here too; they mean nothing then.
            return new(recipient, null, action, "RESPONSE", null);
        }

        var type = request["messaging_type"].OneOf("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY", "NON_PROMOTIONAL_SUBSCRIPTION") ?? "RESPONSE";
        var tag = ReadTag(request["tag"]);
        if (type == "MESSAGE_TAG" && tag is null)
        {
            throw request["tag"].Wrong("The parameter tag is required");
        }

        _ = request["notification_type"].OneOf("REGULAR", "SILENT_PUSH", "NO_PUSH");
        return new(recipient, OutgoingMessage.Read(request["message"], request["reply_to"]), null, type, tag);
    }

    private static string ReadRecipient(GraphValue value)
    {
        var id = value.Members()["id"].Required().TextOrNumber(40);
        return !string.IsNullOrEmpty(id) && !id.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? id
            : throw value["id"].Wrong("Param recipient[id] must be a valid ID string (e.g., \"123\")");
    }

    private static string? ReadTag(GraphValue value)
    {
        var tag = value.TextOrNull(100);
        return tag is null ? null : tags.FirstOrDefault(t => t.Equals(tag, StringComparison.OrdinalIgnoreCase)) ?? throw value.Wrong("Invalid tag.");
    }
}

/// <summary>A sign instead of a message.</summary>
public enum SenderAction
{
    TypingOn,
    TypingOff,
    MarkSeen,
}

/// <summary>The message of a send.</summary>
/// <param name="Attachments">As they were sent, each <c>{type, payload}</c>.</param>
/// <param name="Template">The template among the attachments, read; null for text and pictures.</param>
/// <param name="QuickReplies">As they were sent.</param>
/// <param name="Metadata">Comes back in the echo only.</param>
/// <param name="ReplyTo">The id of the message that this one answers.</param>
public sealed record OutgoingMessage(
    string? Text, IReadOnlyList<GraphValue> Attachments, Template? Template, IReadOnlyList<GraphValue> QuickReplies, string? Metadata, string? ReplyTo)
{
    internal static OutgoingMessage Read(GraphValue message, GraphValue replyTo)
    {
        var text = message.Members()["text"].TextOrNull(2000);
        if (message["attachment"].Exists && message["attachments"].Exists)
        {
            throw message["attachments"].Wrong("Use either attachment or attachments, not both.");
        }

        var attachments = message["attachment"].Exists ? [message["attachment"]] : message["attachments"].ListOrNone(30);
        if (string.IsNullOrEmpty(text) && attachments.Count == 0)
        {
            throw message.Wrong("Message cannot be empty, must provide valid attachment or text", 2018034);
        }

        if (!string.IsNullOrEmpty(text) && attachments.Count > 0)
        {
            throw message["text"].Wrong("Cannot send text and attachment in one message: send two.");
        }

        Template? template = null;
        foreach (var attachment in attachments)
        {
            template = ReadAttachment(attachment, alone: message["attachment"].Exists);
        }

        var replies = message["quick_replies"].ListOrNone(13);
        foreach (var reply in replies)
        {
            CheckQuickReply(reply);
        }

        var metadata = message["metadata"].TextOrNumber(1000);
        return new(string.IsNullOrEmpty(text) ? null : text, attachments, template, replies, metadata, replyTo.Exists ? replyTo["mid"].Text(200) : null);
    }

    private static Template? ReadAttachment(GraphValue attachment, bool alone)
    {
        var type = alone
            ? attachment.Members()["type"].Required().OneOf("template", "image")
            : attachment.Members()["type"].Required().OneOf("image");
        var payload = attachment["payload"].Members();
        if (type == "template")
        {
            return Template.Read(payload);
        }

        _ = payload["url"].Url();
        return null;
    }

    private static void CheckQuickReply(GraphValue reply)
    {
        if ((reply.Members()["content_type"].OneOf("text", "user_phone_number", "user_email", "location") ?? "text") != "text")
        {
            throw reply["content_type"].Wrong("This server offers quick replies of content_type text.");
        }

        _ = reply["title"].TextOrNumber(Button.TitleMax) is { Length: > 0 } title ? title : throw reply["title"].Wrong($"The parameter {reply["title"].Path} is required");
        var payload = reply["payload"].TextOrNumber(Button.PayloadMax);
        if (payload is null || (payload.Length == 0 && !reply["image_url"].Exists))
        {
            throw reply["payload"].Wrong($"The parameter {reply["payload"].Path} is required");
        }

        _ = reply["image_url"].UrlOrNull();
    }
}
