using System.Globalization;
using System.Text.Json;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Webhooks;

/// <summary>Turns an event of a thread into the event that a bot receives (messenger-platform §3.3–3.7). Pure.</summary>
internal static class EventComposer
{
    /// <summary>A person's message or tap.</summary>
    /// <returns>The field it belongs to, and the event.</returns>
    /// <param name="link">Signs a link to an upload.</param>
    /// <param name="referral">How the person came, when this is their first act since.</param>
    public static (string Field, WebhookEvent Event) FromPerson(ThreadEvent told, long psid, PageId page, Func<MediaId, Uri> link, WebhookReferral? referral = null)
    {
        var shell = new WebhookEvent(Party(psid), Party(page.Value), told.At.ToUnixTimeMilliseconds());
        var text = Text(told.Body, "text");
        var press = Member(told.Body, "press");
        if (Text(press, "kind") == "postback")
        {
            return (WebhookFields.Postbacks, shell with { Postback = new(text ?? "", Text(press, "payload") ?? "", told.Id.ToString()) { Referral = referral } });
        }

        var (attachments, captions, unsupported) = PersonAttachments.Compose(told.Body, link);
        return (WebhookFields.Messages, shell with
        {
            Message = new(told.Id.ToString(), told.Seq)
            {
                Text = text ?? captions,
                QuickReply = Text(press, "kind") == "quick_reply" ? new(Text(press, "payload") ?? "") : null,
                ReplyTo = ReplyTo(told),
                Attachments = attachments,
                IsUnsupported = unsupported ? true : null,
                Referral = referral,
            },
        });
    }

    /// <summary>What a person did to a message; null for what bots are not told of, and for kinds that this program does not know.</summary>
    /// <returns>The field it belongs to, and the event.</returns>
    public static (string Field, WebhookEvent Event)? Change(ThreadEvent told, long psid, PageId page)
    {
        if (Member(told.Body, "of") is not { ValueKind: JsonValueKind.Number } of)
        {
            return null;
        }

        var shell = new WebhookEvent(Party(psid), Party(page.Value), told.At.ToUnixTimeMilliseconds());
        var mid = new MessageId(told.Thread, of.GetInt64()).ToString();
        var emoji = Text(told.Body, "emoji");
        return told.Kind switch
        {
            "unsend" => (WebhookFields.Messages, shell with { Message = new(mid, of.GetInt64()) { IsDeleted = true } }),
            "edit" when Text(told.Body, "text") is { } text =>
                (WebhookFields.Edits, shell with { MessageEdit = new(mid, text, Member(told.Body, "edits") is { ValueKind: JsonValueKind.Number } edits ? edits.GetInt32() : 1) }),
            "reaction" => (WebhookFields.Reactions, shell with { Reaction = new(mid, emoji is null ? "unreact" : "react", emoji is null ? null : ReactionNames.NameOf(emoji), emoji) }),
            _ => null,
        };
    }

    /// <summary>Whether a message says nothing any more: it was taken back, or has expired, before bots were told.</summary>
    public static bool IsEmpty(ThreadEvent told) => Member(told.Body, "unsent") is not null || Member(told.Body, "expired") is not null;

    /// <summary>The page's own message: sender and recipient change places.</summary>
    /// <param name="app">The app that sent it; null when a person did.</param>
    /// <param name="link">Signs a link to an upload.</param>
    public static WebhookEvent Echo(ThreadEvent told, long psid, PageId page, long? app, string? metadata, Func<MediaId, Uri> link)
    {
        var (attachments, text) = PageAttachments.Compose(told.Body, link);
        return new(Party(page.Value), Party(psid), told.At.ToUnixTimeMilliseconds())
        {
            Message = new(told.Id.ToString(), told.Seq)
            {
                IsEcho = true,
                AppId = app,
                Metadata = metadata,
                Text = Text(told.Body, "text") ?? text,
                Attachments = attachments,
                ReplyTo = ReplyTo(told),
            },
        };
    }

    /// <summary>A marker: everything up to the event was delivered or read.</summary>
    public static WebhookEvent Marker(bool read, ThreadEvent upTo, long psid, PageId page, DateTimeOffset at)
    {
        var shell = new WebhookEvent(Party(psid), Party(page.Value), at.ToUnixTimeMilliseconds());
        var marker = new WebhookMarker(upTo.At.ToUnixTimeMilliseconds(), upTo.Seq);
        return read ? shell with { Read = marker } : shell with { Delivery = marker with { Mids = upTo.Sender == page ? [upTo.Id.ToString()] : null } };
    }

    public static WebhookParty Party(long id) => new(id.ToString(CultureInfo.InvariantCulture));

    private static WebhookReplyTo? ReplyTo(ThreadEvent told) =>
        Member(told.Body, "replyTo") is { ValueKind: JsonValueKind.Number } seq && seq.TryGetInt64(out var number) ? new(new MessageId(told.Thread, number).ToString()) : null;

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement? parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
