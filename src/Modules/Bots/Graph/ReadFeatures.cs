using System.Text.Json.Nodes;

namespace Stoa.Bots.Graph;

/// <summary>Reviews that the platform makes and this server does not: every feature is there from the start (messenger-platform §5.10).</summary>
internal static class ReadFeatures
{
    private const int NamedMost = 20;

    /// <summary><c>GET /me/messaging_feature_review</c>.</summary>
    public static Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        _ = call.Page();
        return call.AnswerAsync(new JsonObject { ["data"] = new JsonArray(Show("subscription_messaging", "approved")) });
    }

    /// <summary><c>POST /me/business_messaging_feature_status</c>.</summary>
    public static Task HandleStatusAsync(GraphCall call, CancellationToken cancellationToken)
    {
        _ = call.Page();
        var named = call.Request.NamesIn("features") ?? [];
        return named.Count > NamedMost
            ? throw call.Parameters["features"].Wrong($"At most {NamedMost} features can be named.")
            : call.AnswerAsync(new JsonObject { ["data"] = new JsonArray([.. named.Select(feature => Show(feature, "approved"))]) });
    }

    private static JsonObject Show(string feature, string status) => new() { ["feature"] = feature, ["status"] = status };
}
