using System.Text.Json;

namespace Stoa.BotSdk;

/// <summary>What every event says.</summary>
/// <param name="Id">The same on every delivery of the same event: the message's id where there is one, else that of the delivery.</param>
/// <param name="Page">The page that it is addressed to.</param>
/// <param name="Person">Page-scoped id; empty where the event is nobody's.</param>
/// <param name="At">The platform's clock.</param>
/// <param name="IsStandby">A copy: another app, or a person of the business, holds the conversation. Not to be answered.</param>
/// <param name="Raw">As it came, for members that have no name here.</param>
public sealed record EventHeader(string Id, string Page, string Person, DateTimeOffset At, bool IsStandby, JsonElement Raw);

/// <summary>Something that happened in a conversation of the page.</summary>
public abstract record BotEvent(EventHeader Header)
{
    public string Id => Header.Id;

    public string Person => Header.Person;

    public DateTimeOffset At => Header.At;
}

/// <summary>The person wrote, or tapped a quick reply.</summary>
/// <param name="Payload">Of the quick reply; then <paramref name="Text"/> is its title.</param>
public sealed record MessageReceived(EventHeader Header, string Mid, string Text, string? Payload, IReadOnlyList<ReceivedAttachment> Attachments) : BotEvent(Header)
{
    public string? ReplyTo { get; init; }

    public Referral? Referral { get; init; }
}

/// <param name="Type"><c>image</c>, <c>audio</c>, <c>video</c>, <c>file</c>, <c>location</c>, <c>fallback</c>, <c>template</c>.</param>
/// <param name="Url">Of media: dies after some days.</param>
/// <param name="Latitude">Of a location, in degrees, as <paramref name="Longitude"/>.</param>
public sealed record ReceivedAttachment(string Type, string? Url, double? Latitude, double? Longitude);

/// <summary>A button, a menu item, an ice breaker, or <i>Get started</i>.</summary>
/// <param name="Payload">Empty on the standby channel.</param>
public sealed record Postback(EventHeader Header, string Title, string Payload) : BotEvent(Header)
{
    public Referral? Referral { get; init; }
}

/// <summary>The person came from somewhere that says so.</summary>
/// <param name="Ref">What the link, code, ad or plugin carried.</param>
/// <param name="Source"><c>SHORTLINK</c>, <c>MESSENGER_CODE</c>, <c>ADS</c>, <c>CUSTOMER_CHAT_PLUGIN</c>, <c>DISCOVER_TAB</c>.</param>
public sealed record Referral(string? Ref, string Source);

/// <summary>The person came back by a link into a conversation that was there.</summary>
public sealed record Referred(EventHeader Header, Referral Referral) : BotEvent(Header);

/// <summary>The person has taken a message back.</summary>
public sealed record MessageDeleted(EventHeader Header, string Mid) : BotEvent(Header);

public sealed record MessageEdited(EventHeader Header, string Mid, string Text, int Edits) : BotEvent(Header);

/// <param name="Emoji">Null when the reaction was taken back.</param>
public sealed record Reacted(EventHeader Header, string Mid, string? Emoji) : BotEvent(Header);

/// <summary>Everything that the page sent before the watermark was delivered (or read).</summary>
public sealed record Delivered(EventHeader Header, DateTimeOffset Watermark) : BotEvent(Header);

/// <inheritdoc cref="Delivered"/>
public sealed record Read(EventHeader Header, DateTimeOffset Watermark) : BotEvent(Header);

/// <summary>The page itself wrote, by this app, another, or a person of the business.</summary>
public sealed record Echo(EventHeader Header, string Mid, string Text, string? App, string? Metadata) : BotEvent(Header);

/// <summary>The person allowed later messages.</summary>
/// <param name="Token">Whom to send to.</param>
public sealed record OptedIn(EventHeader Header, string Type, string Payload, string? Token) : BotEvent(Header);

/// <summary>A decimal of the major unit, as <c>29.62</c>.</summary>
public sealed record Amount(string Currency, decimal Value);

/// <summary>Pay was pressed; nothing is charged before the answer. Asked again it is to be answered anew.</summary>
/// <param name="Amount">Null when the platform's own was no amount.</param>
public sealed record PreCheckout(EventHeader Header, string Payload, Amount? Amount) : BotEvent(Header);

/// <summary>The money has been taken.</summary>
/// <param name="PaymentId">The platform's, the same in refunds.</param>
public sealed record Payment(EventHeader Header, string Payload, string PaymentId, Amount? Amount) : BotEvent(Header);

/// <summary>The person answered a feedback template: by question, what was given and what was written besides.</summary>
public sealed record FeedbackGiven(EventHeader Header, IReadOnlyDictionary<string, FeedbackAnswer> Answers) : BotEvent(Header);

/// <param name="Score">The number as it was tapped.</param>
public sealed record FeedbackAnswer(string Type, string Score, string? FollowUp);

/// <summary>The person filled in a customer-information template.</summary>
/// <param name="Values"><c>name</c>, <c>email</c>, <c>phone</c>, <c>address_line_1</c> …</param>
public sealed record InformationGiven(EventHeader Header, IReadOnlyDictionary<string, string> Values) : BotEvent(Header);

/// <param name="AuthorizationCode">What the business's own sign-in page gave; null when unlinked.</param>
public sealed record AccountLinked(EventHeader Header, bool IsLinked, string? AuthorizationCode) : BotEvent(Header);

/// <summary>An event without a type of its own: read <see cref="EventHeader.Raw"/>.</summary>
/// <param name="Kind">Its member, as <c>pass_thread_control</c>.</param>
public sealed record OtherEvent(EventHeader Header, string Kind) : BotEvent(Header);
