using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.Payments.Tests;

/// <summary>Messages as bots write them.</summary>
internal static class Messages
{
    public static JsonObject Button(string currency, params (string Label, string Amount)[] lines) => new()
    {
        ["type"] = "payment",
        ["title"] = "buy",
        ["payload"] = "FLIGHT_412",
        ["payment_summary"] = new JsonObject
        {
            ["currency"] = currency,
            ["payment_type"] = "FIXED_AMOUNT",
            ["merchant_name"] = "Somebody else",
            ["requested_user_info"] = new JsonArray("contact_name"),
            ["price_list"] = new JsonArray([.. lines.Select(l => new JsonObject { ["label"] = l.Label, ["amount"] = l.Amount })]),
        },
    };

    public static JsonObject Postback() => new() { ["type"] = "postback", ["title"] = "Later", ["payload"] = "LATER" };

    /// <summary>A carousel of one element with these buttons.</summary>
    public static JsonElement Generic(params JsonObject[] buttons) => Template(new JsonObject
    {
        ["template_type"] = "generic",
        ["elements"] = new JsonArray(new JsonObject { ["title"] = "HS 412", ["subtitle"] = "Warsaw to Athens", ["buttons"] = new JsonArray([.. buttons.Select(b => b.DeepClone())]) }),
    });

    public static JsonElement Template(JsonObject payload) =>
        JsonElement.Parse(new JsonObject { ["attachments"] = new JsonArray(new JsonObject { ["type"] = "template", ["payload"] = payload }) }.ToJsonString());
}
