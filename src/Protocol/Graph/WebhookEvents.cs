using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stoa.Protocol.Graph;

/// <summary>The body of a webhook call (messenger-platform §3.2).</summary>
/// <param name="Kind">Always <c>page</c>.</param>
public sealed record WebhookBody([property: JsonPropertyName("object")] string Kind, IReadOnlyList<WebhookEntry> Entry);

/// <param name="Id">The page.</param>
/// <param name="Time">Milliseconds since 1970: when the call was composed.</param>
/// <param name="Messaging">For who owns the thread; null when <paramref name="Standby"/> is set.</param>
/// <param name="Standby">Copies for those who do not own it.</param>
public sealed record WebhookEntry(string Id, long Time, IReadOnlyList<WebhookEvent>? Messaging, IReadOnlyList<WebhookEvent>? Standby = null);

/// <summary>One event; exactly one member beside sender, recipient and timestamp is set.</summary>
/// <param name="Timestamp">Milliseconds since 1970: when it happened.</param>
public sealed record WebhookEvent(WebhookParty? Sender, WebhookParty Recipient, long Timestamp)
{
    public WebhookMessage? Message { get; init; }

    public WebhookPostback? Postback { get; init; }

    public WebhookMarker? Delivery { get; init; }

    public WebhookMarker? Read { get; init; }

    public WebhookPayment? Payment { get; init; }

    /// <summary>Beyond the documented dialect (docs/protocol/extensions.md).</summary>
    public WebhookRefund? Refund { get; init; }

    /// <summary>Beyond the documented dialect, as <see cref="Refund"/>.</summary>
    public WebhookComplaint? Complaint { get; init; }

    /// <summary>Beyond the documented dialect, as <see cref="Refund"/>.</summary>
    public WebhookDispute? Dispute { get; init; }

    public WebhookPreCheckout? PreCheckout { get; init; }

    public WebhookCheckoutUpdate? CheckoutUpdate { get; init; }

    public WebhookMessageEdit? MessageEdit { get; init; }

    public WebhookReaction? Reaction { get; init; }

    public WebhookOptIn? Optin { get; init; }

    public WebhookAccountLinking? AccountLinking { get; init; }

    public WebhookReferral? Referral { get; init; }

    /// <summary>The answer to a feedback template (messenger-platform §3.18).</summary>
    public JsonElement? MessagingFeedback { get; init; }

    /// <summary>The answer to a customer-information template (messenger-platform §3.19).</summary>
    public JsonElement? MessagingCustomerInformation { get; init; }

    public WebhookControl? PassThreadControl { get; init; }

    public WebhookControl? TakeThreadControl { get; init; }

    public WebhookControl? RequestThreadControl { get; init; }
}

/// <summary>A person allows something (messenger-platform §3.8).</summary>
public sealed record WebhookOptIn(string Type, string Payload)
{
    public string? OneTimeNotifToken { get; init; }

    public string? NotificationMessagesToken { get; init; }

    public string? NotificationMessagesFrequency { get; init; }

    public string? NotificationMessagesTimezone { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public long? TokenExpiryTimestamp { get; init; }

    public string? UserTokenStatus { get; init; }

    /// <summary><c>STOP NOTIFICATIONS</c> or <c>RESUME NOTIFICATIONS</c>.</summary>
    public string? NotificationMessagesStatus { get; init; }

    public string? Title { get; init; }
}

/// <param name="Status"><c>linked</c> or <c>unlinked</c>.</param>
public sealed record WebhookAccountLinking(string Status, string? AuthorizationCode);

/// <summary>A thread changes hands (messenger-platform §3.15). Ids of apps.</summary>
public sealed record WebhookControl
{
    public string? PreviousOwnerAppId { get; init; }

    public string? NewOwnerAppId { get; init; }

    public string? RequestedOwnerAppId { get; init; }

    public string? Metadata { get; init; }
}

/// <param name="Id">A page-scoped id or a page's id.</param>
public sealed record WebhookParty(string Id);

/// <summary>A message of the person, or an echo of the page's own.</summary>
/// <param name="Seq">Rises within the thread.</param>
public sealed record WebhookMessage(string Mid, long Seq)
{
    public bool? IsEcho { get; init; }

    /// <summary>Of an echo: which app sent it.</summary>
    public long? AppId { get; init; }

    public string? Metadata { get; init; }

    public string? Text { get; init; }

    public WebhookQuickReply? QuickReply { get; init; }

    public WebhookReplyTo? ReplyTo { get; init; }

    public JsonElement? Attachments { get; init; }

    /// <summary>The person has taken it back.</summary>
    public bool? IsDeleted { get; init; }

    /// <summary>Something of it has no form in the dialect.</summary>
    public bool? IsUnsupported { get; init; }

    public WebhookReferral? Referral { get; init; }
}

/// <summary>A message has another text.</summary>
/// <param name="NumEdit">The how-manieth edit of it.</param>
public sealed record WebhookMessageEdit(string Mid, string Text, int NumEdit);

/// <param name="Action"><c>react</c> or <c>unreact</c>.</param>
/// <param name="Name">One of the dialect's names, or <c>other</c>; null when taken back.</param>
public sealed record WebhookReaction(string Mid, string Action, [property: JsonPropertyName("reaction")] string? Name, string? Emoji);

public sealed record WebhookQuickReply(string Payload);

public sealed record WebhookReplyTo(string Mid);

/// <param name="Payload">Missing on the standby channel.</param>
public sealed record WebhookPostback(string Title, string? Payload, string Mid)
{
    public WebhookReferral? Referral { get; init; }
}

/// <summary>How the person came (messenger-platform §3.9).</summary>
/// <param name="Source"><c>SHORTLINK</c>, <c>MESSENGER_CODE</c>, <c>ADS</c>, <c>CUSTOMER_CHAT_PLUGIN</c> or <c>DISCOVER_TAB</c>.</param>
/// <param name="Type">Always <c>OPEN_THREAD</c>.</param>
public sealed record WebhookReferral(string? Ref, string Source, string Type)
{
    public string? AdId { get; init; }

    public string? RefererUri { get; init; }
}

/// <summary>Everything sent before the watermark was delivered, or read.</summary>
/// <param name="Watermark">Milliseconds since 1970.</param>
public sealed record WebhookMarker(long Watermark, long Seq)
{
    public IReadOnlyList<string>? Mids { get; init; }
}

/// <param name="Amount">A decimal string of the major unit.</param>
public sealed record WebhookAmount(string Currency, string Amount);

/// <param name="RequestedUserInfo">What the button asked for and the server knows.</param>
/// <param name="ShippingOptionId">Of a flexible amount: the option that the payer chose, as the bot named it.</param>
public sealed record WebhookPayment(
    string Payload, WebhookUserInfo RequestedUserInfo, WebhookPaymentCredential PaymentCredential, WebhookAmount Amount, string? ShippingOptionId = null);

/// <summary>Of what a payment button may ask for, what the payer gave.</summary>
public sealed record WebhookUserInfo
{
    public WebhookAddress? ShippingAddress { get; init; }

    public string? ContactName { get; init; }

    public string? ContactEmail { get; init; }

    public string? ContactPhone { get; init; }
}

/// <summary>An address. Street lines stand under both spellings that bots know (messenger-platform §3.12); a checkout update has the second alone.</summary>
public sealed record WebhookAddress
{
    /// <summary>The same for the same address of the same person; in checkout updates.</summary>
    public long? Id { get; init; }

    public string? Name { get; init; }

    [JsonPropertyName("street_1")]
    public string? StreetOne { get; init; }

    [JsonPropertyName("street_2")]
    public string? StreetTwo { get; init; }

    [JsonPropertyName("street1")]
    public required string Street1 { get; init; }

    [JsonPropertyName("street2")]
    public required string Street2 { get; init; }

    public required string City { get; init; }

    public required string State { get; init; }

    public required string Country { get; init; }

    public required string PostalCode { get; init; }
}

public sealed record WebhookPaymentCredential(string ProviderType, string ChargeId, string FbPaymentId);

/// <summary>What has gone back of a purchase has changed.</summary>
/// <param name="Amount">The price that was paid.</param>
/// <param name="Refunded">What has gone back in all.</param>
/// <param name="CameBack">True when that fell: the payer's bank did not take a refund.</param>
public sealed record WebhookRefund(string Payload, WebhookPaymentCredential PaymentCredential, WebhookAmount Amount, WebhookAmount Refunded, bool? CameBack);

/// <summary>What a payer wants about a purchase, and how it stands.</summary>
/// <param name="State"><c>open</c>, <c>settled</c>, <c>declined</c> or <c>withdrawn</c>.</param>
/// <param name="Wants"><c>refund</c> or <c>help</c>.</param>
/// <param name="Asked">What is to go back; absent: all that is left.</param>
/// <param name="AnswerBy">Milliseconds since 1970.</param>
public sealed record WebhookComplaint(
    string Payload, WebhookPaymentCredential PaymentCredential, WebhookAmount Amount, string Id, string State, string Wants, WebhookAmount? Asked, string Note, long AnswerBy);

/// <summary>Whether the payer's bank takes the money back.</summary>
/// <param name="State"><c>needs_response</c>, <c>under_review</c>, <c>won</c> or <c>lost</c>.</param>
/// <param name="AnswerBy">Milliseconds since 1970: when evidence stops being taken; absent where the processor does not say.</param>
public sealed record WebhookDispute(string Payload, WebhookPaymentCredential PaymentCredential, WebhookAmount Amount, string State, long? AnswerBy);

public sealed record WebhookPreCheckout(string Payload, WebhookUserInfo RequestedUserInfo, WebhookAmount Amount);

/// <summary>What does sending to this address cost? The body of the answer counts (messenger-platform §3.13).</summary>
public sealed record WebhookCheckoutUpdate(string Payload, WebhookAddress ShippingAddress);
