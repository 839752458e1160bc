using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Bots.Graph;
using Stoa.Bots.Pages;

namespace Stoa.Bots.Profiles;

/// <summary><c>GET /me/messenger_profile?fields=</c>: the properties that are set, in one object; nothing set is an empty list.</summary>
internal static class ReadProfile
{
    public static async Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var row = await call.Http.RequestServices.GetRequiredService<PageDirectory>().FindRowAsync(call.Page(), cancellationToken) ?? throw call.Unsupported();
        var set = new JsonObject();
        foreach (var field in (call.Request.NamesIn("fields") ?? MessengerProfile.Properties).Intersect(MessengerProfile.Properties))
        {
            if (row.Profile.Find(field) is { } value)
            {
                set[field] = JsonNode.Parse(value.GetRawText());
            }
        }

        // Clients know the testers of payments under two names.
        if (set[MessengerProfile.PaymentSettings] is JsonObject payment && (payment["testers"] ?? payment["test_users"]) is { } testers)
        {
            (payment["testers"], payment["test_users"]) = (testers.DeepClone(), testers.DeepClone());
        }

        await call.AnswerAsync(new JsonObject { ["data"] = set.Count == 0 ? new JsonArray() : new JsonArray(set) });
    }
}
