using System.Text.RegularExpressions;
using Stoa.Bots.AccountLinking;
using Stoa.Bots.Apps;
using Stoa.Bots.Attachments;
using Stoa.Bots.Broadcasts;
using Stoa.Bots.Codes;
using Stoa.Bots.Handover;
using Stoa.Bots.Insights;
using Stoa.Bots.Labels;
using Stoa.Bots.Personas;
using Stoa.Bots.Profiles;
using Stoa.Bots.Reading;
using Stoa.Bots.Recording;
using Stoa.Bots.Sending;
using Stoa.Bots.Subscriptions;
using Stoa.Bots.Updates;

namespace Stoa.Bots.Graph;

/// <summary>One call of the dialect.</summary>
/// <param name="Path">Without a slash in front; <c>{node}</c> stands for <c>me</c> or an id.</param>
internal sealed record GraphEdge(string Method, string Path, Func<GraphCall, CancellationToken, Task> Handler)
{
    /// <summary>False for the calls by which a program gets a token.</summary>
    public bool NeedsToken { get; init; } = true;
}

/// <summary>Every call of the dialect, for the routes and for the parts of a batch alike.</summary>
internal static partial class GraphEdges
{
    /// <summary>What may stand for an object: <c>me</c>, a number, a conversation, a message.</summary>
    public const string NodePattern = "^(me|[0-9]+|t_[0-9]+|m_[A-Za-z0-9_-]+)$";

    public static IReadOnlyList<GraphEdge> All { get; } =
    [
        new("POST", "{node}/messages", SendMessage.HandleAsync),
        new("GET", "{node}/updates", ReadUpdates.HandleAsync),
        new("POST", "{node}/message_attachments", SaveAttachment.HandleAsync),
        new("GET", "{node}/personas", PersonaCalls.ListAsync),
        new("POST", "{node}/personas", PersonaCalls.MakeAsync),
        new("GET", "{node}/messenger_profile", ReadProfile.HandleAsync),
        new("POST", "{node}/messenger_profile", ChangeProfile.HandleAsync),
        new("DELETE", "{node}/messenger_profile", DeleteFromProfile.HandleAsync),
        new("GET", "{node}/subscriptions", AppSubscriptions.ReadAsync),
        new("POST", "{node}/subscriptions", AppSubscriptions.SetAsync),
        new("DELETE", "{node}/subscriptions", AppSubscriptions.RemoveAsync),
        new("GET", "{node}/subscribed_apps", SubscribedApps.ReadAsync),
        new("POST", "{node}/subscribed_apps", SubscribedApps.SetAsync),
        new("DELETE", "{node}/subscribed_apps", SubscribedApps.RemoveAsync),
        new("GET", "{node}/thread_settings", ReadProfile.HandleAsync),
        new("POST", "{node}/thread_settings", ThreadSettings.SetAsync),
        new("DELETE", "{node}/thread_settings", ThreadSettings.RemoveAsync),
        new("GET", "{node}/custom_user_settings", PersonMenus.ReadAsync),
        new("POST", "{node}/custom_user_settings", PersonMenus.SetAsync),
        new("DELETE", "{node}/custom_user_settings", PersonMenus.RemoveAsync),
        new("GET", "{node}/custom_labels", LabelCalls.ListAsync),
        new("POST", "{node}/custom_labels", LabelCalls.MakeAsync),
        new("POST", "{node}/label", LabelCalls.ChangeAsync),
        new("DELETE", "{node}/label", LabelCalls.ChangeAsync),
        new("POST", "{node}/pass_thread_control", HandoverCalls.PassAsync),
        new("POST", "{node}/take_thread_control", HandoverCalls.TakeAsync),
        new("POST", "{node}/request_thread_control", HandoverCalls.RequestAsync),
        new("POST", "{node}/release_thread_control", HandoverCalls.ReleaseAsync),
        new("POST", "{node}/extend_thread_control", HandoverCalls.ExtendAsync),
        new("GET", "{node}/thread_owner", HandoverCalls.ReadOwnerAsync),
        new("GET", "{node}/secondary_receivers", HandoverCalls.ReadSecondariesAsync),
        new("GET", "{node}/conversations", ReadConversations.ListAsync),
        new("GET", "{node}/threads", ReadConversations.ListAsync),
        new("GET", "{node}/messages", ReadConversations.ReadMessagesAsync),
        new("GET", "{node}/ids_for_pages", MatchIds.PagesAsync),
        new("GET", "{node}/ids_for_apps", MatchIds.AppsAsync),
        new("POST", "{node}/unlink_accounts", LinkAccounts.UnlinkAsync),
        new("POST", "{node}/message_creatives", MakeCreative.HandleAsync),
        new("POST", "{node}/broadcast_messages", BroadcastCalls.BeginAsync),
        new("POST", "{node}/broadcast_reach_estimations", BroadcastCalls.EstimateAsync),
        new("GET", "{node}/recording", ReadRecording.HandleAsync),
        new("GET", "{node}/insights", ReadInsights.HandleAsync),
        new("GET", "{node}/insights/{metric}", ReadInsights.HandleAsync),
        new("POST", "{node}/messenger_codes", MakeCode.HandleAsync),
        new("GET", "{node}/messaging_feature_review", ReadFeatures.HandleAsync),
        new("POST", "{node}/business_messaging_feature_status", ReadFeatures.HandleStatusAsync),
        new("GET", "debug_token", TokenCalls.DebugAsync),
        new("GET", "oauth/access_token", TokenCalls.ReadAsync) { NeedsToken = false },
        new("GET", "page_message_tags", ReadTags.HandleAsync),
        new("GET", "{node}/page_message_tags", ReadTags.HandleAsync),
        new("GET", "{node}", ReadNode.HandleAsync),
        new("POST", "{node}", BroadcastCalls.ChangeAsync),
        new("DELETE", "{node}", DeleteNode.HandleAsync),
    ];

    /// <param name="path">Without query; with or without a version and a slash in front.</param>
    /// <returns>The call, and the node in its path; null when there is none.</returns>
    public static (GraphEdge Edge, string Node)? Find(string method, string path)
    {
        var segments = Unversioned(path).Split('/');
        foreach (var edge in All)
        {
            if (edge.Method.Equals(method, StringComparison.OrdinalIgnoreCase) && Matches(edge.Path.Split('/'), segments) is { } node)
            {
                return (edge, node);
            }
        }

        return null;
    }

    private static string Unversioned(string path)
    {
        var trimmed = path.Trim('/');
        return Version().Match(trimmed) is { Success: true } version ? trimmed[version.Length..].TrimStart('/') : trimmed;
    }

    /// <returns>The node, empty for a call without one; null for another path.</returns>
    private static string? Matches(string[] pattern, string[] segments)
    {
        if (pattern.Length != segments.Length)
        {
            return null;
        }

        var node = "";
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == "{node}" && Node().IsMatch(segments[i]))
            {
                node = segments[i];
            }
            else if (pattern[i] == "{metric}" ? segments[i].Length == 0 : pattern[i] != segments[i])
            {
                return null;
            }
        }

        return node;
    }

    [GeneratedRegex(NodePattern, RegexOptions.NonBacktracking)]
    private static partial Regex Node();

    [GeneratedRegex("^v[0-9]+\\.[0-9]+(/|$)", RegexOptions.NonBacktracking)]
    private static partial Regex Version();
}
