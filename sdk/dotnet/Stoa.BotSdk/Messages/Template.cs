using System.Text.Json.Serialization;

namespace Stoa.BotSdk;

/// <summary>A structured message. The limits are the platform's; the server names the path of what is wrong.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "template_type")]
[JsonDerivedType(typeof(GenericTemplate), "generic")]
[JsonDerivedType(typeof(ButtonTemplate), "button")]
[JsonDerivedType(typeof(ListTemplate), "list")]
[JsonDerivedType(typeof(MediaTemplate), "media")]
[JsonDerivedType(typeof(ReceiptTemplate), "receipt")]
[JsonDerivedType(typeof(CouponTemplate), "coupon")]
[JsonDerivedType(typeof(FeedbackTemplate), "customer_feedback")]
[JsonDerivedType(typeof(InformationTemplate), "customer_information")]
[JsonDerivedType(typeof(OneTimeNotificationTemplate), "one_time_notif_req")]
[JsonDerivedType(typeof(NotificationMessagesTemplate), "notification_messages")]
[JsonDerivedType(typeof(ItineraryTemplate), "airline_itinerary")]
[JsonDerivedType(typeof(CheckinTemplate), "airline_checkin")]
[JsonDerivedType(typeof(BoardingPassTemplate), "airline_boardingpass")]
[JsonDerivedType(typeof(FlightUpdateTemplate), "airline_update")]
public abstract record Template;

/// <summary>A carousel of one to ten elements.</summary>
public sealed record GenericTemplate(IReadOnlyList<Element> Elements) : Template
{
    /// <summary><c>horizontal</c> or <c>square</c>.</summary>
    public string? ImageAspectRatio { get; init; }

    public bool? Sharable { get; init; }
}

/// <summary>A card: a title and at least one thing beside it; at most three buttons.</summary>
public sealed record Element(string Title)
{
    public string? Subtitle { get; init; }

    public string? ImageUrl { get; init; }

    public WebButton? DefaultAction { get; init; }

    public FlightOffer? FlightOffer { get; init; }

    public IReadOnlyList<Button>? Buttons { get; init; }
}

/// <summary>A text of at most 640 characters with one to three buttons.</summary>
public sealed record ButtonTemplate(string Text, IReadOnlyList<Button> Buttons) : Template;

/// <summary>Two to four elements, one button each, and one below.</summary>
public sealed record ListTemplate(IReadOnlyList<Element> Elements) : Template
{
    /// <summary><c>large</c> or <c>compact</c>.</summary>
    public string? TopElementStyle { get; init; }

    public IReadOnlyList<Button>? Buttons { get; init; }
}

/// <summary>One picture or video with at most three buttons.</summary>
public sealed record MediaTemplate(IReadOnlyList<MediaElement> Elements) : Template;

/// <summary>Exactly one of <see cref="Url"/> and <see cref="AttachmentId"/>.</summary>
/// <param name="MediaType"><c>image</c> or <c>video</c>.</param>
public sealed record MediaElement(string MediaType)
{
    public string? Url { get; init; }

    public string? AttachmentId { get; init; }

    public IReadOnlyList<Button>? Buttons { get; init; }
}

/// <param name="OrderNumber">Unique for the page.</param>
public sealed record ReceiptTemplate(string RecipientName, string OrderNumber, string Currency, string PaymentMethod, ReceiptSummary Summary) : Template
{
    public string? MerchantName { get; init; }

    public string? OrderUrl { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public string? Timestamp { get; init; }

    public IReadOnlyList<ReceiptElement>? Elements { get; init; }

    public PostalAddress? Address { get; init; }

    public IReadOnlyList<ReceiptAdjustment>? Adjustments { get; init; }
}

public sealed record ReceiptElement(string Title, decimal Price)
{
    public string? Subtitle { get; init; }

    public int? Quantity { get; init; }

    public string? Currency { get; init; }

    public string? ImageUrl { get; init; }
}

public sealed record ReceiptSummary(decimal TotalCost)
{
    public decimal? Subtotal { get; init; }

    public decimal? ShippingCost { get; init; }

    public decimal? TotalTax { get; init; }
}

public sealed record ReceiptAdjustment(string Name, decimal Amount);

/// <param name="Country">Two letters.</param>
public sealed record PostalAddress([property: JsonPropertyName("street_1")] string Street1, string City, string PostalCode, string State, string Country)
{
    [JsonPropertyName("street_2")]
    public string? Street2 { get; init; }
}

/// <summary>At least one of code and address.</summary>
public sealed record CouponTemplate(string Title) : Template
{
    public string? Subtitle { get; init; }

    public string? CouponCode { get; init; }

    public string? CouponUrl { get; init; }

    public string? CouponUrlButtonTitle { get; init; }

    public string? Payload { get; init; }
}

/// <summary>One question on a scale; the answer comes as <see cref="FeedbackGiven"/>.</summary>
public sealed record FeedbackTemplate(string Title, IReadOnlyList<FeedbackScreen> FeedbackScreens, BusinessPrivacy BusinessPrivacy) : Template
{
    public string? Subtitle { get; init; }

    public string? ButtonTitle { get; init; }

    /// <summary>1 to 7; 1 unless it says.</summary>
    public int? ExpiresInDays { get; init; }

    public static FeedbackTemplate Ask(string title, FeedbackQuestion question, Uri privacy) => new(title, [new([question])], new(privacy.AbsoluteUri));
}

public sealed record FeedbackScreen(IReadOnlyList<FeedbackQuestion> Questions);

/// <param name="Id">Letters, digits and <c>_</c>.</param>
/// <param name="Type"><c>csat</c>, <c>nps</c> or <c>ces</c>.</param>
public sealed record FeedbackQuestion(string Id, string Type)
{
    public string? Title { get; init; }

    public string? ScoreLabel { get; init; }

    public string? ScoreOption { get; init; }

    public FeedbackFollowUp? FollowUp { get; init; }
}

public sealed record FeedbackFollowUp(string Placeholder)
{
    public string Type { get; init; } = "free_form";
}

public sealed record BusinessPrivacy(string Url);

/// <summary>Asks for name, mail address, phone and address; the answer comes as <see cref="InformationGiven"/>.</summary>
public sealed record InformationTemplate(IReadOnlyList<string> Countries, BusinessPrivacy BusinessPrivacy) : Template
{
    public int? ExpiresInDays { get; init; }
}

/// <summary>"Notify me": the tap comes as <see cref="OptedIn"/> with a token for one message.</summary>
public sealed record OneTimeNotificationTemplate(string Title, string Payload) : Template;

/// <summary>May the business write regularly? The tap comes as <see cref="OptedIn"/> with a token.</summary>
public sealed record NotificationMessagesTemplate(string Payload) : Template
{
    public string? Title { get; init; }

    public string? ImageUrl { get; init; }

    /// <summary><c>DAILY</c>, <c>WEEKLY</c> or <c>MONTHLY</c>.</summary>
    public string? NotificationMessagesFrequency { get; init; }

    public string? NotificationMessagesTimezone { get; init; }
}
