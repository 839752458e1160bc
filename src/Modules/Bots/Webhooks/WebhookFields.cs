namespace Stoa.Bots.Webhooks;

/// <summary>The kinds of webhook events, as apps subscribe to them.</summary>
internal static class WebhookFields
{
    public const string Messages = "messages";
    public const string Postbacks = "messaging_postbacks";
    public const string Deliveries = "message_deliveries";
    public const string Reads = "message_reads";
    public const string Echoes = "message_echoes";
    public const string Edits = "message_edits";
    public const string Reactions = "message_reactions";
    public const string Payments = "messaging_payments";
    public const string PreCheckouts = "messaging_pre_checkouts";
    public const string CheckoutUpdates = "messaging_checkout_updates";

    public const string OptIns = "messaging_optins";
    public const string AccountLinking = "messaging_account_linking";
    public const string Handovers = "messaging_handovers";
    public const string Referrals = "messaging_referrals";
    public const string Feedback = "messaging_feedback";
    public const string Information = "messaging_customer_information";
    public const string Standby = "standby";

    /// <summary>What a new bot gets: not echoes, which make careless bots answer themselves, nor edits and reactions, which simple bots take for messages.</summary>
    public static IReadOnlyList<string> Default { get; } = [Messages, Postbacks, Deliveries, Reads, Payments, PreCheckouts, CheckoutUpdates];

    /// <summary>What this server sends. Other documented names are accepted and never happen.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Default, Echoes, Edits, Reactions, OptIns, AccountLinking, Handovers, Referrals, Feedback, Information, Standby];
}
