using System.Text.Json.Serialization;

namespace Stoa.BotSdk;

/// <summary>Under a template. Titles have at most 20 characters, payloads 1,000.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(WebButton), "web_url")]
[JsonDerivedType(typeof(PostbackButton), "postback")]
[JsonDerivedType(typeof(CallButton), "phone_number")]
[JsonDerivedType(typeof(PaymentButton), "payment")]
[JsonDerivedType(typeof(ShareButton), "element_share")]
[JsonDerivedType(typeof(LinkAccountButton), "account_link")]
[JsonDerivedType(typeof(UnlinkAccountButton), "account_unlink")]
public abstract record Button;

/// <param name="Title">Null where it is the action of a whole element.</param>
public sealed record WebButton(string? Title, string Url) : Button
{
    /// <summary><c>compact</c>, <c>tall</c> or <c>full</c>.</summary>
    public string? WebviewHeightRatio { get; init; }

    /// <summary>The page's whitelisted domains only.</summary>
    public bool? MessengerExtensions { get; init; }
}

/// <summary>Comes back as a <see cref="Postback"/>.</summary>
public sealed record PostbackButton(string Title, string Payload) : Button;

/// <param name="Payload">The number, as <c>+15105551234</c>.</param>
public sealed record CallButton(string Title, string Payload) : Button;

public sealed record ShareButton : Button;

public sealed record LinkAccountButton(string Url) : Button;

public sealed record UnlinkAccountButton : Button;

/// <summary>Takes money: <see cref="PreCheckout"/> asks, <see cref="Payment"/> tells. The first button of its element.</summary>
public sealed record PaymentButton(string Title, string Payload, PaymentSummary PaymentSummary) : Button;

/// <param name="Currency">ISO 4217.</param>
/// <param name="RequestedUserInfo"><c>shipping_address</c>, <c>contact_name</c>, <c>contact_phone</c>, <c>contact_email</c>.</param>
public sealed record PaymentSummary(string Currency, string MerchantName, IReadOnlyList<Price> PriceList, IReadOnlyList<string> RequestedUserInfo)
{
    public string PaymentType { get; init; } = "FIXED_AMOUNT";

    /// <summary>No money is moved.</summary>
    public bool? IsTestPayment { get; init; }
}

/// <param name="Amount">A decimal of the major unit, as <c>29.99</c>.</param>
public sealed record Price(string Label, string Amount);
