using Stoa.Protocol.Graph;
using Stoa.Protocol.Graph.Templates;

namespace Stoa.Bots.Sending;

/// <summary>What is known of a conversation when a page wants to write.</summary>
/// <param name="ActAt">The person's last act: a message, a tap, a link, a form. Null: none yet.</param>
/// <param name="Unanswered">The page has not written since that act.</param>
/// <param name="UpdatesUntil">Until when a purchase grants updates.</param>
/// <param name="StoppedAt">When the person wanted nothing more.</param>
internal readonly record struct ConversationState(DateTimeOffset? ActAt, bool Unanswered, DateTimeOffset? UpdatesUntil, DateTimeOffset? StoppedAt = null);

internal enum SendPermission
{
    Refused,

    /// <summary>Within 24 hours of the person's last act, or what outlasts them.</summary>
    Free,

    /// <summary>The one late answer to an act that is still unanswered: to be taken, once.</summary>
    LateAnswer,
}

/// <summary>Whether a plain message may be sent, and until when; in the words of the API.</summary>
/// <param name="Why"><c>never_wrote</c>, <c>stopped</c>, <c>within_24_hours</c>, <c>late_answer</c>, <c>updates_of_a_purchase</c>, <c>window_is_over</c>.</param>
/// <param name="Until">Null: no end, or no permission.</param>
internal readonly record struct SendOutlook(bool MaySend, string Why, DateTimeOffset? Until)
{
    public const string NeverWrote = "never_wrote";
    public const string Stopped = "stopped";
    public const string WindowIsOver = "window_is_over";
}

/// <summary>Whether a business may write now, by the operator's choice of rules. Pure.</summary>
internal static class SendPolicy
{
    /// <summary>How long a captured purchase grants updates.</summary>
    public static readonly TimeSpan PurchaseGrants = TimeSpan.FromDays(30);

    private static readonly TimeSpan window = TimeSpan.FromHours(24);
    private static readonly TimeSpan longWindow = TimeSpan.FromDays(7);

    public static SendPermission Decide(PolicyKind policy, ConversationState state, SendRequest request, DateTimeOffset now)
    {
        // Who said stop is left alone, whatever was granted before, until they act again.
        if (state.ActAt is not { } actAt || state.StoppedAt >= actAt)
        {
            return SendPermission.Refused;
        }

        if (now - actAt < window || (request.Tag == "HUMAN_AGENT" && now - actAt < longWindow))
        {
            return SendPermission.Free;
        }

        return policy == PolicyKind.Messenger
            ? IsGrantedByTag(request, now - actAt) ? SendPermission.Free : SendPermission.Refused
            : state.UpdatesUntil > now && IsUpdate(request) ? SendPermission.Free
            : state.Unanswered ? SendPermission.LateAnswer : SendPermission.Refused;
    }

    /// <summary>What a plain message without a tag may do.</summary>
    public static SendOutlook Look(PolicyKind policy, ConversationState state, DateTimeOffset now)
    {
        if (state.ActAt is not { } actAt)
        {
            return new(false, SendOutlook.NeverWrote, null);
        }

        return state.StoppedAt >= actAt ? new(false, SendOutlook.Stopped, null)
            : now - actAt < window ? new(true, "within_24_hours", actAt + window)
            : policy == PolicyKind.Messenger ? new(false, SendOutlook.WindowIsOver, null)
            : state.Unanswered ? new(true, "late_answer", null)
            : state.UpdatesUntil > now ? new(false, "updates_of_a_purchase", state.UpdatesUntil)
            : new(false, SendOutlook.WindowIsOver, null);
    }

    /// <summary>The original's tags as they were documented, also those it has withdrawn (messenger-platform §8.2).</summary>
    private static bool IsGrantedByTag(SendRequest request, TimeSpan since) => request.Tag switch
    {
        null => request.Type == "NON_PROMOTIONAL_SUBSCRIPTION",
        "HUMAN_AGENT" => false,
        "CUSTOMER_FEEDBACK" => since < longWindow && request.Message?.Template is FeedbackTemplate,
        _ => true,
    };

    /// <summary>The message says that it is an update, or is one by its kind. Tags for anything else grant nothing here.</summary>
    private static bool IsUpdate(SendRequest request) => request.Tag switch
    {
        "HUMAN_AGENT" or "CUSTOMER_FEEDBACK" or "COMMUNITY_ALERT" or "GAME_EVENT" or "NON_PROMOTIONAL_SUBSCRIPTION" or "FEATURE_FUNCTIONALITY_UPDATE" => false,
        null => request.Type == "UPDATE" || request.Message?.Template?.IsTransactional == true,
        _ => true,
    };
}
