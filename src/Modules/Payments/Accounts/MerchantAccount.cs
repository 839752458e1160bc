using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Kernel;

namespace Stoa.Payments.Accounts;

/// <summary>A merchant's account at a processor, its secrets opened.</summary>
/// <param name="Live">Money moves; else the processor's own test mode.</param>
internal sealed record MerchantAccount(long Id, PageId Page, string Processor, bool Live, AccountSettings Settings, AccountSecrets Secrets, DateTimeOffset? TestedAt, DateTimeOffset? EndedAt)
{
    /// <summary>As stored rows carry it.</summary>
    public string Name => $"{Processor}:{Id}";
}

/// <summary>What is no secret.</summary>
internal sealed record AccountSettings
{
    /// <summary>Stripe: for the browser.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PublishableKey { get; init; }

    /// <summary>PayPal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }

    /// <summary>PayPal: which of the account's webhooks is ours. Part of what is signed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WebhookId { get; init; }

    /// <summary>Braintree.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PublicKey { get; init; }

    /// <summary>Braintree: its account for each currency, by ISO 4217 code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? MerchantAccounts { get; init; }
}

/// <summary>What never leaves the server but to the processor.</summary>
internal sealed record AccountSecrets
{
    /// <summary>Stripe's secret or restricted key, PayPal's client secret, Braintree's private key.</summary>
    public required string Key { get; init; }

    /// <summary>Stripe: signs its webhooks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WebhookSecret { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AccountSettings))]
[JsonSerializable(typeof(AccountSecrets))]
internal sealed partial class AccountJson : JsonSerializerContext;
