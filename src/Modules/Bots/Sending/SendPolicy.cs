using Stoa.Protocol.Graph;

namespace Stoa.Bots.Sending;

/// <summary>What is known of a conversation when a page wants to write.</summary>
/// <param name="ActAt">The person's last act: a message, a tap. Null: none yet.</param>
/// <param name="Unanswered">The page has not written since that act.</param>
/// <param name="UpdatesUntil">Until when a purchase grants updates.</param>
internal readonly record struct ConversationState(DateTimeOffset? ActAt, bool Unanswered, DateTimeOffset? UpdatesUntil);

internal enum SendPermission
{
    Refused,

    /// <summary>Within 24 hours of the person's last act, or an update that a purchase grants.</summary>
    Free,

    /// <summary>The one late answer to an act that is still unanswered: to be taken, once.</summary>
    LateAnswer,
}

/// <summary>The policy <c>open</c>: whether a business may write now. Pure.</summary>
internal static class SendPolicy
{
    /// <summary>How long a captured purchase grants updates.</summary>
    public static readonly TimeSpan PurchaseGrants = TimeSpan.FromDays(30);

    private static readonly TimeSpan window = TimeSpan.FromHours(24);
    private static readonly TimeSpan humanAgentWindow = TimeSpan.FromDays(7);

    public static SendPermission Decide(ConversationState state, SendRequest request, DateTimeOffset now)
    {
        if (state.ActAt is not { } actAt)
        {
            return SendPermission.Refused;
        }

        if (now - actAt < window
            || (request.Tag == "HUMAN_AGENT" && now - actAt < humanAgentWindow)
            || (state.UpdatesUntil > now && IsUpdate(request)))
        {
            return SendPermission.Free;
        }

        return state.Unanswered ? SendPermission.LateAnswer : SendPermission.Refused;
    }

    /// <summary>The message says that it is an update, or is one by its kind. Tags for anything else grant nothing here.</summary>
    private static bool IsUpdate(SendRequest request) => request.Tag switch
    {
        "HUMAN_AGENT" or "CUSTOMER_FEEDBACK" or "COMMUNITY_ALERT" or "GAME_EVENT" or "NON_PROMOTIONAL_SUBSCRIPTION" or "FEATURE_FUNCTIONALITY_UPDATE" => false,
        null => request.Type == "UPDATE" || request.Message?.Template?.IsTransactional == true,
        _ => true,
    };
}
